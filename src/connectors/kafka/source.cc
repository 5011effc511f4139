// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/source.h"

#include <algorithm>

#include "connectors/kafka/discovery.h"
#include "connectors/kafka/metadata.h"
#include "connectors/kafka/position.h"
#include "connectors/kafka/record_details.h"
#include "connectors/source_lag.h"

namespace millrace {
namespace {

constexpr size_t kChunkBytes = 1 << 20;
/// kDecodePadding of formats, which connectors do not include.

/// What the readers of one shard share.
struct SharedConsumer {
  std::unique_ptr<KafkaConsumer> consumer;  // made when the first partition is opened
  /// Memory of chunks; one that nobody else holds is used again.
  std::vector<std::shared_ptr<std::string>> buffers;

  std::shared_ptr<std::string> TakeBuffer() {
    for (const auto& buffer : buffers) {
      if (buffer.use_count() == 1) {
        buffer->clear();
        return buffer;
      }
    }
    buffers.push_back(std::make_shared<std::string>());
    buffers.back()->reserve(kChunkPadding);
    return buffers.back();
  }
};

class KafkaReader final : public SplitReader, public LagReporter {
 public:
  KafkaReader(const TableContext* table, std::shared_ptr<SharedConsumer> shared,
              KafkaPartition partition)
      : table_(table), shared_(std::move(shared)), partition_(std::move(partition)) {
    limits_.bytes = kChunkBytes;
    limits_.headers = true;  // keys and headers are told of a record that becomes a dead letter
  }
  ~KafkaReader() override { Leave(); }

  Status Seek(std::string_view position) override {
    TRY_ASSIGN(position_, KafkaPosition::Parse(position));
    return OkStatus();
  }
  Result<ReadResult> Read(int64_t max_rows) override;
  std::string Position() const override { return position_.ToString(); }
  std::string PositionAt(uint64_t offset) const override;
  std::string Waiting() override { return shared_->consumer->Waiting(); }
  SourceLag Lag(int64_t wall_ms) override {
    if (!handle_) return {};
    const auto end = shared_->consumer->End(*handle_);
    if (!end && caught_up_) return {.age_ms = 0, .records = 0};
    SourceLag lag;
    if (end) {
      const int64_t last = position_.stop ? std::min(*end, *position_.stop) : *end;
      lag.records = std::max<int64_t>(0, last - position_.offset);
      if (lag.records == 0) return {.age_ms = 0, .records = 0};
    }
    if (last_timestamp_ != kKafkaNoTimestamp) {
      lag.age_ms = std::max<int64_t>(0, wall_ms - last_timestamp_);
    }
    return lag;
  }

 private:
  bool AtStop(int64_t offset) const { return position_.stop && offset >= *position_.stop; }
  void Leave() {
    if (handle_) shared_->consumer->Unassign(*handle_);
    handle_.reset();
  }
  bool CutAtStop();
  Result<ReadResult> MakeResult(std::shared_ptr<std::string> bytes);

  const TableContext* table_;
  std::shared_ptr<SharedConsumer> shared_;
  KafkaPartition partition_;
  KafkaPosition position_;
  KafkaPollLimits limits_;
  std::optional<int> handle_;
  bool caught_up_ = false;
  int64_t last_timestamp_ = kKafkaNoTimestamp;  // of the record read last
  KafkaRecords records_;                        // of the last chunk, without their bytes
};

Result<ReadResult> KafkaReader::Read(int64_t max_rows) {
  ReadResult result;
  if (AtStop(position_.offset)) {
    Leave();
    result.kind = ReadResult::Kind::kEnd;
    return result;
  }
  if (!handle_) {
    TRY_ASSIGN(handle_,
               shared_->consumer->Assign(partition_, position_.offset, position_.leader_epoch));
  }
  auto bytes = shared_->TakeBuffer();
  records_ = KafkaRecords{.bytes = std::move(*bytes)};
  limits_.records = static_cast<size_t>(std::max<int64_t>(1, max_rows));
  auto polled = shared_->consumer->Poll(*handle_, limits_, &records_);
  *bytes = std::move(records_.bytes);
  TRY(polled);
  if (records_.size() > 0 || polled->end_offset) caught_up_ = polled->end_offset.has_value();
  const bool cut = CutAtStop();
  if (records_.size() > 0) {
    last_timestamp_ = records_.timestamps.back();
    position_.offset = records_.offsets.back() + 1;
    position_.leader_epoch = records_.leader_epochs.back();
  }
  if (cut) position_.offset = *position_.stop;
  // Markers of transactions take offsets, too: the end may lie behind the last record.
  if (polled->end_offset && !cut) {
    position_.offset = std::max(position_.offset, *polled->end_offset);
  }
  if (records_.size() == 0) {
    result.kind = AtStop(position_.offset) ? ReadResult::Kind::kEnd : ReadResult::Kind::kIdle;
    return result;
  }
  return MakeResult(std::move(bytes));
}

/// Takes records off that lie behind the end; true if there were some.
bool KafkaReader::CutAtStop() {
  if (records_.size() == 0 || !AtStop(records_.offsets.back())) return false;
  const auto first = std::ranges::lower_bound(records_.offsets, *position_.stop);
  const auto keep = static_cast<size_t>(first - records_.offsets.begin());
  records_.values.resize(keep);
  records_.offsets.resize(keep);
  records_.timestamps.resize(keep);
  records_.timestamp_types.resize(keep);
  records_.leader_epochs.resize(keep);
  if (!records_.keys.empty()) records_.keys.resize(keep);
  if (!records_.header_ends.empty()) records_.header_ends.resize(keep);
  return true;
}

Result<ReadResult> KafkaReader::MakeResult(std::shared_ptr<std::string> bytes) {
  ReadResult result{.kind = ReadResult::Kind::kData};
  records_.bytes = std::move(*bytes);
  auto metadata = ReadKafkaMetadata(table_->metadata_keys, partition_, records_);
  *bytes = std::move(records_.bytes);
  TRY_ASSIGN(result.metadata, std::move(metadata));
  bytes->reserve(bytes->size() + kChunkPadding);
  RawChunk chunk{.bytes = std::move(bytes), .framed = true};
  chunk.records.reserve(records_.size());
  for (const KafkaSlice& value : records_.values) {
    chunk.records.emplace_back(value.offset, value.length);
  }
  chunk.keys.reserve(records_.keys.size());
  for (const KafkaSlice& key : records_.keys) chunk.keys.emplace_back(key.offset, key.length);
  chunk.numbers = records_.offsets;
  chunk.details = std::make_shared<KafkaRecordDetails>(chunk.bytes, &records_);
  result.data = std::move(chunk);
  return result;
}

std::string KafkaReader::PositionAt(uint64_t offset) const {
  KafkaPosition position = position_;
  position.offset = static_cast<int64_t>(offset);
  const auto next = std::ranges::lower_bound(records_.offsets, position.offset);
  if (next != records_.offsets.begin()) {
    position.leader_epoch =
        records_.leader_epochs[static_cast<size_t>(next - records_.offsets.begin() - 1)];
  } else {
    position.leader_epoch = kKafkaNoEpoch;
  }
  return position.ToString();
}

class KafkaSource final : public Source {
 public:
  KafkaSource(const TableContext& table, KafkaSettings settings)
      : table_(table),
        settings_(std::move(settings)),
        discovery_(table, settings_),
        shared_(std::make_shared<SharedConsumer>()) {}

  bool bounded() const override { return settings_.end.has_value(); }
  Result<std::vector<Split>> Discover() override { return discovery_.Discover(); }
  Status CheckStart(std::span<const Split> positions) override {
    return discovery_.CheckTopics(positions);
  }
  void OnEpochCompleted(std::span<const Split> positions) override {
    discovery_.CommitForDisplay(positions);
  }
  Result<std::unique_ptr<SplitReader>> Open(const Split& split) override {
    if (shared_->consumer == nullptr) {
      if (table_.env.kafka == nullptr) return InternalError("this process has no Kafka client");
      TRY_ASSIGN(KafkaConfig config, MakeKafkaConfig(table_, settings_, KafkaRole::kConsumer));
      config.wake = table_.wake;
      TRY_ASSIGN(shared_->consumer, table_.env.kafka->MakeConsumer(config));
    }
    TRY_ASSIGN(KafkaPartition partition, ParseSplitId(split.id));
    return std::make_unique<KafkaReader>(&table_, shared_, std::move(partition));
  }

 private:
  TableContext table_;
  KafkaSettings settings_;
  KafkaDiscovery discovery_;
  std::shared_ptr<SharedConsumer> shared_;
};

}  // namespace

Result<std::unique_ptr<Source>> MakeKafkaSource(const TableContext& table, bool upsert) {
  TRY_ASSIGN(KafkaSettings settings, ReadKafkaSettings(table, upsert, /*for_write=*/false));
  return std::make_unique<KafkaSource>(table, std::move(settings));
}

}  // namespace millrace
