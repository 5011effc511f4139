// SPDX-License-Identifier: Apache-2.0
// ColdTimes: entries of a table whose keys begin with a time (PutOrdered) and that may lie on the
// disk only, in the order of these times. Of each key group everything in front of some time is in
// memory; the owner reads on where that is earliest, and says what leaves memory.
//
// From that time on an entry may be in memory, too: the owner passes over what it has. What is
// deleted lies in front of it, or nothing of its time leaves before that is applied. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "data/batch.h"
#include "data/key_codec.h"
#include "state/cold/cold_entries.h"

namespace millrace {

class ColdTimes {
 public:
  /// `restored`: entries of a run before are there.
  ColdTimes(std::unique_ptr<ColdEntries> entries, bool restored);

  /// No entry that is on the disk only has an earlier time; kMaxWatermark: there is none.
  EventTime next() const { return next_; }
  const ColdEntries::Groups& own() const { return entries_->own(); }
  ColdEntries& entries() { return *entries_; }
  /// An entry of this time is on the disk only from here on.
  void Leave(int group, EventTime time) {
    EventTime& first = first_[static_cast<size_t>(group)];
    first = std::min(first, time);
    next_ = std::min(next_, time);
  }

  /// `rest`: of the entry's key, behind the time.
  using Visitor = std::function<Status(int group, EventTime time, std::string_view rest,
                                       std::string_view value)>;
  /// Visits the entries of that time in a group that has some. `visit` must not read state.
  Status ReadNext(const Visitor& visit);
  /// Visits all entries of a group up to this time.
  Status ReadGroup(int group, EventTime until, const Visitor& visit);

 private:
  Status Read(int group, const Visitor& visit);
  void FindNext();

  std::unique_ptr<ColdEntries> entries_;
  std::array<EventTime, kKeyGroups> first_;  // by group: nothing earlier is on the disk only
  EventTime next_ = kMaxWatermark;           // the least of them
};

/// Appends a key that is encoded already.
void AddKey(std::string_view key, EncodedKeys* keys);

}  // namespace millrace
