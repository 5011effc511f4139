// SPDX-License-Identifier: Apache-2.0
#include "log/segment/segment_index.h"

#include <algorithm>

#include "log/segment/byte_order.h"
#include "log/segment/crc32c.h"

namespace millrace {
namespace {

constexpr std::string_view kMagic = "MRIDX\r\n\1";
constexpr size_t kEntryBytes = 16;

std::string EncodeStamp(const SegmentStamp& stamp) {
  std::string bytes(kMagic);
  AppendLittle(stamp.identity.log_id, &bytes);
  AppendLittle(stamp.identity.base_offset, &bytes);
  AppendLittle(stamp.bytes, &bytes);
  AppendLittle(stamp.modified_ms, &bytes);
  return bytes;
}

}  // namespace

void SegmentIndex::Add(const Frame& record, uint64_t position, uint32_t interval_bytes) {
  if (entries.empty() || position - entries.back().position >= interval_bytes) {
    entries.push_back({.delta = static_cast<uint32_t>(record.offset - base_offset),
                       .position = static_cast<uint32_t>(position),
                       .timestamp_max_before = timestamp_max});
  }
  end_offset = record.offset + 1;
  timestamp_max = std::max(timestamp_max, record.timestamp);
}

IndexEntry SegmentIndex::ForOffset(int64_t offset) const {
  const auto behind = std::ranges::upper_bound(
      entries, offset, {}, [&](const IndexEntry& entry) { return base_offset + entry.delta; });
  if (behind == entries.begin()) return {.delta = 0, .position = kSegmentHeaderBytes};
  return *std::prev(behind);
}

IndexEntry SegmentIndex::ForTime(int64_t timestamp) const {
  // Maxima ascend, so everything in front of the last entry with an older one is older.
  const auto behind =
      std::ranges::lower_bound(entries, timestamp, {}, &IndexEntry::timestamp_max_before);
  if (behind == entries.begin()) return {.delta = 0, .position = kSegmentHeaderBytes};
  return *std::prev(behind);
}

std::string EncodeSegmentIndex(const SegmentIndex& index, const SegmentStamp& stamp) {
  std::string bytes = EncodeStamp(stamp);
  AppendLittle(index.end_offset, &bytes);
  AppendLittle(index.timestamp_max, &bytes);
  AppendLittle(static_cast<uint32_t>(index.entries.size()), &bytes);
  for (const IndexEntry& entry : index.entries) {
    AppendLittle(entry.delta, &bytes);
    AppendLittle(entry.position, &bytes);
    AppendLittle(entry.timestamp_max_before, &bytes);
  }
  AppendLittle(Crc32c(bytes), &bytes);
  return bytes;
}

std::optional<SegmentIndex> DecodeSegmentIndex(std::string_view bytes, const SegmentStamp& stamp) {
  const std::string expected = EncodeStamp(stamp);
  uint32_t checksum = 0;
  if (bytes.size() < expected.size() + sizeof checksum || !bytes.starts_with(expected)) {
    return std::nullopt;
  }
  std::string_view tail = bytes.substr(bytes.size() - sizeof checksum);
  bytes.remove_suffix(sizeof checksum);
  if (!TakeLittle(&tail, &checksum) || checksum != Crc32c(bytes)) return std::nullopt;
  bytes.remove_prefix(expected.size());
  SegmentIndex index(stamp.identity.base_offset);
  uint32_t count = 0;
  if (!TakeLittle(&bytes, &index.end_offset) || !TakeLittle(&bytes, &index.timestamp_max) ||
      !TakeLittle(&bytes, &count) || bytes.size() != count * kEntryBytes) {
    return std::nullopt;
  }
  index.entries.resize(count);
  for (IndexEntry& entry : index.entries) {
    TakeLittle(&bytes, &entry.delta);
    TakeLittle(&bytes, &entry.position);
    TakeLittle(&bytes, &entry.timestamp_max_before);
  }
  return index;
}

}  // namespace millrace
