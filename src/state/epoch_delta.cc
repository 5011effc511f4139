// SPDX-License-Identifier: Apache-2.0
#include "state/epoch_delta.h"

#include <algorithm>
#include <utility>

#include "base/mutant.h"
#include "data/key_codec.h"
#include "state/encoding.h"

namespace millrace {
namespace {

// In place of a key group.
constexpr uint8_t kShardMark = 0x80;
constexpr uint8_t kFreeMark = 0x81;

int GroupOf(uint8_t mark) {
  if (mark < kShardMark) return mark;
  return mark == kShardMark ? kShardEntry : kFreeEntry;
}

std::unexpected<Error> CorruptDelta() {
  return InternalError("a state delta cannot be read", "its bytes are not what was written");
}

/// Of a long delta, which is copied when it grows, so that room is made for what is expected, or
/// several times what there is: what is not used of it is never touched, so it costs addresses, not
/// memory.
constexpr size_t kLongDelta = 4 << 20;
constexpr size_t kGrowth = 4;

/// Room for the size of a table's entries, which is known behind them.
constexpr size_t kSizeBytes = 5;

/// What an entry needs at most beside its key and its value.
constexpr size_t kEntryBytesMax = 1 + 2 * 10;

/// A varint of kSizeBytes.
void SetSize(size_t size, char* at) {
  for (size_t i = 0; i < kSizeBytes; ++i, size >>= 7) {
    const size_t more = i + 1 < kSizeBytes ? 0x80 : 0;
    at[i] = static_cast<char>((size & 0x7F) | more);
  }
}

bool GetByte(std::string_view* bytes, uint8_t* value) {
  if (bytes->empty()) return false;
  *value = static_cast<uint8_t>(bytes->front());
  bytes->remove_prefix(1);
  return true;
}

}  // namespace

Status DeltaWriter::Collect(std::string_view operator_id, const StateStore& state, uint64_t epoch) {
  size_t expected = 0;
  for (const StateTable* table : state.tables()) expected += table->unsaved_bytes();
  if (expected >= kLongDelta && bytes_.capacity() - bytes_.size() < expected) {
    bytes_.reserve(bytes_.size() + expected);
  }
  for (StateTable* table : state.tables()) {
    Begin(operator_id, table->name(), table->merges());
    TRY(table->CollectDelta([this](const StateChange& change) {
      Add(change);
      return OkStatus();
    }));
    table->Collected(epoch);
  }
  return OkStatus();
}

void DeltaWriter::Begin(std::string_view operator_id, std::string_view table, bool merges) {
  End();
  if (bytes_.empty()) bytes_.reserve(last_size_ + last_size_ / 8);
  merges_ = merges;
  head_ = bytes_.size();
  PutBytes(operator_id, &bytes_);
  PutBytes(table, &bytes_);
  bytes_.append(kSizeBytes, '\0');
  entries_ = bytes_.size();
}

void DeltaWriter::Add(const StateChange& change) {
  if (change.deleted && MUTANT("delta-without-deletes")) return;
  const size_t room = bytes_.capacity();
  if (room >= kLongDelta &&
      room - bytes_.size() < kEntryBytesMax + change.key.size() + change.value.size()) {
    bytes_.reserve(kGrowth * (room + change.key.size() + change.value.size()));
  }
  const int without_key = merges_ ? kShardEntry : kFreeEntry;
  bytes_.push_back(
      static_cast<char>(StatePlace(change.key_group < 0 ? without_key : change.key_group)));
  PutVarint(change.key.size() << 1 | (change.deleted ? 1 : 0), &bytes_);
  bytes_.append(change.key);
  if (!change.deleted) PutBytes(change.value, &bytes_);
}

/// Takes the head of a table without entries back, or fills in their size.
void DeltaWriter::End() {
  if (entries_ == bytes_.size()) {
    bytes_.resize(head_);
  } else {
    SetSize(bytes_.size() - entries_, &bytes_[entries_ - kSizeBytes]);
  }
  head_ = entries_ = bytes_.size();
}

std::string DeltaWriter::Take() {
  End();
  last_size_ = bytes_.size();
  head_ = entries_ = 0;
  return std::exchange(bytes_, {});
}

Status ReadDelta(std::string_view delta, int shard,
                 const std::function<Status(const StateEntry&)>& visit) {
  while (!delta.empty()) {
    StateEntry entry{.shard = shard};
    std::string_view entries;
    if (!GetBytes(&delta, &entry.operator_id) || !GetBytes(&delta, &entry.table) ||
        !GetBytes(&delta, &entries)) {
      return CorruptDelta();
    }
    while (!entries.empty()) {
      uint8_t mark = 0;
      uint64_t size = 0;
      if (!GetByte(&entries, &mark) || !GetVarint(&entries, &size)) return CorruptDelta();
      entry.key_group = GroupOf(mark);
      entry.deleted = (size & 1) != 0;
      size >>= 1;
      if (size > entries.size() || mark > kFreeMark) return CorruptDelta();
      entry.key = entries.substr(0, size);
      entries.remove_prefix(size);
      entry.value = {};
      if (!entry.deleted && !GetBytes(&entries, &entry.value)) return CorruptDelta();
      TRY(visit(entry));
    }
  }
  return OkStatus();
}

std::string StatePrefix(std::string_view operator_id, std::string_view table) {
  std::string prefix;
  PutBytes(operator_id, &prefix);
  PutBytes(table, &prefix);
  return prefix;
}

void AppendStateKey(const StateEntry& entry, std::string* out) {
  *out += StatePrefix(entry.operator_id, entry.table);
  AppendEntryKey(entry, out);
}

void AppendEntryKey(const StateEntry& entry, std::string* out) {
  out->push_back(static_cast<char>(StatePlace(entry.key_group)));
  if (entry.key_group == kShardEntry) out->push_back(static_cast<char>(entry.shard));
  out->append(entry.key);
}

uint8_t StatePlace(int key_group) {
  if (key_group >= 0) return static_cast<uint8_t>(key_group);
  return key_group == kShardEntry ? kShardMark : kFreeMark;
}

std::string_view StateValue(const StateEntry& entry, std::string* buffer) {
  if (entry.key_group != kFreeEntry) return entry.value;
  buffer->assign(1, static_cast<char>(entry.shard));
  buffer->append(entry.value);
  return *buffer;
}

Result<StateEntry> ParseState(std::string_view key, std::string_view value, size_t prefix_size) {
  StateEntry entry;
  uint8_t mark = 0;
  uint8_t shard = 0;
  key.remove_prefix(std::min(prefix_size, key.size()));
  if (!GetByte(&key, &mark) || mark > kFreeMark) return CorruptDelta();
  if (mark == kShardMark && !GetByte(&key, &shard)) return CorruptDelta();
  if (mark == kFreeMark && !GetByte(&value, &shard)) return CorruptDelta();
  entry.key_group = GroupOf(mark);
  entry.shard = shard;
  entry.key = key;
  entry.value = value;
  return entry;
}

}  // namespace millrace
