// SPDX-License-Identifier: Apache-2.0
#include "operators/window/window_panes.h"

#include <algorithm>
#include <span>
#include <utility>

#include "state/encoding.h"

namespace millrace {
namespace {

constexpr size_t kSparePanes = 16;
constexpr uint64_t kShortFor = 100;  // calls of Shrink that let nothing go
constexpr size_t kTimeBytes = 8;     // of an entry's key; the rest is the key

int PaneGroupOf(std::string_view entry_key) {
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
  ++held_;
  if (slot >= panes_of_key_.size()) panes_of_key_.resize(keys_.slot_limit());
  ++panes_of_key_[slot];
}

Status WindowPanes::Flush(WindowPane* pane,
                          std::span<const std::shared_ptr<arrow::Array>> columns) {
  if (pane->cold) TRY(Load(pane));
  Fit(pane);
  for (size_t i = 0; i < pane->slots.size(); ++i) {
    const uint32_t slot = pane->slots[i];
    if (pane->flags[slot] == 0) Touch(pane, slot);
    pane->counts[slot] += pane->signs.empty() ? 1 : pane->signs[i];
    if (track_ && (pane->flags[slot] & kDirty) == 0) {
      pane->flags[slot] |= kDirty | kUsed;
      ++dirty_;
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

Status WindowPanes::Drop(int64_t end) {
  const auto place = panes_.find(end);
  WindowPane* pane = place->second.get();
  if (pane->cold) TRY(DeleteCold(*pane));
  pane->cold = false;
  held_ -= pane->touched.size();
  dirty_ -= pane->dirty.size();
  for (uint32_t slot : pane->touched) {
    if ((pane->flags[slot] & kStored) != 0) deleted_.push_back(KeyOf(end, slot));
    if (--panes_of_key_[slot] == 0) unheld_.push_back(slot);
  }
  Clear(pane);
  if (spare_.size() < kSparePanes) spare_.push_back(std::move(place->second));
  panes_.erase(place);
  return OkStatus();
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
  for (const std::string& key : deleted_) TRY(visit({name_, key, {}, true, PaneGroupOf(key)}));
  deleted_.clear();
  for (auto& [end, pane] : panes_) {
    for (uint32_t slot : pane->dirty) {
      uint8_t& flags = pane->flags[slot];
      flags = static_cast<uint8_t>((flags & kUsed) | kTouched | kStored);
      const std::string key = KeyOf(end, slot);
      const std::string value = ValueOf(*pane, slot);
      TRY(visit({name_, key, value, false, PaneGroupOf(key)}));
      if (cold_ == nullptr) continue;
      collected_.emplace_back(pane.get(), slot);
      ++written_;
      written_bytes_ += key.size() + 2 * value.size();
    }
    pane->dirty.clear();
  }
  dirty_ = 0;
  return OkStatus();
}

Status WindowPanes::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const auto& [end, pane] : panes_) {
    for (uint32_t slot : pane->touched) {
      const std::string key = KeyOf(end, slot);
      TRY(visit({name_, key, ValueOf(*pane, slot), false, PaneGroupOf(key)}));
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
    --held_;
    pane->counts[known] = 0;
    pane->flags[known] = 0;
    pane->states.Reset(known);
    if (--panes_of_key_[known] == 0) keys_.Erase(known);
    return pane->touched.empty() ? Drop(end) : OkStatus();
  }
  if (pane == nullptr) pane = Create(0, end);
  const uint32_t slot = keys_.FindOrInsert(key, hash);
  Fit(pane);
  if (pane->flags[slot] == 0) Touch(pane, slot);
  pane->flags[slot] |= kStored;
  return ReadValue(change.value, &pane->start, &pane->counts[slot], &pane->states, slot);
}

Status WindowPanes::ReadValue(std::string_view value, int64_t* start, int64_t* count,
                              AggregateStates* states, uint32_t slot) const {
  if (!GetOrdered(&value, start) || !GetOrdered(&value, count)) return CorruptStateEntry(name_);
  return states->Deserialize(slot, &value);
}

size_t WindowPanes::EntryBytes() const {
  constexpr size_t kListBytes = 64;  // slot of the key, places in the lists of the pane
  return kListBytes + written_bytes_ / std::max<uint64_t>(1, written_);
}

size_t WindowPanes::unsaved_bytes() const { return cold_ == nullptr ? 0 : dirty_ * EntryBytes(); }

size_t WindowPanes::memory_bytes() const {
  // Room that entries have left is there for others: what counts is what is held.
  if (cold_ != nullptr) return held_ * EntryBytes();
  // Accumulators are counted at 32 bytes each: they do not tell.
  constexpr size_t kAccumulator = 32;
  const size_t per_slot = 16 + calls_->size() * kAccumulator;
  size_t total = keys_.memory_bytes() + panes_of_key_.capacity() * sizeof(uint32_t);
  for (const auto& [end, pane] : panes_) total += pane->counts.capacity() * per_slot;
  return total;
}

void WindowPanes::AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) {
  cold_ = std::move(entries);
  restored_ = restored;
}

/// Entries lie on the disk by key group, then slice: one look for each of both.
Status WindowPanes::FindPanes() {
  if (cold_ == nullptr || !restored_) return OkStatus();
  for (int group = 0; group < kKeyGroups; ++group) {
    if (!cold_->own()[static_cast<size_t>(group)]) continue;
    std::string from;
    const auto see = [&](std::string_view key, std::string_view value) -> Status {
      int64_t end = 0;
      int64_t start = 0;
      if (!GetOrdered(&key, &end) || !GetOrdered(&value, &start)) return CorruptStateEntry(name_);
      WindowPane* pane = Find(end);
      if (pane == nullptr) pane = Create(start, end);
      pane->cold = true;
      from.clear();
      PutOrdered(end + 1, &from);
      return OkStatus();
    };
    for (bool more = true; more;) {
      TRY_ASSIGN(more, cold_->First(group, from, see));
    }
  }
  return OkStatus();
}

std::vector<WindowPane*> WindowPanes::Between(int64_t begin, int64_t end) const {
  std::vector<WindowPane*> panes;
  const auto last = panes_.upper_bound(end);
  for (auto place = panes_.upper_bound(begin); place != last; ++place) {
    panes.push_back(place->second.get());
  }
  return panes;
}

bool WindowPanes::AnyCold(int64_t begin, int64_t end) const {
  const auto last = panes_.upper_bound(end);
  return std::any_of(panes_.upper_bound(begin), last,
                     [](const auto& entry) { return entry.second->cold; });
}

/// What lies on the disk of the keys whose rows the pane has collected.
Status WindowPanes::Load(WindowPane* pane) {
  Fit(pane);
  std::vector<uint32_t> asked;
  for (const uint32_t slot : pane->slots) {
    if (pane->flags[slot] == 0) asked.push_back(slot);
  }
  if (asked.empty()) return OkStatus();
  std::ranges::sort(asked);
  asked.erase(std::ranges::unique(asked).begin(), asked.end());
  std::vector<std::string> keys;
  keys.reserve(asked.size());
  cold_->Begin();
  for (size_t i = 0; i < asked.size(); ++i) {
    keys.push_back(KeyOf(pane->end, asked[i]));
    cold_->Add(keys.back(), HashBytes(keys_.key(asked[i])), i);
  }
  return cold_->Read(
      [&](size_t i, std::string_view value) { return ReadEntry(pane, asked[i], value); });
}

Status WindowPanes::ReadEntry(WindowPane* pane, uint32_t slot, std::string_view value) {
  Touch(pane, slot);
  pane->flags[slot] |= kStored | kUsed;
  return ReadValue(value, &pane->start, &pane->counts[slot], &pane->states, slot);
}

void WindowPanes::BeginKeeping() {
  constexpr size_t kFew = 65'536;
  may_keep_ = short_of_memory_ > 0 ? 0 : std::max(kFew, held_);
}

Result<uint32_t> WindowPanes::Keep(WindowPane* pane, std::string_view key, uint64_t hash,
                                   std::string_view value) {
  --may_keep_;
  const uint32_t slot = keys_.FindOrInsert(key, hash);
  Fit(pane);
  TRY(ReadEntry(pane, slot, value));
  return slot;
}

/// What is in memory is not deleted here.
Status WindowPanes::DeleteCold(const WindowPane& pane) {
  std::string prefix;
  PutOrdered(pane.end, &prefix);
  for (int group = 0; group < kKeyGroups; ++group) {
    if (!cold_->own()[static_cast<size_t>(group)]) continue;
    TRY(cold_->ReadGroup(group, std::span(&prefix, 1),
                         [&](size_t, std::string_view entry_key, std::string_view) {
                           const std::string_view key = entry_key.substr(kTimeBytes);
                           if (!IsHeld(pane, key, HashBytes(key))) Delete(entry_key);
                           return OkStatus();
                         }));
  }
  return OkStatus();
}

void WindowPanes::Collected(uint64_t epoch) {
  for (const auto& [pane, slot] : collected_) {
    pane->changed_in.resize(pane->counts.size());
    pane->changed_in[slot] = epoch;
  }
  collected_.clear();
}

/// It is on the disk as it is here, and nobody has asked for it lately.
bool WindowPanes::CanLeave(WindowPane* pane, uint32_t slot, uint64_t applied) const {
  uint8_t& flags = pane->flags[slot];
  const bool used = (flags & kUsed) != 0;
  flags &= static_cast<uint8_t>(~kUsed);
  if (used || (flags & (kDirty | kStored)) != kStored) return false;
  return slot >= pane->changed_in.size() || pane->changed_in[slot] <= applied;
}

void WindowPanes::Leave(WindowPane* pane, size_t place) {
  const uint32_t slot = pane->touched[place];
  pane->touched[place] = pane->touched.back();
  pane->touched.pop_back();
  --held_;
  pane->counts[slot] = 0;
  pane->flags[slot] = 0;
  pane->states.Reset(slot);
  pane->cold = true;
  if (--panes_of_key_[slot] == 0) unheld_.push_back(slot);
  if (!pane->touched.empty()) return;
  // Its columns are as long as all keys are many.
  pane->counts = {};
  pane->flags = {};
  pane->changed_in = {};
  pane->states = AggregateStates(calls_);
}

void WindowPanes::Shrink(uint64_t applied, size_t bytes) {
  if (cold_ == nullptr) return;
  const size_t kept = bytes / EntryBytes();
  if (held_ <= kept) {
    if (short_of_memory_ > 0) --short_of_memory_;
    return;
  }
  short_of_memory_ = kShortFor;
  // Twice around: entries that were used since the last time stay for one.
  size_t looks = 2 * (held_ + panes_.size());
  auto place = panes_.lower_bound(hand_);
  for (; looks > 0 && held_ > kept; --looks) {
    if (place == panes_.end()) {
      place = panes_.begin();
      hand_place_ = 0;
    }
    WindowPane* pane = place->second.get();
    if (hand_place_ >= pane->touched.size()) {
      ++place;
      hand_place_ = 0;
    } else if (CanLeave(pane, pane->touched[hand_place_], applied)) {
      Leave(pane, hand_place_);
    } else {
      ++hand_place_;
    }
  }
  hand_ = place == panes_.end() ? kMinWatermark : place->first;
  ReleaseKeys();
}

}  // namespace millrace
