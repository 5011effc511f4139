// SPDX-License-Identifier: Apache-2.0
// SlotStates: the part of Accumulators that is the same wherever a slot's state is one value of a
// struct.
#pragma once

#include <vector>

#include "functions/aggregate.h"

namespace millrace {

template <typename State>
class SlotStates : public Accumulators {
 public:
  void Reserve(uint32_t count) override {
    if (count > states_.size()) states_.resize(count);
  }
  void Reset(uint32_t slot) override { states_[slot] = State(); }

 protected:
  /// The states of another object of the same call.
  static const State& StateIn(const Accumulators& other, uint32_t slot) {
    return static_cast<const SlotStates&>(other).states_[slot];
  }

  std::vector<State> states_;
};

}  // namespace millrace
