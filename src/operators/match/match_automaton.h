// SPDX-License-Identifier: Apache-2.0
// MatchAutomaton: the states of a row pattern. In a state, a row is taken as one of its element, or
// the state is passed over to one further on; the states and the order of their steps are those of
// Flink's, since they decide which of several matches that begin at one row goes out.
//
// What follows a greedy element begins with a row that is none of that element, even where it could
// take no more: `A+ B` finds nothing where every B is an A, nor does `A{1,2} B`. Immutable.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/match/match_node.h"

namespace millrace {

struct MatchStep {
  int target = 0;
  bool takes = true;  // a row of the state's element; else the state is passed over
  int unless = -1;    // not with a row of this element
};

struct MatchState {
  int element = -1;  // -1: the end
  std::vector<MatchStep> steps;
  /// Elements whose condition a row may be asked for in this state.
  std::vector<int> asked;
};

class MatchAutomaton {
 public:
  explicit MatchAutomaton(const std::vector<PatternElement>& pattern);

  int start() const { return start_; }
  static constexpr int kEnd = 0;
  const MatchState& state(int index) const { return states_[static_cast<size_t>(index)]; }
  size_t elements() const { return elements_; }
  /// A row leads a match into one state at most, so no two matches begin at one row.
  bool deterministic() const { return deterministic_; }
  /// Rows of its element stay in the state, and any other row leaves it.
  bool loops(int index) const;

 private:
  int Single(int element, int target, int passed_to);
  int Convert(int element, const PatternElement& of, int target);
  void Ask(int index, std::vector<int>* visited, std::vector<int>* asked) const;

  std::vector<MatchState> states_;
  size_t elements_ = 0;
  int start_ = 0;
  bool deterministic_ = true;
};

}  // namespace millrace
