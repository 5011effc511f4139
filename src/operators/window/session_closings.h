// SPDX-License-Identifier: Apache-2.0
// SessionClosings: when sessions close, as state, so that those on the disk are found in time. A
// session is named once, under the time at which it would close then; one that has grown since is
// found early, and is named again. What has been named is taken back when its session closes; of a
// session that has been on the disk it is not known here, and is taken back when its time comes.
// One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operators/window/session_set.h"
#include "state/cold/cold_times.h"
#include "state/key_table.h"

namespace millrace {

class SessionClosings final : public StateTable {
 public:
  /// `set` and `keys` outlive it.
  SessionClosings(bool track, const SessionSet* set, const KeyTable* keys)
      : track_(track), set_(set), keys_(keys) {}

  /// A new session.
  void Open(uint32_t session) {
    if (track_) opened_.push_back(session);
  }
  /// It is over, but not released.
  void Close(uint32_t session);
  /// It leaves memory, or has come back.
  void Leave(uint32_t session);
  void Load(uint32_t session) { Named(session) = kOnDisk; }

  /// No session that is on the disk only closes earlier; kMaxWatermark: there is none.
  EventTime next_on_disk() const { return times_ == nullptr ? kMaxWatermark : times_->next(); }
  bool AnyDue(EventTime watermark) const {
    return next_on_disk() <= watermark && next_on_disk() != kMaxWatermark;
  }
  /// Some of what has been named under that time, with the keys.
  using Due = std::vector<std::pair<EventTime, std::string>>;
  Status Read(Due* due);
  /// The sessions of these keys are in memory now: those that go on are named again.
  void NameAgain(const Due& due);

  std::string_view name() const override { return "closings"; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  /// Sessions that are in memory find their time by themselves.
  Status Apply(const StateChange&) override { return OkStatus(); }
  size_t entries() const override { return 0; }
  size_t memory_bytes() const override { return named_.capacity() * sizeof(EventTime); }
  bool reads_cold() const override { return track_; }
  void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) override;
  void Shrink(uint64_t, size_t) override {}

 private:
  static constexpr EventTime kUnnamed = kMaxWatermark;
  static constexpr EventTime kOnDisk = kMinWatermark;  // under a time that is not known here

  static bool IsKnown(EventTime named) { return named != kUnnamed && named != kOnDisk; }
  EventTime& Named(uint32_t session);
  void Name(uint32_t session);
  std::string_view KeyOf(uint32_t session) const { return keys_->key(set_->session(session).key); }
  static std::string EntryKey(EventTime closing, std::string_view key);

  bool track_;
  const SessionSet* set_;
  const KeyTable* keys_;
  std::vector<EventTime> named_;         // by session
  std::vector<uint32_t> opened_;         // since the last delta; some are closed by now
  std::map<std::string, bool> changes_;  // since the last delta; false: taken back
  std::unique_ptr<ColdTimes> times_;
};

}  // namespace millrace
