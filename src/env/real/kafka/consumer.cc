// SPDX-License-Identifier: Apache-2.0
// One client per shard and table. Each partition has a queue of its own that is not forwarded to
// the client's: a partition that nobody polls fills its queue up to the bound and is then fetched
// no further, which is how back-pressure reaches the broker.
#include "env/real/kafka/consumer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "env/real/kafka/handle.h"

namespace millrace {
namespace {

/// Messages taken at a time; the limit in bytes is looked at in between.
constexpr size_t kTake = 512;
constexpr int kRangeMillis = 3000;
constexpr int64_t kNotKnown = -1;
constexpr auto kServeEvery = std::chrono::milliseconds(50);
constexpr auto kAskEndsEvery = std::chrono::seconds(1);
/// Records that are there and may not be read for so long are held by a transaction.
constexpr auto kHeldAfter = std::chrono::seconds(10);
constexpr auto kWatchEvery = std::chrono::milliseconds(100);

const KafkaDefaults& ConsumerDefaults() {
  static const KafkaDefaults kDefaults = {
      {"group.id", "millrace"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},
      {"check.crcs", "true"},
      {"enable.partition.eof", "true"},
      {"isolation.level", "read_committed"},
      {"allow.auto.create.topics", "false"},
      {"fetch.queue.backoff.ms", "5"},
      {"fetch.wait.max.ms", "100"},
      {"queued.max.messages.kbytes", "16384"},
      {"topic.metadata.refresh.interval.ms", "60000"},
      {"reconnect.backoff.max.ms", "2000"},
      // A fetch is answered after 100 ms: who is silent for that long is away, not slow.
      {"socket.timeout.ms", "10000"},
      {"socket.keepalive.enable", "true"},
  };
  return kDefaults;
}

KafkaTimestampType TypeOf(rd_kafka_timestamp_type_t type) {
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME: return KafkaTimestampType::kCreateTime;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: return KafkaTimestampType::kLogAppendTime;
    default: return KafkaTimestampType::kNone;
  }
}

/// Rights that are taken away, or a token that has run out, while the pipeline runs: somebody may
/// give them back.
bool IsRefusal(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED ||
         code == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

std::string_view Bytes(const void* data, size_t size) {
  return {static_cast<const char*>(data), size};
}

class RealKafkaConsumer final : public KafkaConsumer {
 public:
  explicit RealKafkaConsumer(std::unique_ptr<KafkaHandle> handle) : handle_(std::move(handle)) {}
  ~RealKafkaConsumer() override {
    for (Partition& partition : partitions_) Close(&partition);
  }

  Result<int> Assign(const KafkaPartition& partition, int64_t offset,
                     int32_t leader_epoch) override;
  void Unassign(int handle) override;
  Result<KafkaPolled> Poll(int handle, const KafkaPollLimits& limits,
                           KafkaRecords* records) override;
  std::optional<int64_t> End(int handle) override;
  std::string Waiting() override;

 private:
  struct Partition {
    KafkaPartition id;
    int64_t next = 0;
    int64_t end = kNotKnown;  // as told by the broker last
    KafkaOwned<rd_kafka_queue_t> queue;
    int64_t stable_end = kNotKnown;  // all in front of it was polled, nothing behind it may be yet
    bool held = false;               // behind it there are records, since held_since at least
    std::chrono::steady_clock::time_point held_since = {};
    std::chrono::steady_clock::time_point next_watch = {};
  };

  void Serve();
  void AskEnds();
  void TakeEnds();
  void Watch(Partition* partition);
  void Close(Partition* partition);
  Status OnError(const rd_kafka_message_t& message, const Partition& partition,
                 KafkaPolled* polled);
  Status OutOfRange(const Partition& partition, rd_kafka_resp_err_t code);
  void Append(const rd_kafka_message_t& message, const KafkaPollLimits& limits,
              KafkaRecords* records) const;
  static void AppendHeaders(const rd_kafka_message_t& message, KafkaRecords* records);

  std::unique_ptr<KafkaHandle> handle_;
  std::vector<Partition> partitions_;
  std::chrono::steady_clock::time_point next_serve_;
  KafkaOwned<rd_kafka_queue_t> ends_;  // answers to AskEnds
  bool asking_ = false;                // an answer is on its way
  std::chrono::steady_clock::time_point next_ask_;
};

Result<int> RealKafkaConsumer::Assign(const KafkaPartition& partition, int64_t offset,
                                      int32_t leader_epoch) {
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t* entry =
      rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
  entry->offset = offset;
  if (leader_epoch >= 0) rd_kafka_topic_partition_set_leader_epoch(entry, leader_epoch);
  Partition added{.id = partition, .next = offset, .queue = nullptr};
  added.queue.reset(
      rd_kafka_queue_get_partition(handle_->get(), partition.topic.c_str(), partition.partition));
  if (added.queue == nullptr) {
    return InternalError("partition " + partition.topic + "-" +
                         std::to_string(partition.partition) + " has no queue");
  }
  const KafkaOwned<rd_kafka_error_t> error(rd_kafka_incremental_assign(handle_->get(), list.get()));
  if (error != nullptr) {
    return std::unexpected(FromKafka(rd_kafka_error_code(error.get()),
                                     "partition " + partition.topic + "-" +
                                         std::to_string(partition.partition) +
                                         " cannot be assigned",
                                     rd_kafka_error_string(error.get())));
  }
  rd_kafka_queue_forward(added.queue.get(), nullptr);
  if (handle_->wake()) {
    rd_kafka_queue_cb_event_enable(
        added.queue.get(),
        [](rd_kafka_t*, void* opaque) { static_cast<KafkaHandle*>(opaque)->wake()(); },
        handle_.get());
  }
  partitions_.push_back(std::move(added));
  return static_cast<int>(partitions_.size()) - 1;
}

void RealKafkaConsumer::Close(Partition* partition) {
  if (partition->queue == nullptr) return;
  rd_kafka_queue_cb_event_enable(partition->queue.get(), nullptr, nullptr);
  partition->queue.reset();
}

void RealKafkaConsumer::Unassign(int handle) {
  Partition& partition = partitions_[static_cast<size_t>(handle)];
  Close(&partition);
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), partition.id.topic.c_str(), partition.id.partition);
  const KafkaOwned<rd_kafka_error_t> error(
      rd_kafka_incremental_unassign(handle_->get(), list.get()));
}

/// What the last fetch said. Who is behind may fetch seldom, or not at all if the pipeline takes no
/// more: then what the broker answered last.
std::optional<int64_t> RealKafkaConsumer::End(int handle) {
  TakeEnds();
  Partition& partition = partitions_[static_cast<size_t>(handle)];
  int64_t low = kNotKnown;
  int64_t high = kNotKnown;
  if (rd_kafka_get_watermark_offsets(handle_->get(), partition.id.topic.c_str(),
                                     partition.id.partition, &low,
                                     &high) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    partition.end = std::max(partition.end, high);
  }
  const bool behind = partition.next < partition.end || partition.end == kNotKnown;
  if (behind || !handle_->Trouble().empty()) AskEnds();
  if (partition.end == kNotKnown) return std::nullopt;
  return partition.end;
}

/// Asks for the ends of all partitions, now and then; the answer comes later.
void RealKafkaConsumer::AskEnds() {
  const auto now = std::chrono::steady_clock::now();
  if (asking_ || now < next_ask_) return;
  next_ask_ = now + kAskEndsEvery;
  if (ends_ == nullptr) ends_.reset(rd_kafka_queue_new(handle_->get()));
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  for (const Partition& partition : partitions_) {
    if (partition.queue == nullptr) continue;
    rd_kafka_topic_partition_list_add(list.get(), partition.id.topic.c_str(),
                                      partition.id.partition)
        ->offset = RD_KAFKA_OFFSET_SPEC_LATEST;
  }
  if (list->cnt == 0) return;
  const KafkaOwned<rd_kafka_AdminOptions_t> options(
      rd_kafka_AdminOptions_new(handle_->get(), RD_KAFKA_ADMIN_OP_LISTOFFSETS));
  const KafkaOwned<rd_kafka_error_t> level(rd_kafka_AdminOptions_set_isolation_level(
      options.get(), RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED));
  rd_kafka_ListOffsets(handle_->get(), list.get(), options.get(), ends_.get());
  asking_ = true;
}

void RealKafkaConsumer::TakeEnds() {
  if (ends_ == nullptr) return;
  const KafkaOwned<rd_kafka_event_t> event(rd_kafka_queue_poll(ends_.get(), 0));
  if (event == nullptr) return;
  asking_ = false;
  const rd_kafka_ListOffsets_result_t* answer = rd_kafka_event_ListOffsets_result(event.get());
  if (answer == nullptr) return;
  size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t** infos =
      rd_kafka_ListOffsets_result_infos(answer, &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_topic_partition_t* told =
        rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
    if (told->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    handle_->ClearOutage();  // the broker answers again, though it may have no records
    for (Partition& partition : partitions_) {
      if (partition.id.partition == told->partition && partition.id.topic == told->topic) {
        partition.end = std::max(partition.end, told->offset);
      }
    }
  }
}

/// Lets librdkafka run our call-backs of errors, now and then.
void RealKafkaConsumer::Serve() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_serve_) return;
  next_serve_ = now + kServeEvery;
  rd_kafka_poll(handle_->get(), 0);
}

Result<KafkaPolled> RealKafkaConsumer::Poll(int handle, const KafkaPollLimits& limits,
                                            KafkaRecords* records) {
  Partition& partition = partitions_[static_cast<size_t>(handle)];
  Serve();
  KafkaPolled polled;
  std::array<rd_kafka_message_t*, kTake> messages;
  Status status;
  while (status && polled.records < limits.records && records->bytes.size() < limits.bytes) {
    const size_t wanted = std::min(kTake, limits.records - polled.records);
    const ssize_t taken =
        rd_kafka_consume_batch_queue(partition.queue.get(), 0, messages.data(), wanted);
    if (taken <= 0) break;
    for (ssize_t i = 0; i < taken; ++i) {
      rd_kafka_message_t* message = messages[static_cast<size_t>(i)];
      if (status && message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        status = OnError(*message, partition, &polled);
      } else if (status) {
        Append(*message, limits, records);
        partition.next = message->offset + 1;
        ++polled.records;
        polled.end_offset.reset();
      }
      rd_kafka_message_destroy(message);
    }
    if (polled.end_offset) break;
  }
  TRY(status);
  if (polled.end_offset) {
    partition.held = partition.held && partition.stable_end == *polled.end_offset;
    partition.stable_end = *polled.end_offset;
  } else if (polled.records > 0) {
    partition.held = false;
    partition.stable_end = kNotKnown;
  } else {
    Watch(&partition);
  }
  if (polled.records > 0) handle_->ClearTrouble();
  return polled;
}

/// A partition that had nothing to give: notes since when records are there behind the last one
/// that may be read, which is in front of the first transaction that is open.
void RealKafkaConsumer::Watch(Partition* partition) {
  const auto now = std::chrono::steady_clock::now();
  if (now < partition->next_watch) return;
  partition->next_watch = now + kWatchEvery;
  int64_t low = kNotKnown;
  int64_t high = kNotKnown;
  const bool known = rd_kafka_get_watermark_offsets(handle_->get(), partition->id.topic.c_str(),
                                                    partition->id.partition, &low,
                                                    &high) == RD_KAFKA_RESP_ERR_NO_ERROR;
  const bool held = partition->stable_end != kNotKnown && known && high > partition->stable_end;
  // Without a broker it may have ended long ago.
  if (held && (!partition->held || !handle_->Trouble().empty())) partition->held_since = now;
  partition->held = held;
}

std::string RealKafkaConsumer::Waiting() {
  Serve();
  if (std::string trouble = handle_->Trouble(); !trouble.empty()) return trouble;
  const auto now = std::chrono::steady_clock::now();
  for (const Partition& partition : partitions_) {
    const bool polled = now - partition.next_watch < 10 * kWatchEvery;  // lately
    if (partition.queue == nullptr || !partition.held || !polled) continue;
    if (now - partition.held_since < kHeldAfter) continue;
    return "a transaction of another producer, open for more than " +
           std::to_string(kHeldAfter.count()) + " s, holds up partition " + partition.id.topic +
           "-" + std::to_string(partition.id.partition) + " from offset " +
           std::to_string(partition.stable_end) +
           " on (kafka-transactions.sh find-hanging tells whose it is)";
  }
  return {};
}

Status RealKafkaConsumer::OnError(const rd_kafka_message_t& message, const Partition& partition,
                                  KafkaPolled* polled) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF: polled->end_offset = message.offset; return OkStatus();
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__LOG_TRUNCATION: return OutOfRange(partition, message.err);
    default: break;
  }
  const char* text = rd_kafka_message_errstr(&message);
  if (MayPass(message.err) || IsRefusal(message.err)) {  // librdkafka repeats the request
    handle_->SetTrouble(text == nullptr ? rd_kafka_err2str(message.err) : text);
    return OkStatus();
  }
  Error error = FromKafka(message.err,
                          "partition " + partition.id.topic + "-" +
                              std::to_string(partition.id.partition) + " cannot be read",
                          text == nullptr ? "" : text);
  error.detail += "; next offset " + std::to_string(partition.next);
  return std::unexpected(std::move(error));
}

/// Says exactly what is lost. Waits a little, but the pipeline stops here anyway.
Status RealKafkaConsumer::OutOfRange(const Partition& partition, rd_kafka_resp_err_t code) {
  int64_t low = 0;
  int64_t high = 0;
  const std::string name = partition.id.topic + "-" + std::to_string(partition.id.partition);
  std::string detail = rd_kafka_err2str(code);
  if (rd_kafka_query_watermark_offsets(handle_->get(), partition.id.topic.c_str(),
                                       partition.id.partition, &low, &high,
                                       kRangeMillis) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    detail =
        "the partition holds offsets " + std::to_string(low) + " to " + std::to_string(high - 1);
    if (partition.next < low) {
      detail += "; records " + std::to_string(partition.next) + " to " + std::to_string(low - 1) +
                " (" + std::to_string(low - partition.next) + ") are lost";
    } else if (partition.next > high) {
      detail += "; records " + std::to_string(high) + " to " + std::to_string(partition.next - 1) +
                " were read before and are gone: the topic was cut or made again";
    } else {
      detail += "; the log was cut and written anew below this offset";
    }
  }
  Error error{.code = "MR0521",
              .domain = ErrorDomain::kExternal,
              .message = "offset " + std::to_string(partition.next) + " of partition " + name +
                         " is not there",
              .detail = std::move(detail),
              .hint =
                  "start afresh (--fresh) with the scan.startup.mode that fits, or restore "
                  "the topic"};
  return std::unexpected(std::move(error));
}

void RealKafkaConsumer::Append(const rd_kafka_message_t& message, const KafkaPollLimits& limits,
                               KafkaRecords* records) const {
  if (limits.keys) {
    records->keys.push_back(message.key == nullptr
                                ? KafkaSlice{}
                                : records->Append(Bytes(message.key, message.key_len)));
  }
  records->values.push_back(message.payload == nullptr
                                ? KafkaSlice{}
                                : records->Append(Bytes(message.payload, message.len)));
  records->offsets.push_back(message.offset);
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  records->timestamps.push_back(rd_kafka_message_timestamp(&message, &type));
  records->timestamp_types.push_back(TypeOf(type));
  records->leader_epochs.push_back(rd_kafka_message_leader_epoch(&message));
  if (limits.headers) AppendHeaders(message, records);
}

void RealKafkaConsumer::AppendHeaders(const rd_kafka_message_t& message, KafkaRecords* records) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    for (size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      records->headers.push_back(
          {records->Append(name),
           value == nullptr ? KafkaSlice{} : records->Append(Bytes(value, size))});
    }
  }
  records->header_ends.push_back(static_cast<uint32_t>(records->headers.size()));
}

}  // namespace

Result<std::unique_ptr<KafkaConsumer>> MakeRealKafkaConsumer(const KafkaConfig& config) {
  KafkaDefaults defaults = ConsumerDefaults();
  if (!config.group.empty()) defaults["group.id"] = config.group;
  TRY_ASSIGN(auto handle, KafkaHandle::Make(RD_KAFKA_CONSUMER, config, defaults, nullptr, nullptr));
  return std::make_unique<RealKafkaConsumer>(std::move(handle));
}

}  // namespace millrace
