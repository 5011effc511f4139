// SPDX-License-Identifier: Apache-2.0
#include "state/epoch_delta.h"

#include <algorithm>
#include <utility>

#include "data/key_codec.h"
#include "state/encoding.h"

namespace millrace {
namespace {

// In place of a key group.
constexpr uint8_t kShardMark = 0x80;
constexpr uint8_t kFreeMark = 0x81;

constexpr size_t kBucketsAtFirst = 1024;
constexpr uint64_t kTableSpread = 0x9E3779B97F4A7C15;

uint8_t MarkOf(int key_group) {
  if (key_group >= 0) return static_cast<uint8_t>(key_group);
  return key_group == kShardEntry ? kShardMark : kFreeMark;
}

int GroupOf(uint8_t mark) {
  if (mark < kShardMark) return mark;
  return mark == kShardMark ? kShardEntry : kFreeEntry;
}

std::unexpected<Error> CorruptDelta() {
  return InternalError("a state delta cannot be read", "its bytes are not what was written");
}

bool GetByte(std::string_view* bytes, uint8_t* value) {
  if (bytes->empty()) return false;
  *value = static_cast<uint8_t>(bytes->front());
  bytes->remove_prefix(1);
  return true;
}

void PutEntry(std::string_view key, const StateEntry& entry, DurableState* state) {
  if (entry.deleted) {
    state->Delete(key);
  } else if (entry.key_group == kFreeEntry) {
    std::string value(1, static_cast<char>(entry.shard));
    value += entry.value;
    state->Put(key, value);
  } else {
    state->Put(key, entry.value);
  }
}

}  // namespace

Status DeltaWriter::Collect(std::string_view operator_id, const StateStore& state) {
  for (StateTable* table : state.tables()) {
    Begin(operator_id, table->name(), table->merges());
    TRY(table->CollectDelta([this](const StateChange& change) {
      Add(change);
      return OkStatus();
    }));
  }
  return OkStatus();
}

void DeltaWriter::Begin(std::string_view operator_id, std::string_view table, bool merges) {
  End();
  merges_ = merges;
  PutBytes(operator_id, &table_);
  PutBytes(table, &table_);
}

void DeltaWriter::Add(const StateChange& change) {
  const int without_key = merges_ ? kShardEntry : kFreeEntry;
  entries_.push_back(
      static_cast<char>(MarkOf(change.key_group < 0 ? without_key : change.key_group)));
  PutVarint(change.key.size() << 1 | (change.deleted ? 1 : 0), &entries_);
  entries_.append(change.key);
  if (!change.deleted) PutBytes(change.value, &entries_);
}

void DeltaWriter::End() {
  if (!entries_.empty()) {
    bytes_ += table_;
    PutBytes(entries_, &bytes_);
  }
  table_.clear();
  entries_.clear();
}

std::string DeltaWriter::Take() {
  End();
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

Status ApplyDelta(std::string_view delta, int shard, DurableState* state) {
  std::string key;
  return ReadDelta(delta, shard, [&](const StateEntry& entry) {
    key.clear();
    AppendStateKey(entry, &key);
    PutEntry(key, entry, state);
    return OkStatus();
  });
}

Status NetChanges::Add(std::string_view delta, int shard) {
  const char* table_at_hand = nullptr;
  uint32_t table = 0;
  return ReadDelta(delta, shard, [&](const StateEntry& entry) {
    if (entry.table.data() != table_at_hand) {
      table_at_hand = entry.table.data();
      table = NumberOf(entry);
    }
    Put({.key = entry.key,
         .value = entry.value,
         .table = table,
         .key_group = static_cast<int16_t>(entry.key_group),
         .shard = static_cast<int16_t>(entry.shard),
         .deleted = entry.deleted});
    return OkStatus();
  });
}

uint32_t NetChanges::NumberOf(const StateEntry& entry) {
  for (size_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i].operator_id == entry.operator_id && tables_[i].name == entry.table) {
      return static_cast<uint32_t>(i);
    }
  }
  tables_.push_back({entry.operator_id, entry.table});
  return static_cast<uint32_t>(tables_.size() - 1);
}

/// Same key in DurableState: same table, group and bytes; and the same shard if that is part of it.
void NetChanges::Put(const Change& change) {
  if (changes_.size() * 2 >= buckets_.size()) Grow();
  const uint64_t hash = HashBytes(change.key) ^ (change.table * kTableSpread);
  const auto tag = static_cast<uint32_t>(hash);
  const size_t mask = buckets_.size() - 1;
  for (size_t i = tag & mask;; i = (i + 1) & mask) {
    Bucket& bucket = buckets_[i];
    if (bucket.change == 0) {
      changes_.push_back(change);
      bucket = {.change = static_cast<uint32_t>(changes_.size()), .tag = tag};
      return;
    }
    if (bucket.tag != tag) continue;
    Change& other = changes_[bucket.change - 1];
    if (other.table == change.table && other.key_group == change.key_group &&
        (change.key_group != kShardEntry || other.shard == change.shard) &&
        other.key == change.key) {
      other = change;
      return;
    }
  }
}

void NetChanges::Grow() {
  const std::vector<Bucket> before =
      std::exchange(buckets_, std::vector<Bucket>(std::max(kBucketsAtFirst, buckets_.size() * 2)));
  const size_t mask = buckets_.size() - 1;
  for (const Bucket& bucket : before) {
    if (bucket.change == 0) continue;
    size_t i = bucket.tag & mask;
    while (buckets_[i].change != 0) i = (i + 1) & mask;
    buckets_[i] = bucket;
  }
}

void NetChanges::PutInto(DurableState* state) const {
  std::string key;
  for (const Change& change : changes_) {
    const StateEntry entry{.operator_id = tables_[change.table].operator_id,
                           .table = tables_[change.table].name,
                           .key_group = change.key_group,
                           .shard = change.shard,
                           .key = change.key,
                           .value = change.value,
                           .deleted = change.deleted};
    key.clear();
    AppendStateKey(entry, &key);
    PutEntry(key, entry, state);
  }
}

std::string StatePrefix(std::string_view operator_id, std::string_view table) {
  std::string prefix;
  PutBytes(operator_id, &prefix);
  PutBytes(table, &prefix);
  return prefix;
}

void AppendStateKey(const StateEntry& entry, std::string* out) {
  PutBytes(entry.operator_id, out);
  PutBytes(entry.table, out);
  out->push_back(static_cast<char>(MarkOf(entry.key_group)));
  if (entry.key_group == kShardEntry) out->push_back(static_cast<char>(entry.shard));
  out->append(entry.key);
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
