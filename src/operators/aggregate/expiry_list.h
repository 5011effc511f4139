// SPDX-License-Identifier: Apache-2.0
// ExpiryList: slots in the order in which they were last touched, for state time-to-live. A linked
// list in two arrays: touching and removing cost a few writes. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace millrace {

class ExpiryList {
 public:
  /// Moves the slot to the end. Times do not go back, but see Sort.
  void Touch(uint32_t slot, int64_t time_ms);
  void Remove(uint32_t slot);
  /// Takes the slot touched longest ago, if before that time.
  std::optional<uint32_t> PopBefore(int64_t time_ms);
  /// When the slot was touched; 0 if it is not in the list.
  int64_t time(uint32_t slot) const { return Contains(slot) ? links_[slot + 1].time_ms : 0; }
  /// Puts slots touched out of order (restored ones) in order.
  void Sort();

 private:
  struct Link {
    uint32_t previous = 0;
    uint32_t next = 0;
    int64_t time_ms = 0;
    bool linked = false;
  };
  bool Contains(uint32_t slot) const { return slot + 1 < links_.size() && links_[slot + 1].linked; }

  std::vector<Link> links_ = std::vector<Link>(1);  // index 0 is both ends; slot s is index s + 1
};

}  // namespace millrace
