// SPDX-License-Identifier: Apache-2.0
// Idempotent and in order; a record waits for its broker for ever, as the epoch does that waits for
// the record. Outcomes come through rd_kafka_poll, on the thread of the owner.
#include "env/real/kafka/producer.h"

#include "env/real/kafka/handle.h"
#include "env/real/kafka/record_sender.h"

namespace millrace {
namespace {

const KafkaDefaults& ProducerDefaults() {
  static const KafkaDefaults kDefaults = {
      {"enable.idempotence", "true"},
      {"acks", "all"},
      {"message.timeout.ms", "0"},
      {"linger.ms", "1"},
      {"partitioner", "murmur2_random"},
      {"queue.buffering.max.messages", "100000"},
      {"queue.buffering.max.kbytes", "65536"},
      {"topic.metadata.refresh.interval.ms", "60000"},
      {"reconnect.backoff.max.ms", "2000"},
      // A broker that is silent for so long is said to be away. What it has not confirmed by then
      // is sent again, and it knows what it has.
      {"request.timeout.ms", "9000"},
      {"socket.timeout.ms", "10000"},
      {"retry.backoff.max.ms", "1000"},
      {"socket.keepalive.enable", "true"},
  };
  return kDefaults;
}

std::vector<std::pair<std::string, std::optional<std::string>>> HeadersOf(
    const rd_kafka_message_t& message) {
  std::vector<std::pair<std::string, std::optional<std::string>>> copied;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return copied;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    copied.emplace_back(name, std::nullopt);
    if (value != nullptr) copied.back().second.emplace(static_cast<const char*>(value), size);
  }
  return copied;
}

class RealKafkaProducer final : public KafkaProducer {
 public:
  Status Open(const KafkaConfig& config) {
    TRY_ASSIGN(handle_, KafkaHandle::Make(RD_KAFKA_PRODUCER, config, ProducerDefaults(),
                                          &RealKafkaProducer::OnDelivery, this));
    sender_.emplace(handle_->get());
    if (handle_->wake()) {
      main_.reset(rd_kafka_queue_get_main(handle_->get()));
      rd_kafka_queue_cb_event_enable(
          main_.get(),
          [](rd_kafka_t*, void* opaque) { static_cast<KafkaHandle*>(opaque)->wake()(); },
          handle_.get());
    }
    return OkStatus();
  }

  ~RealKafkaProducer() override {
    if (main_ != nullptr) rd_kafka_queue_cb_event_enable(main_.get(), nullptr, nullptr);
    main_.reset();
    // What is still queued belongs to no epoch: it is sent again after the next start.
    if (handle_ != nullptr) rd_kafka_purge(handle_->get(), RD_KAFKA_PURGE_F_QUEUE);
    sender_.reset();
  }

  Result<bool> Produce(const KafkaOutput& record) override;
  Status Poll(KafkaOutcomes* outcomes) override {
    const size_t delivered = outcomes->delivered.size();
    outcomes_ = outcomes;
    rd_kafka_poll(handle_->get(), 0);
    outcomes_ = nullptr;
    if (outcomes->delivered.size() > delivered) handle_->ClearTrouble();
    return handle_->Fatal();
  }
  size_t in_flight() override { return in_flight_; }
  std::string Waiting() override { return handle_->Trouble(); }

 private:
  static void OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
  void Take(const rd_kafka_message_t& message);

  std::unique_ptr<KafkaHandle> handle_;
  KafkaOwned<rd_kafka_queue_t> main_;
  std::optional<KafkaRecordSender> sender_;
  KafkaOutcomes* outcomes_ = nullptr;  // of the Poll that runs
  size_t in_flight_ = 0;
};

void RealKafkaProducer::OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  static_cast<RealKafkaProducer*>(static_cast<KafkaHandle*>(opaque)->opaque())->Take(*message);
}

void RealKafkaProducer::Take(const rd_kafka_message_t& message) {
  const auto tag = reinterpret_cast<uint64_t>(message._private);
  if (outcomes_ == nullptr) return;  // being destroyed
  --in_flight_;
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    outcomes_->delivered.push_back(tag);
    return;
  }
  KafkaUndelivered failed{.tag = tag, .topic = rd_kafka_topic_name(message.rkt)};
  failed.partition = message.partition;
  if (message.key != nullptr) {
    failed.key.emplace(static_cast<char*>(message.key), message.key_len);
  }
  if (message.payload != nullptr) {
    failed.value.emplace(static_cast<char*>(message.payload), message.len);
  }
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  failed.timestamp = rd_kafka_message_timestamp(&message, &type);
  failed.headers = HeadersOf(message);
  failed.error = FromKafka(message.err, "Kafka refuses a record of topic '" + failed.topic + "'");
  outcomes_->failed.push_back(std::move(failed));
}

Result<bool> RealKafkaProducer::Produce(const KafkaOutput& record) {
  TRY_ASSIGN(const bool sent, sender_->Send(record));
  if (sent) ++in_flight_;
  return sent;
}

}  // namespace

Result<std::unique_ptr<KafkaProducer>> MakeRealKafkaProducer(const KafkaConfig& config) {
  auto producer = std::make_unique<RealKafkaProducer>();
  TRY(producer->Open(config));
  return producer;
}

}  // namespace millrace
