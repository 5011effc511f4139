// SPDX-License-Identifier: Apache-2.0
// ExpiryList: slots in the order in which they were last touched, for state time-to-live. A linked
// list in two arrays: touching and removing cost a few writes. Slots that come back from the disk
// with an earlier time than others have a queue of their own (Place). One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

namespace millrace {

class ExpiryList {
 public:
  /// Moves the slot to the end. Times do not go back, but see Sort.
  void Touch(uint32_t slot, int64_t time_ms);
  /// A slot that was touched some time ago, whenever the others were.
  void Place(uint32_t slot, int64_t time_ms);
  void Remove(uint32_t slot);
  /// Takes the slot touched longest ago, if before that time.
  std::optional<uint32_t> PopBefore(int64_t time_ms);
  /// When the slot was touched; 0 if it is not in the list.
  int64_t time(uint32_t slot) const {
    return StateOf(slot) != State::kNone ? links_[slot + 1].time_ms : 0;
  }
  /// Puts slots touched out of order (restored ones) in order.
  void Sort();

 private:
  enum class State : uint8_t { kNone, kLinked, kQueued };
  struct Link {
    uint32_t previous = 0;
    uint32_t next = 0;
    int64_t time_ms = 0;
    State state = State::kNone;
  };
  using Queued = std::pair<int64_t, uint32_t>;  // time, slot
  using Queue = std::priority_queue<Queued, std::vector<Queued>, std::greater<>>;

  State StateOf(uint32_t slot) const {
    return slot + 1 < links_.size() ? links_[slot + 1].state : State::kNone;
  }
  Link& At(uint32_t slot);
  /// True if the slot is still queued for this time.
  bool Holds(const Queued& queued) const;
  void TidyQueue();

  std::vector<Link> links_ = std::vector<Link>(1);  // index 0 is both ends; slot s is index s + 1
  Queue queue_;          // of those that were placed, and such as are not queued any more
  size_t in_queue_ = 0;  // slots that are
};

}  // namespace millrace
