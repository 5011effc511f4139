// SPDX-License-Identifier: Apache-2.0
#include "log/topic/topic_partition.h"

namespace millrace {
namespace {

constexpr size_t kScratchBytesKept = 1 << 20;  // a large batch leaves no large buffer behind

}  // namespace

TopicPartition::TopicPartition(const LogHome& home, size_t idempotency_keys_max,
                               uint64_t snapshot_bytes)
    : home_(home), snapshot_bytes_(snapshot_bytes), window_(idempotency_keys_max) {}

Result<std::unique_ptr<TopicPartition>> TopicPartition::Open(const LogHome& home,
                                                             const LogSettings& settings,
                                                             size_t idempotency_keys_max,
                                                             bool create) {
  std::unique_ptr<TopicPartition> partition(
      new TopicPartition(home, idempotency_keys_max, settings.segment_bytes));
  TRY_ASSIGN(partition->log_, SegmentedLog::Open(home, settings, create));
  TRY(partition->RecoverWindow());
  return partition;
}

TopicPartition::~TopicPartition() {
  if (log_ == nullptr) return;
  const int64_t end = log_->end_offset();
  // A snapshot must not know batches that a power loss could still take away.
  if (log_->Sync() && end != snapshot_offset_) StoreSnapshot(window_.Encode(home_.log_id, end));
  log_.reset();
}

Status TopicPartition::RecoverWindow() {
  int64_t at = log_->first_offset();
  if (const auto bytes = home_.disk->ReadAll(SnapshotPath())) {
    IdentityWindow known = window_;
    const auto offset = known.Decode(*bytes, home_.log_id);
    if (offset && *offset <= log_->end_offset()) {
      window_ = std::move(known);
      snapshot_offset_ = *offset;
      at = std::max(at, *offset);
    }
  }
  TopicRecordView record;
  BatchIdentity identity;
  while (at < log_->end_offset()) {
    TRY_ASSIGN(const LogChunk chunk, log_->Read(at, {}));
    for (const LogEntry& entry : chunk.entries) {
      TRY(DecodeTopicRecord(entry.payload, &record, &identity));
      if (!identity.empty()) window_.Add(identity, entry.offset);
    }
    at = chunk.next_offset;
  }
  return OkStatus();
}

Result<TopicPartition::Appended> TopicPartition::Append(
    std::span<const TopicRecordView* const> records, const BatchIdentity& identity,
    SegmentedLog::Callback callback) {
  const std::lock_guard lock(mutex_);
  const auto count = static_cast<int64_t>(records.size());
  if (!identity.empty()) {
    if (const auto place = window_.Find(identity)) {
      ++duplicates_;
      if (callback) log_->WhenDurable(place->first_offset + place->records, std::move(callback));
      return Appended{
          .first_offset = place->first_offset, .count = place->records, .duplicate = true};
    }
  }
  const int64_t now = home_.clock->WallMillis();
  BatchIdentity first = identity;
  first.records = count;
  if (scratch_.capacity() > kScratchBytesKept) scratch_ = {};
  scratch_.clear();
  std::vector<size_t> ends;
  ends.reserve(records.size());
  for (const TopicRecordView* record : records) {
    EncodeTopicRecord(*record, ends.empty() ? first : BatchIdentity(), &scratch_);
    ends.push_back(scratch_.size());
  }
  std::vector<LogRecord> batch;
  batch.reserve(records.size());
  size_t begin = 0;
  for (size_t i = 0; i < records.size(); ++i) {
    batch.push_back({.timestamp_ms = records[i]->timestamp_ms.value_or(now),
                     .payload = std::string_view(scratch_).substr(begin, ends[i] - begin)});
    begin = ends[i];
  }
  TRY_ASSIGN(const int64_t offset, log_->Append(batch, std::move(callback)));
  if (!identity.empty()) window_.Add(first, offset);
  bytes_since_snapshot_ += scratch_.size();
  if (bytes_since_snapshot_ >= snapshot_bytes_) SnapshotLater();
  return Appended{.first_offset = offset, .count = count};
}

void TopicPartition::SnapshotLater() {
  bytes_since_snapshot_ = 0;
  const int64_t end = log_->end_offset();
  log_->WhenDurable(end, [this, bytes = window_.Encode(home_.log_id, end)](const Status& durable) {
    if (durable) StoreSnapshot(bytes);
  });
}

void TopicPartition::StoreSnapshot(const std::string& bytes) {
  // Not synced: what is torn is known by its checksum, and then all records are read.
  const std::string temporary = SnapshotPath() + ".new";
  auto file = home_.disk->OpenForAppend(temporary, std::nullopt);
  if (file && (*file)->Append(bytes) && (*file)->Close()) {
    (void)home_.disk->Rename(temporary, SnapshotPath());
  }
}

uint64_t TopicPartition::duplicates() const {
  const std::lock_guard lock(mutex_);
  return duplicates_;
}

}  // namespace millrace
