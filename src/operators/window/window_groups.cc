// SPDX-License-Identifier: Apache-2.0
#include "operators/window/window_groups.h"

#include <algorithm>
#include <utility>

#include "data/key_codec.h"
#include "state/encoding.h"

namespace millrace {
namespace {

constexpr size_t kTimePrefix = 8;  // of an entry's key: the end of its slice

}  // namespace

void WindowGroups::Begin(Window window) {
  std::vector<WindowPane*> panes = panes_->Between(window.begin, window.end);
  if (window.newest_first) std::ranges::reverse(panes);
  slices_.clear();
  for (WindowPane* pane : panes) {
    Slice& slice = slices_.emplace_back();
    slice.pane = pane;
    slice.goes = window.goes(pane->end);
    PutOrdered(pane->end, &slice.prefix);
    Sort(&slice);
  }
  merged_.end = window.end;
  one_.Reserve(1);
  panes_->BeginKeeping();
  group_ = -1;
}

/// What is in memory of a slice, by group, in the order in which it came.
void WindowGroups::Sort(Slice* slice) const {
  const std::vector<uint32_t>& touched = slice->pane->touched;
  std::vector<int> groups;
  groups.reserve(touched.size());
  std::vector<uint32_t> next(kKeyGroups + 1);
  for (const uint32_t slot : touched) {
    groups.push_back(panes_->keys().key_group(slot));
    ++next[static_cast<size_t>(groups.back()) + 1];
  }
  for (size_t group = 1; group < next.size(); ++group) next[group] += next[group - 1];
  slice->held.resize(touched.size());
  for (size_t i = 0; i < touched.size(); ++i) {
    slice->held[next[static_cast<size_t>(groups[i])]++] = touched[i];
  }
  slice->group_end.assign(next.begin(), next.end() - 1);
}

Result<bool> WindowGroups::Next() {
  while (++group_ < kKeyGroups) {
    Clear();
    TRY(MergeGroup());
    if (!merged_.touched.empty()) return true;
  }
  Clear();
  // What there was of them on the disk is deleted, or in memory.
  for (Slice& slice : slices_) {
    if (slice.goes || slice.all_held) slice.pane->cold = false;
  }
  slices_.clear();
  return false;
}

void WindowGroups::Clear() {
  for (const uint32_t slot : merged_.touched) {
    merged_.counts[slot] = 0;
    merged_.flags[slot] = 0;
    merged_.states.Reset(slot);
  }
  merged_.touched.clear();
  keys_ = std::make_unique<KeyIndex>();
}

Status WindowGroups::MergeGroup() {
  size_t done = 0;
  const auto merge_held = [&](size_t count) -> Status {
    for (; done < count; ++done) TRY(MergeHeld(slices_[done]));
    return OkStatus();
  };
  if (panes_->cold()->own()[static_cast<size_t>(group_)]) {
    std::vector<std::string> prefixes;
    for (const Slice& slice : slices_) prefixes.push_back(slice.prefix);
    TRY(panes_->cold()->ReadGroup(
        group_, prefixes,
        [&](size_t index, std::string_view entry_key, std::string_view value) -> Status {
          TRY(merge_held(index + 1));
          return MergeCold(&slices_[index], entry_key, value);
        }));
  }
  return merge_held(slices_.size());
}

Status WindowGroups::MergeHeld(const Slice& slice) {
  const auto group = static_cast<size_t>(group_);
  const uint32_t begin = group == 0 ? 0 : slice.group_end[group - 1];
  for (uint32_t i = begin; i < slice.group_end[group]; ++i) {
    const uint32_t held = slice.held[i];
    const std::string_view key = panes_->keys().key(held);
    const uint32_t slot = SlotOf(key, HashBytes(key));
    merged_.counts[slot] += slice.pane->counts[held];
    TRY(merged_.states.Merge(slot, slice.pane->states, held));
  }
  return OkStatus();
}

Status WindowGroups::MergeCold(Slice* slice, std::string_view entry_key, std::string_view value) {
  if (!slice->pane->cold) return OkStatus();  // all of it is in memory
  const std::string_view key = entry_key.substr(kTimePrefix);
  const uint64_t hash = HashBytes(key);
  if (panes_->IsHeld(*slice->pane, key, hash)) return OkStatus();
  const uint32_t slot = SlotOf(key, hash);
  if (!slice->goes && panes_->MayKeep()) {
    TRY_ASSIGN(const uint32_t held, panes_->Keep(slice->pane, key, hash, value));
    merged_.counts[slot] += slice->pane->counts[held];
    return merged_.states.Merge(slot, slice->pane->states, held);
  }
  slice->all_held = false;
  int64_t start = 0;
  int64_t count = 0;
  one_.Reset(0);
  TRY(panes_->ReadValue(value, &start, &count, &one_, 0));
  merged_.counts[slot] += count;
  TRY(merged_.states.Merge(slot, one_, 0));
  if (slice->goes) panes_->Delete(entry_key);
  return OkStatus();
}

uint32_t WindowGroups::SlotOf(std::string_view key, uint64_t hash) {
  const uint32_t slot = keys_->FindOrInsert(key, hash);
  if (slot >= merged_.counts.size()) {
    const size_t size = std::max<size_t>(256, 2 * merged_.counts.size());
    merged_.counts.resize(size);
    merged_.flags.resize(size);
    merged_.states.Reserve(static_cast<uint32_t>(size));
  }
  if (merged_.flags[slot] == 0) {
    merged_.flags[slot] = 1;
    merged_.touched.push_back(slot);
  }
  return slot;
}

}  // namespace millrace
