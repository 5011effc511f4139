// SPDX-License-Identifier: Apache-2.0
#include "state/deltas/net_changes.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/mutant.h"

namespace millrace {
namespace {

constexpr size_t kBuckets = 256;
/// Of any key: the head has room for place, shard and these.
constexpr size_t kBytesInHead = 22;
constexpr size_t kAhead = 8;  // of the entry at hand, what is loaded

/// Eight bytes from `at`, zeros behind the end, so that numbers compare as the bytes do.
uint64_t BigEndian(std::string_view bytes, size_t at) {
  if (at >= bytes.size()) return 0;
  uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, std::min<size_t>(8, bytes.size() - at));
  return __builtin_bswap64(value);
}

}  // namespace

Status NetChanges::Add(std::string_view delta, int shard) {
  const char* table_at_hand = nullptr;
  size_t table = 0;
  return ReadDelta(delta, shard, [&](const StateEntry& entry) {
    if (entry.table.data() != table_at_hand) {
      table_at_hand = entry.table.data();
      table = NumberOf(entry);
    }
    tables_[table].changes.push_back({.key = entry.key,
                                      .value = entry.value,
                                      .key_group = static_cast<int16_t>(entry.key_group),
                                      .shard = static_cast<int16_t>(entry.shard),
                                      .deleted = entry.deleted});
    return OkStatus();
  });
}

size_t NetChanges::NumberOf(const StateEntry& entry) {
  for (size_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i].operator_id == entry.operator_id && tables_[i].name == entry.table) return i;
  }
  tables_.push_back({.operator_id = entry.operator_id, .name = entry.table, .changes = {}});
  return tables_.size() - 1;
}

/// The head begins with the entry's place, then its shard if that is part of the key
/// (AppendEntryKey).
NetChanges::Sorted NetChanges::Sortable(const Change& change, size_t index) {
  const bool own = change.key_group == kShardEntry;
  const int shift = own ? 16 : 8;
  uint64_t carried = uint64_t{StatePlace(change.key_group)} << 56;
  if (own) carried |= uint64_t{static_cast<uint8_t>(change.shard)} << 48;
  Sorted sorted{.head = {},
                .change = static_cast<uint32_t>(index),
                .key_size = static_cast<uint32_t>(change.key.size())};
  for (size_t word = 0; word < sorted.head.size(); ++word) {
    const uint64_t bytes = BigEndian(change.key, word * 8);
    sorted.head[word] = carried | bytes >> shift;
    carried = bytes << (64 - shift);
  }
  return sorted;
}

std::strong_ordering NetChanges::Compare(const std::vector<Change>& changes, const Sorted& a,
                                         const Sorted& b) {
  for (size_t word = 0; word < a.head.size(); ++word) {
    if (a.head[word] != b.head[word]) return a.head[word] <=> b.head[word];
  }
  // A key that ends within its head is the beginning of the other one.
  if (std::min(a.key_size, b.key_size) <= kBytesInHead) return a.key_size <=> b.key_size;
  return changes[a.change].key <=> changes[b.change].key;
}

/// Equal keys stand together, in the order in which they came.
std::vector<NetChanges::Sorted> NetChanges::Sort(const std::vector<Change>& changes) {
  std::array<uint32_t, kBuckets + 1> ends{};
  for (const Change& change : changes) ++ends[StatePlace(change.key_group) + 1];
  for (size_t i = 1; i <= kBuckets; ++i) ends[i] += ends[i - 1];
  std::vector<Sorted> sorted(changes.size());
  for (size_t i = 0; i < changes.size(); ++i) {
    sorted[ends[StatePlace(changes[i].key_group)]++] = Sortable(changes[i], i);
  }
  const auto before = [&changes](const Sorted& a, const Sorted& b) {
    const auto order = Compare(changes, a, b);
    return order != 0 ? order < 0 : a.change < b.change;
  };
  uint32_t begin = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    std::sort(sorted.begin() + begin, sorted.begin() + ends[bucket], before);
    begin = ends[bucket];
  }
  return sorted;
}

Status NetChanges::WriteTable(std::string_view prefix, const Table& table, DurableState* state) {
  const std::vector<Sorted> sorted = Sort(table.changes);
  std::string key;
  std::string buffer;
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i + kAhead < sorted.size()) {
      __builtin_prefetch(&table.changes[sorted[i + kAhead].change]);
      __builtin_prefetch(table.changes[sorted[i + kAhead / 2].change].key.data());
    }
    const size_t other = MUTANT("first-change-wins") ? i - 1 : i + 1;
    if (other < sorted.size() && Compare(table.changes, sorted[i], sorted[other]) == 0) continue;
    const Change& change = table.changes[sorted[i].change];
    const StateEntry entry{.operator_id = table.operator_id,
                           .table = table.name,
                           .key_group = change.key_group,
                           .shard = change.shard,
                           .key = change.key,
                           .value = change.value,
                           .deleted = change.deleted};
    key = prefix;
    AppendEntryKey(entry, &key);
    TRY(change.deleted ? state->Delete(key) : state->Put(key, StateValue(entry, &buffer)));
  }
  return OkStatus();
}

Status NetChanges::WriteTo(DurableState* state, const StateMarker& marker) const {
  std::vector<std::pair<std::string, const Table*>> tables;
  for (const Table& table : tables_) {
    tables.emplace_back(StatePrefix(table.operator_id, table.name), &table);
  }
  std::ranges::sort(tables);
  TRY(state->Begin(marker));
  for (const auto& [prefix, table] : tables) TRY(WriteTable(prefix, *table, state));
  return state->Commit();
}

}  // namespace millrace
