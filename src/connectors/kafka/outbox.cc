// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/outbox.h"

namespace millrace {
namespace {

constexpr std::string_view kTooLarge = "MR0527";

}  // namespace

Status KafkaOutbox::Add(const KafkaOutput& record) {
  KafkaOutput tagged = record;
  tagged.tag = epoch_;
  ++open_[epoch_];
  ++open_records_;
  if (!waiting_.empty() || !alone_.empty()) {
    waiting_.push_back(OwnedKafkaOutput::From(tagged));
    return OkStatus();
  }
  TRY_ASSIGN(const bool sent, Send(tagged));
  if (!sent) waiting_.push_back(OwnedKafkaOutput::From(tagged));
  return OkStatus();
}

Result<bool> KafkaOutbox::Send(const KafkaOutput& record) {
  auto sent = producer_->Produce(record);
  if (sent || sent.error().code != kTooLarge) return sent;
  TRY(GiveUpKafkaRecord(table_, OwnedKafkaOutput::From(record), sent.error()));
  Close(record.tag);
  return true;
}

Result<bool> KafkaOutbox::SendOwned(const OwnedKafkaOutput& record) {
  std::vector<KafkaOutputHeader> headers;
  return Send(record.View(&headers));
}

Status KafkaOutbox::Pump() {
  outcomes_.delivered.clear();
  outcomes_.failed.clear();
  TRY(producer_->Poll(&outcomes_));
  for (const uint64_t epoch : outcomes_.delivered) Close(epoch);
  if (alone_sent_ && !outcomes_.delivered.empty()) {
    alone_.pop_front();
    alone_sent_ = false;
  }
  for (KafkaUndelivered& failed : outcomes_.failed) TRY(OnFailure(std::move(failed)));
  while (!alone_.empty() && !alone_sent_ && producer_->in_flight() == 0) {
    const size_t before = open_records_;
    TRY_ASSIGN(const bool sent, SendOwned(alone_.front()));
    if (!sent) return OkStatus();
    alone_sent_ = open_records_ == before;
    if (!alone_sent_) alone_.pop_front();  // given up at once
  }
  while (alone_.empty() && !waiting_.empty()) {
    TRY_ASSIGN(const bool sent, SendOwned(waiting_.front()));
    if (!sent) break;
    waiting_.pop_front();
  }
  return OkStatus();
}

void KafkaOutbox::Close(uint64_t epoch) {
  const auto open = open_.find(epoch);
  if (open == open_.end()) return;
  --open_records_;
  if (--open->second == 0) open_.erase(open);
}

Status KafkaOutbox::OnFailure(KafkaUndelivered failed) {
  OwnedKafkaOutput record{.topic = std::move(failed.topic),
                          .partition = failed.partition,
                          .key = std::move(failed.key),
                          .value = std::move(failed.value),
                          .timestamp = failed.timestamp,
                          .headers = std::move(failed.headers),
                          .epoch = failed.tag};
  if (failed.error.code != kTooLarge) return std::unexpected(std::move(failed.error));
  if (alone_sent_) {
    alone_sent_ = false;
    alone_.pop_front();
    TRY(GiveUpKafkaRecord(table_, record, failed.error));
    Close(record.epoch);
    return OkStatus();
  }
  alone_.push_back(std::move(record));
  return OkStatus();
}

}  // namespace millrace
