// SPDX-License-Identifier: Apache-2.0
#include "operators/window/fired_windows.h"

#include <algorithm>

#include "data/batch.h"
#include "state/encoding.h"

namespace millrace {

FiredWindows::FiredWindows(bool track, int shard, int shards)
    : shard_(shard), shards_(shards), least_(kMinWatermark), track_(track) {
  ends_.fill(kMinWatermark);
  for (int group = 0; group < kKeyGroups; ++group) {
    if (ShardOf(group, shards) == shard) groups_.push_back(group);
  }
}

void FiredWindows::See(const EncodedKeys& keys) {
  if (groups_.size() == kKeyGroups) return;
  for (const uint64_t hash : keys.hashes) {
    if (ShardOf(KeyGroupOf(hash), shards_) == shard_) continue;
    TakeAll();
    return;
  }
}

/// The groups that join have had no keys, so they stand where the others do.
void FiredWindows::TakeAll() {
  groups_.clear();
  for (int group = 0; group < kKeyGroups; ++group) {
    if (ShardOf(group, shards_) != shard_) ends_[static_cast<size_t>(group)] = least_;
    groups_.push_back(group);
  }
  dirty_ = track_;
}

void FiredWindows::Raise(int64_t end) {
  if (alike_ && end <= least_) return;
  for (const int group : groups_) {
    int64_t& known = ends_[static_cast<size_t>(group)];
    known = std::max(known, end);
  }
  dirty_ = track_;
  Compare();
}

void FiredWindows::Compare() {
  if (groups_.empty()) return;
  const auto [least, greatest] = std::ranges::minmax(groups_, {}, [this](int g) { return of(g); });
  least_ = of(least);
  alike_ = least_ == of(greatest);
}

Status FiredWindows::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  if (!dirty_) return OkStatus();
  dirty_ = false;
  return Snapshot(visit);
}

Status FiredWindows::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const int group : groups_) {
    if (of(group) == kMinWatermark) continue;
    std::string value;
    PutOrdered(of(group), &value);
    TRY(visit({name(), "until", value, false, group}));
  }
  return OkStatus();
}

Status FiredWindows::Apply(const StateChange& change) {
  std::string_view value = change.value;
  int64_t end = kMinWatermark;
  const bool known = change.key_group >= 0 && change.key_group < kKeyGroups;
  if (!known || (!change.deleted && !GetOrdered(&value, &end))) return CorruptStateEntry(name());
  if (groups_.size() < kKeyGroups && ShardOf(change.key_group, shards_) != shard_) TakeAll();
  ends_[static_cast<size_t>(change.key_group)] = end;
  Compare();
  return OkStatus();
}

}  // namespace millrace
