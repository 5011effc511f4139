// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/transaction/transaction_writer.h"

#include "base/mutant.h"

namespace millrace {

KafkaTransactionWriter::~KafkaTransactionWriter() {
  for (const OwnedKafkaOutput& held : held_) {
    transaction_->AddHeld(-static_cast<int64_t>(held.bytes()));
  }
}

Status KafkaTransactionWriter::Add(const KafkaOutput& record) {
  if (held_.empty() && (transaction_->closed() >= passed_ || MUTANT("output-not-held"))) {
    TRY_ASSIGN(const bool sent, Send(record));
    if (sent) return OkStatus();
  }
  KafkaOutput tagged = record;
  tagged.tag = passed_;
  held_.push_back(OwnedKafkaOutput::From(tagged));
  transaction_->AddHeld(static_cast<int64_t>(held_.back().bytes()));
  return OkStatus();
}

Result<bool> KafkaTransactionWriter::Send(const KafkaOutput& record) {
  auto sent = transaction_->Produce(record);
  if (sent || sent.error().code != "MR0527") return sent;
  TRY(GiveUpKafkaRecord(table_, OwnedKafkaOutput::From(record), sent.error()));
  return true;
}

Status KafkaTransactionWriter::Pump() {
  std::vector<KafkaOutputHeader> headers;
  while (!held_.empty() && transaction_->closed() >= held_.front().epoch) {
    TRY_ASSIGN(const bool sent, Send(held_.front().View(&headers)));
    if (!sent) break;
    transaction_->AddHeld(-static_cast<int64_t>(held_.front().bytes()));
    held_.pop_front();
  }
  return OkStatus();
}

bool KafkaTransactionWriter::HasRoom() const {
  if (held_.empty()) return true;
  // Held although its transaction runs: the producer is full.
  if (transaction_->closed() >= held_.front().epoch) return false;
  return transaction_->HasRoomToHold();
}

}  // namespace millrace
