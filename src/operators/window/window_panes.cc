// SPDX-License-Identifier: Apache-2.0
#include "operators/window/window_panes.h"

#include "state/encoding.h"

namespace millrace {
namespace {

constexpr size_t kSparePanes = 16;
constexpr size_t kTimeBytes = 8;  // of an entry's key; the rest is the key

int GroupOf(std::string_view entry_key) {
  return KeyGroupOf(HashBytes(entry_key.substr(kTimeBytes)));
}

}  // namespace

WindowPanes::WindowPanes(std::string name, bool track, const std::vector<AggregateCall>* calls)
    : name_(std::move(name)), track_(track), calls_(calls), keys_("keys", false), merged_(calls) {}

void WindowPanes::FindKeys(const EncodedKeys& keys, std::vector<uint32_t>* slots) {
  const size_t before = keys_.entries();
  keys_.FindOrInsert(keys, slots);
  if (keys_.entries() == before) return;
  if (panes_of_key_.size() < keys_.slot_limit()) panes_of_key_.resize(keys_.slot_limit());
  // A key of late rows only gets no pane.
  for (uint32_t slot : *slots) {
    if (panes_of_key_[slot] == 0) unheld_.push_back(slot);
  }
}

WindowPane* WindowPanes::Find(int64_t end) const {
  const auto place = panes_.find(end);
  return place == panes_.end() ? nullptr : place->second.get();
}

WindowPane* WindowPanes::Create(int64_t start, int64_t end) {
  std::unique_ptr<WindowPane> pane;
  if (spare_.empty()) {
    pane = std::make_unique<WindowPane>(calls_);
  } else {
    pane = std::move(spare_.back());
    spare_.pop_back();
  }
  pane->start = start;
  pane->end = end;
  return (panes_[end] = std::move(pane)).get();
}

/// Makes room for every key slot.
void WindowPanes::Fit(WindowPane* pane) {
  const uint32_t limit = keys_.slot_limit();
  if (pane->counts.size() >= limit) return;
  pane->counts.resize(limit);
  pane->flags.resize(limit);
  pane->states.Reserve(limit);
}

void WindowPanes::Touch(WindowPane* pane, uint32_t slot) {
  pane->flags[slot] = kTouched;
  pane->touched.push_back(slot);
  if (pane == &merged_) return;
  if (slot >= panes_of_key_.size()) panes_of_key_.resize(keys_.slot_limit());
  ++panes_of_key_[slot];
}

Status WindowPanes::Flush(WindowPane* pane,
                          std::span<const std::shared_ptr<arrow::Array>> columns) {
  Fit(pane);
  for (size_t i = 0; i < pane->slots.size(); ++i) {
    const uint32_t slot = pane->slots[i];
    if (pane->flags[slot] == 0) Touch(pane, slot);
    pane->counts[slot] += pane->signs.empty() ? 1 : pane->signs[i];
    if (track_ && (pane->flags[slot] & kDirty) == 0) {
      pane->flags[slot] |= kDirty;
      pane->dirty.push_back(slot);
    }
  }
  TRY(pane->states.Update({.columns = columns,
                           .rows = pane->rows,
                           .slots = pane->slots,
                           .signs = pane->signs,
                           .sequence = pane->sequence}));
  pane->rows.clear();
  pane->slots.clear();
  pane->signs.clear();
  pane->sequence.clear();
  return OkStatus();
}

Status WindowPanes::MergeIn(const WindowPane& pane) {
  for (uint32_t slot : pane.touched) {
    if (merged_.flags[slot] == 0) Touch(&merged_, slot);
    merged_.counts[slot] += pane.counts[slot];
    TRY(merged_.states.Merge(slot, pane.states, slot));
  }
  return OkStatus();
}

Result<WindowPane*> WindowPanes::Merge(int64_t begin, int64_t end, bool newest_first) {
  Clear(&merged_);
  merged_.start = begin;
  merged_.end = end;
  Fit(&merged_);
  const auto first = panes_.upper_bound(begin);
  const auto last = panes_.upper_bound(end);
  if (newest_first) {
    for (auto place = last; place != first;) TRY(MergeIn(*(--place)->second));
  } else {
    for (auto place = first; place != last; ++place) TRY(MergeIn(*place->second));
  }
  return &merged_;
}

/// Empties a pane; its memory stays.
void WindowPanes::Clear(WindowPane* pane) {
  for (uint32_t slot : pane->touched) {
    pane->counts[slot] = 0;
    pane->flags[slot] = 0;
    pane->states.Reset(slot);
  }
  pane->touched.clear();
  pane->dirty.clear();
}

void WindowPanes::Drop(int64_t end) {
  const auto place = panes_.find(end);
  WindowPane* pane = place->second.get();
  for (uint32_t slot : pane->touched) {
    if ((pane->flags[slot] & kStored) != 0) deleted_.push_back(KeyOf(end, slot));
    if (--panes_of_key_[slot] == 0) unheld_.push_back(slot);
  }
  Clear(pane);
  if (spare_.size() < kSparePanes) spare_.push_back(std::move(place->second));
  panes_.erase(place);
}

void WindowPanes::ReleaseKeys() {
  for (uint32_t slot : unheld_) {
    if (panes_of_key_[slot] == 0 && keys_.live(slot)) keys_.Erase(slot);
  }
  unheld_.clear();
}

std::string WindowPanes::KeyOf(int64_t end, uint32_t slot) const {
  std::string key;
  PutOrdered(end, &key);
  key += keys_.key(slot);
  return key;
}

std::string WindowPanes::ValueOf(const WindowPane& pane, uint32_t slot) const {
  std::string value;
  PutOrdered(pane.start, &value);
  PutOrdered(pane.counts[slot], &value);
  pane.states.Serialize(slot, &value);
  return value;
}

Status WindowPanes::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const std::string& key : deleted_) TRY(visit({name_, key, {}, true, GroupOf(key)}));
  deleted_.clear();
  for (auto& [end, pane] : panes_) {
    for (uint32_t slot : pane->dirty) {
      pane->flags[slot] = kTouched | kStored;
      const std::string key = KeyOf(end, slot);
      TRY(visit({name_, key, ValueOf(*pane, slot), false, GroupOf(key)}));
    }
    pane->dirty.clear();
  }
  return OkStatus();
}

Status WindowPanes::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const auto& [end, pane] : panes_) {
    for (uint32_t slot : pane->touched) {
      const std::string key = KeyOf(end, slot);
      TRY(visit({name_, key, ValueOf(*pane, slot), false, GroupOf(key)}));
    }
  }
  return OkStatus();
}

Status WindowPanes::Apply(const StateChange& change) {
  std::string_view key = change.key;
  int64_t end = 0;
  if (!GetOrdered(&key, &end)) return CorruptStateEntry(name_);
  const uint64_t hash = HashBytes(key);
  WindowPane* pane = Find(end);
  const uint32_t known = keys_.Find(key, hash);
  if (change.deleted) {
    if (pane == nullptr || known == KeyTable::kNone || pane->flags[known] == 0) return OkStatus();
    std::erase(pane->touched, known);
    pane->counts[known] = 0;
    pane->flags[known] = 0;
    pane->states.Reset(known);
    if (--panes_of_key_[known] == 0) keys_.Erase(known);
    if (pane->touched.empty()) Drop(end);
    return OkStatus();
  }
  std::string_view value = change.value;
  int64_t start = 0;
  int64_t count = 0;
  if (!GetOrdered(&value, &start) || !GetOrdered(&value, &count)) return CorruptStateEntry(name_);
  if (pane == nullptr) pane = Create(start, end);
  const uint32_t slot = keys_.FindOrInsert(key, hash);
  Fit(pane);
  if (pane->flags[slot] == 0) Touch(pane, slot);
  pane->flags[slot] |= kStored;
  pane->counts[slot] = count;
  return pane->states.Deserialize(slot, &value);
}

size_t WindowPanes::entries() const {
  size_t total = 0;
  for (const auto& [end, pane] : panes_) total += pane->touched.size();
  return total;
}

size_t WindowPanes::memory_bytes() const {
  // Accumulators are counted at 32 bytes each: they do not tell.
  constexpr size_t kAccumulator = 32;
  const size_t per_slot = 16 + calls_->size() * kAccumulator;
  size_t total = keys_.memory_bytes() + panes_of_key_.capacity() * sizeof(uint32_t);
  for (const auto& [end, pane] : panes_) total += pane->counts.capacity() * per_slot;
  return total;
}

}  // namespace millrace
