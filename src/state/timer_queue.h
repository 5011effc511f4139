// SPDX-License-Identifier: Apache-2.0
// TimerQueue: event-time deadlines, each for a payload (an encoded key, a window). The same
// deadline for the same payload is kept once. Order of firing: time, then payload bytes. One
// thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/batch.h"
#include "state/state_store.h"

namespace millrace {

class TimerQueue final : public StateTable {
 public:
  TimerQueue(std::string name, bool track) : name_(std::move(name)), track_(track) {}

  /// `key_group`: of the key whose timer it is; part of the timer's identity.
  void Add(EventTime time, std::string_view payload, int key_group);
  void Remove(EventTime time, std::string_view payload, int key_group);
  /// kMaxWatermark when empty.
  EventTime next() const { return timers_.empty() ? kMaxWatermark : timers_.begin()->time; }
  /// Takes the first timer with time <= now into `time` and `payload`; false if there is none.
  bool Pop(EventTime now, EventTime* time, std::string* payload);

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return timers_.size(); }
  size_t memory_bytes() const override { return memory_bytes_; }

 private:
  struct Timer {
    EventTime time = 0;
    std::string payload;
    int group = -1;
    auto operator<=>(const Timer&) const = default;
  };
  std::set<Timer>::iterator Erase(std::set<Timer>::iterator place);
  size_t BytesOf(const Timer& timer) const { return sizeof(Timer) + 32 + timer.payload.size(); }
  std::string KeyOf(const Timer& timer) const;

  std::string name_;
  bool track_;
  std::set<Timer> timers_;
  std::set<Timer> added_;    // since the last delta, and still there
  std::set<Timer> removed_;  // since the last delta, and carried by an earlier one
  size_t memory_bytes_ = 0;
};

}  // namespace millrace
