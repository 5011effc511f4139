// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/group_states.h"

#include <optional>
#include <utility>

#include "state/encoding.h"

namespace millrace {
namespace {

std::optional<int64_t> TouchedOf(std::string_view value) {
  int64_t count = 0;
  int64_t touched_ms = 0;
  if (!GetOrdered(&value, &count) || !GetOrdered(&value, &touched_ms)) return std::nullopt;
  return touched_ms;
}

}  // namespace

GroupStates::GroupStates(std::string table, const std::vector<AggregateCall>* calls, int64_t ttl_ms,
                         StateStore* store, Beside beside)
    : ttl_ms_(ttl_ms),
      beside_(std::move(beside)),
      states_(calls),
      cold_expiry_(ttl_ms, TouchedOf),
      table_(std::move(table), store->track(),
             {.write = [this](uint32_t slot, std::string* out) { Write(slot, out); },
              .read = [this](uint32_t slot, std::string_view bytes) { return Read(slot, bytes); },
              .clear = [this](uint32_t slot) { Clear(slot); },
              .may_be_cold = !beside_.write}) {
  store->Register(&table_);
}

Status GroupStates::Load(const EncodedKeys& keys) {
  TRY(table_.Load(keys));
  for (const uint32_t slot : table_.loaded()) {
    if (cold_expiry_.IsOver(expiry_.time(slot), now_ms_)) End(slot);
  }
  return OkStatus();
}

void GroupStates::FindOrInsert(const EncodedKeys& keys, std::vector<uint32_t>* slots) {
  table_.FindOrInsert(keys, slots);
  Fit();
}

uint32_t GroupStates::FindOrInsert(std::string_view key, uint64_t hash) {
  const uint32_t slot = table_.FindOrInsert(key, hash);
  Fit();
  return slot;
}

void GroupStates::AddRows(uint32_t slot, int64_t rows) {
  counts_[slot] += rows;
  table_.MarkDirty(slot);
  if (ttl_ms_ != 0) expiry_.Touch(slot, now_ms_);
}

void GroupStates::Fit() {
  if (counts_.size() >= table_.slot_limit()) return;
  counts_.resize(table_.slot_limit());
  states_.Reserve(table_.slot_limit());
}

void GroupStates::Clear(uint32_t slot) {
  counts_[slot] = 0;
  states_.Reset(slot);
  expiry_.Remove(slot);
  if (beside_.clear) beside_.clear(slot);
}

void GroupStates::End(uint32_t slot) {
  Detach(slot);
  Release(slot);
}

void GroupStates::Release(uint32_t slot) {
  Clear(slot);
  table_.Release(slot);
}

Status GroupStates::Expire(int64_t now_ms) {
  now_ms_ = now_ms;
  if (ttl_ms_ == 0) return OkStatus();
  while (const auto slot = expiry_.PopBefore(now_ms - ttl_ms_ + 1)) End(*slot);
  return cold_expiry_.Sweep(now_ms, &table_);
}

void GroupStates::Restored() {
  if (ttl_ms_ != 0) expiry_.Sort();
}

void GroupStates::Write(uint32_t slot, std::string* out) const {
  PutOrdered(counts_[slot], out);
  PutOrdered(expiry_.time(slot), out);
  if (beside_.write) beside_.write(slot, out);
  states_.Serialize(slot, out);
}

Status GroupStates::Read(uint32_t slot, std::string_view bytes) {
  Fit();
  int64_t touched_ms = 0;
  if (!GetOrdered(&bytes, &counts_[slot]) || !GetOrdered(&bytes, &touched_ms) ||
      (beside_.read && !beside_.read(slot, &bytes))) {
    return CorruptStateEntry(table_.name());
  }
  if (ttl_ms_ != 0) expiry_.Touch(slot, touched_ms);
  return states_.Deserialize(slot, &bytes);
}

}  // namespace millrace
