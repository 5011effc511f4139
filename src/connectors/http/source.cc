// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/source.h"

#include <arrow/api.h>

#include <algorithm>

#include "connectors/http/options.h"
#include "connectors/http_topic.h"
#include "connectors/reply_board.h"
#include "connectors/source_lag.h"
#include "data/option_text.h"
#include "log/topic_store.h"

namespace millrace {
namespace {

/// What a decoder may read behind the last byte (formats' kDecodePadding).
/// The log wakes the reader; this is for the case that it could not.
constexpr int64_t kIdleNanos = 1'000'000'000;
constexpr uint64_t kReadBytesMax = 4 << 20;
/// Records younger than this count as just arrived: wall clocks have milliseconds only.
constexpr int64_t kFreshMillis = 5;

constexpr std::string_view kRequestId = "request-id";
constexpr std::string_view kTimestamp = "timestamp";
constexpr std::string_view kPartition = "partition";
constexpr std::string_view kOffset = "offset";

Error FromArrow(const arrow::Status& status) {
  return {.code = "MR0001", .message = "metadata cannot be made", .detail = status.ToString()};
}

template <typename Builder>
Result<std::shared_ptr<arrow::Array>> Finish(Builder* builder) {
  std::shared_ptr<arrow::Array> array;
  if (auto status = builder->Finish(&array); !status.ok()) {
    return std::unexpected(FromArrow(status));
  }
  return array;
}

std::optional<std::string_view> RequestIdOf(const TopicRecordView& record) {
  for (const TopicHeaderView& header : record.headers) {
    if (header.name == kRequestIdHeader) return header.value;
  }
  return std::nullopt;
}

class HttpReader final : public SplitReader, public LagReporter {
 public:
  HttpReader(const TableContext& table, std::string topic, int32_t partition)
      : table_(table), topic_(std::move(topic)), partition_(partition) {}
  ~HttpReader() override {
    if (listener_ != 0) table_.services.topics->RemoveListener(topic_, listener_);
  }
  HttpReader(const HttpReader&) = delete;
  HttpReader& operator=(const HttpReader&) = delete;

  Status Listen() {
    if (!table_.wake) return OkStatus();
    TRY_ASSIGN(listener_, table_.services.topics->AddListener(topic_, table_.wake));
    Note();
    return OkStatus();
  }

  Status Seek(std::string_view position) override {
    const auto offset = ParseOptionLong(position);
    if (!offset) return InternalError("'" + std::string(position) + "' is no offset");
    // A power loss may have taken rows that were decided about without waiting for the disk. They
    // were read; what is posted next has their offsets.
    TRY_ASSIGN(const PartitionOffsets offsets, table_.services.topics->Offsets(topic_, partition_));
    next_ = std::min(*offset, offsets.end);
    Note();
    return OkStatus();
  }

  Result<ReadResult> Read(int64_t max_rows) override {
    TRY_ASSIGN(const TopicChunk chunk,
               table_.services.topics->Read(
                   topic_, partition_, next_,
                   {.bytes_max = kReadBytesMax, .records_max = static_cast<size_t>(max_rows)}));
    ReadResult result;
    if (chunk.records.empty()) {
      result.wait_nanos = kIdleNanos;
      return result;
    }
    result.kind = ReadResult::Kind::kData;
    result.data = Frame(chunk);
    for (const std::string& key : table_.metadata_keys) {
      TRY_ASSIGN(auto values, Metadata(key, chunk));
      result.metadata.push_back(std::move(values));
    }
    result.arrival = ArrivalOf(chunk.records.front());
    next_ = chunk.next_offset;
    last_timestamp_ = chunk.records.back().timestamp_ms.value_or(-1);
    Tell(chunk);
    return result;
  }

  /// A position is about to become durable, so the rows in front of it should be.
  std::string Position() const override {
    TopicStore* const topics = table_.services.topics;
    const auto offsets = topics->Offsets(topic_, partition_);
    if (offsets && offsets->durable < next_) topics->SyncAsync([](const Status&) {});
    return std::to_string(next_);
  }
  SourceLag Lag(int64_t wall_ms) override {
    const auto offsets = table_.services.topics->Offsets(topic_, partition_);
    if (!offsets) return {};
    const int64_t unread = std::max<int64_t>(0, offsets->end - next_);
    if (unread == 0) return {.age_ms = 0, .records = 0};
    if (last_timestamp_ < 0) return {.records = unread};
    return {.age_ms = std::max<int64_t>(0, wall_ms - last_timestamp_), .records = unread};
  }

 private:
  static RawChunk Frame(const TopicChunk& chunk) {
    size_t size = 0;
    for (const TopicRecordView& record : chunk.records) size += record.value.value_or("").size();
    auto bytes = std::make_shared<std::string>();
    bytes->reserve(size + kChunkPadding);
    RawChunk framed{.framed = true};
    for (const TopicRecordView& record : chunk.records) {
      const auto offset = static_cast<uint32_t>(bytes->size());
      const std::string_view value = record.value.value_or("");
      framed.records.emplace_back(offset, static_cast<uint32_t>(value.size()));
      bytes->append(value);
    }
    framed.bytes = std::move(bytes);
    return framed;
  }

  Result<std::shared_ptr<arrow::Array>> Metadata(const std::string& key, const TopicChunk& chunk) {
    arrow::Status status;
    if (key == kRequestId) {
      arrow::StringBuilder builder;
      for (const TopicRecordView& record : chunk.records) {
        const auto id = RequestIdOf(record);
        status &= id ? builder.Append(*id) : builder.AppendNull();
      }
      if (!status.ok()) return std::unexpected(FromArrow(status));
      return Finish(&builder);
    }
    if (key == kPartition) {
      arrow::Int32Builder builder;
      status &= builder.Append(partition_);
      if (!status.ok()) return std::unexpected(FromArrow(status));
      return Finish(&builder);
    }
    if (key == kTimestamp) {
      arrow::TimestampBuilder builder(arrow::timestamp(arrow::TimeUnit::MILLI, "UTC"),
                                      arrow::default_memory_pool());
      for (const auto& record : chunk.records) {
        status &= builder.Append(record.timestamp_ms.value_or(0));
      }
      if (!status.ok()) return std::unexpected(FromArrow(status));
      return Finish(&builder);
    }
    arrow::Int64Builder builder;
    for (const TopicRecordView& record : chunk.records) status &= builder.Append(record.offset);
    if (!status.ok()) return std::unexpected(FromArrow(status));
    return Finish(&builder);
  }

  int64_t ArrivalOf(const TopicRecordView& record) const {
    const Clock& clock = *table_.env.clock;
    const int64_t age_ms = clock.WallMillis() - record.timestamp_ms.value_or(0);
    const int64_t now = clock.MonotonicNanos();
    return age_ms < kFreshMillis ? now : std::max<int64_t>(1, now - age_ms * 1'000'000);
  }

  void Tell(const TopicChunk& chunk) {
    Note();
    if (table_.services.replies == nullptr) return;
    for (const TopicRecordView& record : chunk.records) {
      if (const auto id = RequestIdOf(record)) {
        table_.services.replies->MarkRead(table_.data_dir, *id);
      }
    }
  }

  void Note() {
    if (table_.services.replies == nullptr) return;
    table_.services.replies->NoteRead(table_.data_dir, topic_, partition_, next_);
  }

  TableContext table_;
  std::string topic_;
  int32_t partition_;
  int64_t next_ = 0;
  int64_t last_timestamp_ = -1;  // of the record read last, wall milliseconds
  uint64_t listener_ = 0;
};

class HttpSource final : public Source {
 public:
  explicit HttpSource(const TableContext& table)
      : table_(table), topic_(HttpTopicName(table.table)) {}

  bool bounded() const override { return false; }

  Result<std::vector<Split>> Discover() override {
    if (table_.services.topics == nullptr) {
      return InternalError("table '" + table_.table + "' has no log to read");
    }
    const auto wanted = static_cast<int32_t>(table_.options.GetLong("partitions"));
    TRY_ASSIGN(const TopicInfo topic, table_.services.topics->EnsureTopic(topic_, wanted));
    if (topic.partitions != wanted) {
      return UserError("MR0503",
                       "table '" + table_.table + "' has a log of " +
                           std::to_string(topic.partitions) + " partitions",
                       "its rows lie there by key, so 'partitions' cannot change",
                       "set 'partitions' back, or use another --data-dir");
    }
    std::vector<Split> splits;
    for (int32_t partition = 0; partition < topic.partitions; ++partition) {
      splits.push_back({.id = std::to_string(partition), .bounded = false});
    }
    return splits;
  }

  Result<std::unique_ptr<SplitReader>> Open(const Split& split) override {
    const auto partition = ParseOptionLong(split.id);
    if (!partition) return InternalError("'" + split.id + "' is no partition");
    auto reader = std::make_unique<HttpReader>(table_, topic_, static_cast<int32_t>(*partition));
    TRY(reader->Listen());
    return reader;
  }

 private:
  TableContext table_;
  std::string topic_;
};

class HttpConnector final : public Connector {
 public:
  std::string_view name() const override { return kHttpConnector; }
  std::string_view summary() const override {
    return "Rows that are posted to /ingest/<table> and /decide/<table>, through a durable log.";
  }
  std::vector<OptionSpec> options() const override { return HttpOptions(); }
  std::vector<OptionSpec> extra_options() const override { return HttpExtraOptions(); }
  bool can_read() const override { return true; }
  bool can_write() const override { return false; }
  bool needs_format() const override { return true; }
  std::vector<MetadataColumn> metadata() const override {
    return {{.key = std::string(kRequestId), .type = DataType::String()},
            {.key = std::string(kTimestamp), .type = DataType::TimestampLtz(3)},
            {.key = std::string(kPartition), .type = DataType::Int()},
            {.key = std::string(kOffset), .type = DataType::BigInt()}};
  }
  Status Check(const TableContext& table, bool) const override {
    if (table.whole_files) {
      return UserError("MR0506", "rows that are posted cannot come as whole files", {},
                       "use 'format' = 'json' or 'csv'");
    }
    return CheckHttpOptions(table);
  }
  Result<std::unique_ptr<Source>> MakeSource(const TableContext& table) const override {
    return std::make_unique<HttpSource>(table);
  }
};

}  // namespace

std::unique_ptr<Connector> MakeHttpConnector() { return std::make_unique<HttpConnector>(); }

}  // namespace millrace
