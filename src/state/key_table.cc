// SPDX-License-Identifier: Apache-2.0
#include "state/key_table.h"

#include <utility>

namespace millrace {

KeyTable::KeyTable(std::string name, bool track, Values values)
    : name_(std::move(name)), track_(track), values_(std::move(values)) {}

void KeyTable::Detach(uint32_t slot) {
  uint8_t& mark = index_.mark(slot);
  if ((mark & kStored) != 0) deleted_.emplace_back(index_.key(slot));
  // A slot that stays in dirty_ is skipped there, or is marked again by its next key.
  mark &= kDirty;
  index_.Detach(slot);
}

void KeyTable::AddDirty(uint32_t slot) {
  index_.mark(slot) |= kDirty;
  dirty_.push_back(slot);
}

Status KeyTable::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const std::string& key : deleted_) {
    TRY(visit({name_, key, {}, true, KeyGroupOf(HashBytes(key))}));
  }
  deleted_.clear();
  std::string value;
  for (uint32_t slot : dirty_) {
    uint8_t& mark = index_.mark(slot);
    if ((mark & kDirty) == 0) continue;
    mark &= static_cast<uint8_t>(~kDirty);
    if (!live(slot)) continue;
    mark |= kStored;
    value.clear();
    if (values_.write) values_.write(slot, &value);
    TRY(visit({name_, key(slot), value, false, key_group(slot)}));
  }
  dirty_.clear();
  return OkStatus();
}

Status KeyTable::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  for (uint32_t slot = 0; slot < slot_limit(); ++slot) {
    if (!live(slot)) continue;
    value.clear();
    if (values_.write) values_.write(slot, &value);
    TRY(visit({name_, key(slot), value, false, key_group(slot)}));
  }
  return OkStatus();
}

Status KeyTable::Apply(const StateChange& change) {
  const uint64_t hash = HashBytes(change.key);
  if (change.deleted) {
    const uint32_t slot = Find(change.key, hash);
    if (slot == kNone) return OkStatus();
    if (values_.clear) values_.clear(slot);
    index_.mark(slot) &= static_cast<uint8_t>(~kStored);
    Erase(slot);
    return OkStatus();
  }
  const uint32_t slot = FindOrInsert(change.key, hash);
  index_.mark(slot) |= kStored;
  return values_.read ? values_.read(slot, change.value) : OkStatus();
}

}  // namespace millrace
