// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/letter_topic.h"

#include <deque>

#include "connectors/dead_letter.h"
#include "connectors/kafka/outbox.h"
#include "connectors/kafka/settings.h"

namespace millrace {
namespace {

constexpr std::string_view kOmitted = "millrace.value.omitted";

/// Takes what the brokers refuse, one record too large for the topic: it is sent without its value.
class Refused final : public DeadLetterSink {
 public:
  Status Write(const UndeliveredRow& row) override {
    reasons_.push_back({std::string(row.key), std::string(row.reason)});
    return OkStatus();
  }
  struct Reason {
    std::string key;
    std::string text;
  };
  std::deque<Reason> Take() { return std::exchange(reasons_, {}); }

 private:
  std::deque<Reason> reasons_;
};

class KafkaLetterTopic final : public LetterTopic {
 public:
  KafkaLetterTopic(TableContext table, std::unique_ptr<KafkaProducer> producer, std::string topic)
      : topic_(std::move(topic)) {
    table.dead_letters = &refused_;
    delivery_ = std::make_unique<KafkaOutbox>(table, std::move(producer));
  }

  bool HasRoom() const override { return delivery_->HasRoom(); }

  Status Send(const LetterRecord& letter) override {
    OwnedKafkaOutput record{
        .topic = topic_, .key = letter.key, .value = letter.value, .headers = letter.headers};
    if (letter.timestamp_ms) record.timestamp = *letter.timestamp_ms;
    return delivery_->Add(record.View(&views_));
  }

  void Mark(uint64_t number) override {
    delivery_->EndEpoch(number);
    marks_.push_back(number);
  }

  Result<uint64_t> Pump() override {
    TRY(delivery_->Pump());
    TRY(SendRefused());
    while (!marks_.empty() && delivery_->IsDelivered(marks_.front())) {
      arrived_ = marks_.front();
      marks_.pop_front();
      delivery_->Commit(arrived_);
    }
    return arrived_;
  }

  std::string Waiting() override { return delivery_->Waiting(); }

 private:
  /// The letter itself stays in its file; the topic hears at least that it is there.
  Status SendRefused() {
    for (const Refused::Reason& refused : refused_.Take()) {
      if (refused.text.empty()) continue;
      OwnedKafkaOutput record{.topic = topic_,
                              .headers = {{"__connect.errors.exception.message", refused.text},
                                          {std::string(kOmitted), "true"}}};
      if (!refused.key.empty()) record.key = refused.key;
      TRY(delivery_->Add(record.View(&views_)));
    }
    return OkStatus();
  }

  std::string topic_;
  Refused refused_;
  std::unique_ptr<KafkaOutbox> delivery_;
  std::vector<KafkaOutputHeader> views_;
  std::deque<uint64_t> marks_;
  uint64_t arrived_ = 0;
};

}  // namespace

Result<std::unique_ptr<LetterTopic>> MakeKafkaLetterTopic(const TableContext& table,
                                                          const std::string& topic) {
  if (table.env.kafka == nullptr) return InternalError("this process has no Kafka client");
  TRY_ASSIGN(const KafkaConfig config,
             MakeKafkaConfig(table, KafkaSettings(), KafkaRole::kProducer));
  TRY_ASSIGN(auto producer, table.env.kafka->MakeProducer(config));
  return std::make_unique<KafkaLetterTopic>(table, std::move(producer), topic);
}

}  // namespace millrace
