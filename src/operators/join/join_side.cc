// SPDX-License-Identifier: Apache-2.0
#include "operators/join/join_side.h"

#include <arrow/api.h>

#include <algorithm>

#include "operators/column_types.h"
#include "operators/row_identity.h"
#include "state/encoding.h"

namespace millrace {
namespace {

bool IsOne(const JoinNode& node, size_t input) {
  return node.input(input).shape == JoinInputShape::kJoinKeyContainsUniqueKey;
}

}  // namespace

JoinSide::JoinSide(const JoinNode& node, size_t input, const OperatorContext& context,
                   Options options)
    : one_per_key_(IsOne(node, input)),
      replaces_(node.input(input).shape == JoinInputShape::kHasUniqueKey),
      counts_matches_(options.counts),
      ttl_ms_(node.fields().ttl_ms[input]),
      cells_(options.cells),
      sequence_(options.sequence),
      keys_(options.name, context.state->track(), ValuesOf()),
      rows_(TypesOf(node.children()[input]->schema())),
      lists_(options.name, context.state->track(), &keys_, &rows_),
      counts_(options.name + " matches", context.state->track()) {
  if (one_per_key_) {
    context.state->Register(&keys_);
  } else {
    context.state->Register(&lists_);
  }
  if (counts_matches_) context.state->Register(&counts_);
  const JoinNode::Input& facts = node.input(input);
  if (one_per_key_ || (!facts.retracts && !replaces_)) return;
  const Schema& schema = node.children()[input]->schema();
  const std::vector<int> columns = replaces_ ? facts.unique_key : AllColumns(schema);
  identity_.emplace(columns, TypesOf(schema, columns));
}

KeyTable::Values JoinSide::ValuesOf() {
  if (one_per_key_) {
    return {.write = [this](uint32_t place, std::string* out) { Write(place, out); },
            .read = [this](uint32_t place, std::string_view bytes) { return Read(place, bytes); },
            .clear = [this](uint32_t place) { Clear(place); },
            .may_be_cold = true};
  }
  return {.write = {},
          .read = {},
          .clear = [this](uint32_t place) { EvictList(place); },
          .may_be_cold = true,
          .read_part = [this](uint32_t place, std::string_view key,
                              std::string_view value) { return lists_.Load(place, key, value); }};
}

/// What lies on the disk of the keys of a batch.
Status JoinSide::Load(const EncodedKeys& keys) {
  TRY(keys_.Load(keys));
  if (counts_matches_) TRY(LoadCounts());
  if (one_per_key_) {
    for (const uint32_t place : keys_.loaded()) {
      if (!IsOver(ones_[place].time)) continue;
      RemoveOne(place, keys_.key_group(place));
      keys_.Erase(place);
    }
    return OkStatus();
  }
  for (const uint32_t place : keys_.loaded()) {
    TRY(RestoreRows(place, lists_.entries_of(place)));
    while (keys_.live(place)) {
      const auto rows = lists_.entries_of(place);
      if (rows.empty() || !IsOver(rows.front().time)) break;
      expiry_.Remove(rows.front().row);
      ExpireRow(rows.front().row);
    }
  }
  return OkStatus();
}

/// Of the rows of the keys that have been loaded.
Status JoinSide::LoadCounts() {
  for (const uint32_t place : keys_.loaded()) {
    const uint64_t hash = HashBytes(keys_.key(place));
    for (const OrderedEntry& entry : rows_of(place)) counts_.Ask(entry.sequence, hash);
  }
  return counts_.Load();
}

void JoinSide::EvictList(uint32_t place) {
  std::vector<uint32_t> rows;
  for (const OrderedEntry& entry : lists_.entries_of(place)) {
    rows.push_back(entry.row);
    if (counts_matches_) counts_.Evict(entry.sequence, keys_.key_group(place));
    if (ttl_ms_ > 0) expiry_.Remove(entry.row);
  }
  if (finds_rows()) UnlinkRows(place, rows);
  lists_.Evict(place);
}

/// Of rows whose batches are gone.
void JoinSide::UnlinkRows(uint32_t place, std::span<const uint32_t> rows) {
  Batch batch;
  batch.num_rows = static_cast<int64_t>(rows.size());
  if (auto columns = rows_.GatherAll(rows)) batch.columns = *std::move(columns);
  identity_->Encode(batch, &encoded_identities_);
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string_view bytes = IdentityOf(place, i);
    Unlink(identities_.Find(bytes, HashBytes(bytes)), rows[i]);
  }
}

void JoinSide::Fit() {
  if (one_per_key_ && ones_.size() < keys_.slot_limit()) {
    ones_.resize(keys_.slot_limit(), {0, 0, RowStore::kNone});
  }
}

uint64_t JoinSide::NextSequence() {
  const int64_t sequence = cells_->get(sequence_);
  cells_->Set(sequence_, sequence + 1);
  return static_cast<uint64_t>(sequence);
}

JoinSide::Place& JoinSide::PlaceOf(uint32_t row) {
  if (row >= place_of_.size()) place_of_.resize(rows_.slot_limit());
  return place_of_[row];
}

Status JoinSide::BeginBatch(const Batch& batch, const EncodedKeys& keys,
                            const std::vector<bool>& passes) {
  TRY(Load(keys));
  keys_.FindOrInsert(keys, &places_);
  Fit();
  if (finds_rows()) identity_->Encode(batch, &encoded_identities_);
  std::vector<int32_t> added;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const auto i = static_cast<size_t>(row);
    const bool keeps = !passes[i] && IsAddition(batch.kind(row));
    if (keeps) added.push_back(static_cast<int32_t>(row));
    if (!keeps) maybe_empty_.push_back(places_[i]);
  }
  if (added.size() == places_.size()) {
    slots_.clear();
    rows_.Add(batch.columns, added, &slots_);
    return OkStatus();
  }
  std::vector<uint32_t> copies;
  rows_.Add(batch.columns, added, &copies);
  slots_.assign(places_.size(), RowStore::kNone);
  for (size_t i = 0; i < added.size(); ++i) slots_[static_cast<size_t>(added[i])] = copies[i];
  return OkStatus();
}

void JoinSide::Insert(size_t i, int64_t matches, int key_group) {
  if (one_per_key_) return InsertOne(places_[i], slots_[i], matches, key_group);
  InsertInList(i, places_[i], slots_[i], matches, key_group);
}

void JoinSide::InsertOne(uint32_t place, uint32_t row, int64_t matches, int key_group) {
  OrderedEntry& entry = ones_[place];
  if (entry.row != RowStore::kNone) rows_.Free(entry.row);
  if (counts_matches_) {
    if (entry.row == RowStore::kNone) {
      entry.sequence = NextSequence();
    }
    counts_.Set(entry.sequence, key_group, matches);
  }
  entry.row = row;
  entry.time = ttl_ms_ > 0 ? now_ms_ : 0;
  if (ttl_ms_ > 0) expiry_.Touch(place, now_ms_);
  keys_.MarkDirty(place);
}

void JoinSide::InsertInList(size_t i, uint32_t place, uint32_t row, int64_t matches,
                            int key_group) {
  if (replaces_) RemoveFromList(place, i, key_group);
  const OrderedEntry entry{ttl_ms_ > 0 ? now_ms_ : 0, NextSequence(), row};
  lists_.Insert(place, entry);
  if (counts_matches_) counts_.Set(entry.sequence, key_group, matches);
  if (finds_rows() || ttl_ms_ > 0) {
    PlaceOf(row) = {place, RowStore::kNone, entry.time, entry.sequence};
  }
  if (finds_rows()) AddIdentity(place, i, row);
  if (ttl_ms_ > 0) expiry_.Touch(row, now_ms_);
}

std::string_view JoinSide::IdentityOf(uint32_t place, size_t i) {
  identity_bytes_.assign(reinterpret_cast<const char*>(&place), sizeof(place));
  AppendRowIdentity(encoded_identities_.key(i), encoded_identities_.hashes[i], &identity_bytes_);
  return identity_bytes_;
}

void JoinSide::AddIdentity(uint32_t place, size_t i, uint32_t row) {
  const std::string_view bytes = IdentityOf(place, i);
  const uint32_t identity = identities_.FindOrInsert(bytes, HashBytes(bytes));
  if (identity >= first_row_.size()) first_row_.resize(identities_.slot_limit(), RowStore::kNone);
  PlaceOf(row).twin = first_row_[identity];
  first_row_[identity] = row;
}

void JoinSide::Unlink(uint32_t identity, uint32_t row) {
  uint32_t* link = &first_row_[identity];
  while (*link != row) link = &PlaceOf(*link).twin;
  *link = PlaceOf(row).twin;
  if (first_row_[identity] != RowStore::kNone) return;
  identities_.Detach(identity);
  identities_.Release(identity);
}

void JoinSide::Remove(size_t i, int key_group) {
  if (one_per_key_) return RemoveOne(places_[i], key_group);
  RemoveFromList(places_[i], i, key_group);
}

void JoinSide::RemoveOne(uint32_t place, int key_group) {
  OrderedEntry& entry = ones_[place];
  if (entry.row == RowStore::kNone) return;
  rows_.Free(entry.row);
  if (counts_matches_) counts_.Set(entry.sequence, key_group, 0);
  if (ttl_ms_ > 0) expiry_.Remove(place);
  entry = {0, 0, RowStore::kNone};
}

void JoinSide::RemoveFromList(uint32_t place, size_t i, int key_group) {
  const std::string_view bytes = IdentityOf(place, i);
  const uint32_t identity = identities_.Find(bytes, HashBytes(bytes));
  if (identity == KeyIndex::kNone) return;
  const uint32_t row = first_row_[identity];
  const Place at = PlaceOf(row);
  Unlink(identity, row);
  if (counts_matches_) counts_.Set(at.sequence, key_group, 0);
  if (ttl_ms_ > 0) expiry_.Remove(row);
  lists_.Erase(place, at.time, at.sequence);
}

void JoinSide::EndBatch() {
  for (const uint32_t place : maybe_empty_) {
    if (keys_.live(place) && rows_of(place).empty()) keys_.Erase(place);
  }
  maybe_empty_.clear();
}

Status JoinSide::Find(const EncodedKeys& keys, std::vector<uint32_t>* places) {
  TRY(Load(keys));
  Fit();
  keys_.Find(keys, places);
  return OkStatus();
}

void JoinSide::SetMatches(uint32_t place, const OrderedEntry& entry, int64_t matches,
                          int key_group) {
  if (ttl_ms_ == 0) {
    if (one_per_key_) {
      keys_.Touch(place);
    } else {
      keys_.MarkDirty(place);
    }
    return counts_.Set(entry.sequence, key_group, matches);
  }
  if (one_per_key_) {
    ones_[place].time = now_ms_;
    expiry_.Touch(place, now_ms_);
    keys_.MarkDirty(place);
    return counts_.Set(entry.sequence, key_group, matches);
  }
  Place& at = PlaceOf(entry.row);
  counts_.Set(at.sequence, key_group, 0);
  const OrderedEntry from{at.time, at.sequence, entry.row};
  at.time = now_ms_;
  at.sequence = NextSequence();
  lists_.Move(place, from, {at.time, at.sequence, entry.row});
  expiry_.Touch(entry.row, now_ms_);
  counts_.Set(at.sequence, key_group, matches);
}

Status JoinSide::Expire(int64_t now_ms) {
  now_ms_ = now_ms;
  if (ttl_ms_ == 0) return OkStatus();
  while (const auto slot = expiry_.PopBefore(now_ms - ttl_ms_ + 1)) {
    if (one_per_key_) {
      RemoveOne(*slot, keys_.key_group(*slot));
      keys_.Erase(*slot);
    } else {
      ExpireRow(*slot);
    }
  }
  return SweepDisk();
}

/// Deletes some of what is over and on the disk only.
Status JoinSide::SweepDisk() {
  if (!sweep_.IsTime(now_ms_)) return OkStatus();
  if (!one_per_key_) {
    return lists_.Sweep(ColdSweep::kEntries, [this](const OrderedEntry& entry, int key_group) {
      const bool over = IsOver(entry.time);
      if (over && counts_matches_) counts_.DeleteOnDisk(entry.sequence, key_group);
      return over;
    });
  }
  return keys_.Sweep(ColdSweep::kEntries, [this](std::string_view key, std::string_view value) {
    uint64_t time = 0;
    uint64_t sequence = 0;
    const bool over = GetVarint(&value, &time) && GetVarint(&value, &sequence) &&
                      IsOver(static_cast<int64_t>(time));
    if (over && counts_matches_) counts_.DeleteOnDisk(sequence, KeyGroupOf(HashBytes(key)));
    return over ? KeyTable::Judgement::kIsDeleted : KeyTable::Judgement::kStays;
  });
}

void JoinSide::ExpireRow(uint32_t row) {
  const Place at = PlaceOf(row);
  if (finds_rows()) UnlinkRows(at.key, std::span(&row, 1));
  if (counts_matches_) counts_.Set(at.sequence, keys_.key_group(at.key), 0);
  lists_.Erase(at.key, at.time, at.sequence);
  if (lists_.entries_of(at.key).empty()) keys_.Erase(at.key);
}

void JoinSide::Write(uint32_t place, std::string* out) const {
  const OrderedEntry& entry = ones_[place];
  PutVarint(static_cast<uint64_t>(entry.time), out);
  PutVarint(entry.sequence, out);
  rows_.Write(entry.row, out);
}

Status JoinSide::Read(uint32_t place, std::string_view bytes) {
  Fit();
  uint64_t time = 0;
  OrderedEntry entry;
  if (!GetVarint(&bytes, &time) || !GetVarint(&bytes, &entry.sequence)) {
    return CorruptStateEntry(keys_.name());
  }
  entry.time = static_cast<int64_t>(time);
  TRY_ASSIGN(entry.row, rows_.Read(bytes));
  if (ones_[place].row != RowStore::kNone) rows_.Free(ones_[place].row);
  ones_[place] = entry;
  // A start with a time-to-live that the run before did not have counts from now on.
  if (ttl_ms_ > 0) expiry_.Place(place, entry.time);
  return OkStatus();
}

void JoinSide::Clear(uint32_t place) {
  const OrderedEntry& entry = ones_[place];
  if (entry.row != RowStore::kNone) {
    rows_.Free(entry.row);
    if (counts_matches_) counts_.Evict(entry.sequence, keys_.key_group(place));
  }
  expiry_.Remove(place);
  ones_[place] = {0, 0, RowStore::kNone};
}

Status JoinSide::Restored() {
  if (one_per_key_) {
    if (ttl_ms_ > 0) expiry_.Sort();
    return OkStatus();
  }
  for (uint32_t place = 0; place < keys_.slot_limit(); ++place) {
    if (keys_.live(place)) TRY(RestoreRows(place, lists_.entries_of(place)));
  }
  if (ttl_ms_ > 0) expiry_.Sort();
  return OkStatus();
}

Status JoinSide::RestoreRows(uint32_t place, std::span<const OrderedEntry> entries) {
  if (!finds_rows() && ttl_ms_ == 0) return OkStatus();
  for (size_t begin = 0; begin < entries.size(); begin += kMaxBatchRows) {
    const auto part =
        entries.subspan(begin, std::min<size_t>(kMaxBatchRows, entries.size() - begin));
    std::vector<uint32_t> rows;
    for (const OrderedEntry& entry : part) {
      rows.push_back(entry.row);
      PlaceOf(entry.row) = {place, RowStore::kNone, entry.time, entry.sequence};
      if (ttl_ms_ > 0) expiry_.Place(entry.row, entry.time);
    }
    if (!finds_rows()) continue;
    Batch batch;
    batch.num_rows = static_cast<int64_t>(rows.size());
    TRY_ASSIGN(batch.columns, rows_.GatherAll(rows));
    identity_->Encode(batch, &encoded_identities_);
    for (size_t i = 0; i < rows.size(); ++i) AddIdentity(place, i, rows[i]);
  }
  return OkStatus();
}

}  // namespace millrace
