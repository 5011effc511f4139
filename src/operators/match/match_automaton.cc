// SPDX-License-Identifier: Apache-2.0
#include "operators/match/match_automaton.h"

#include <algorithm>

namespace millrace {
namespace {

constexpr int kNoTarget = -1;

}  // namespace

MatchAutomaton::MatchAutomaton(const std::vector<PatternElement>& pattern)
    : elements_(pattern.size()) {
  states_.emplace_back();  // kEnd
  start_ = kEnd;
  for (size_t i = pattern.size(); i-- > 0;) {
    start_ = Convert(static_cast<int>(i), pattern[i], start_);
    deterministic_ &= pattern[i].greedy() || pattern[i].min == pattern[i].max;
  }
  for (MatchState& of : states_) {
    std::vector<int> visited;
    std::vector<int> asked;
    Ask(static_cast<int>(&of - states_.data()), &visited, &asked);
    // What is behind a taken row decides whether the match is complete.
    std::vector<int> behind;
    for (const int index : visited) {
      for (const MatchStep& step : state(index).steps) {
        if (step.takes) Ask(step.target, &behind, &asked);
      }
    }
    std::ranges::sort(asked);
    const auto rest = std::ranges::unique(asked);
    asked.erase(rest.begin(), rest.end());
    of.asked = std::move(asked);
  }
}

/// The elements that are asked for in a state and in those that it can be passed over to.
void MatchAutomaton::Ask(int index, std::vector<int>* visited, std::vector<int>* asked) const {
  if (std::ranges::find(*visited, index) != visited->end()) return;
  visited->push_back(index);
  if (state(index).element >= 0) asked->push_back(state(index).element);
  for (const MatchStep& step : state(index).steps) {
    if (step.unless >= 0) asked->push_back(step.unless);
    if (!step.takes) Ask(step.target, visited, asked);
  }
}

/// A state that takes one row. `passed_to`: where it leads without one, or kNoTarget.
int MatchAutomaton::Single(int element, int target, int passed_to) {
  MatchState state{.element = element, .steps = {{.target = target}}, .asked = {}};
  if (passed_to != kNoTarget) state.steps.push_back({.target = passed_to, .takes = false});
  states_.push_back(std::move(state));
  return static_cast<int>(states_.size()) - 1;
}

int MatchAutomaton::Convert(int element, const PatternElement& of, int target) {
  if (of.greedy()) {
    for (MatchStep& step : states_[static_cast<size_t>(target)].steps) step.unless = element;
  }
  const int64_t from = std::max<int64_t>(of.min, 1);
  int last = target;
  if (of.max < 0) {
    const int loop = static_cast<int>(states_.size());
    states_.push_back({.element = element,
                       .steps = {{.target = target, .takes = false}, {.target = loop}},
                       .asked = {}});
    last = loop;
  }
  for (int64_t i = from; i < of.max; ++i) last = Single(element, last, target);
  for (int64_t i = 0; i < from - 1; ++i) last = Single(element, last, kNoTarget);
  return Single(element, last, of.optional() ? target : kNoTarget);
}

bool MatchAutomaton::loops(int index) const {
  const std::vector<MatchStep>& steps = state(index).steps;
  if (steps.size() != 2 || steps[0].takes || steps[1].target != index) return false;
  return steps[0].target != kEnd &&
         std::ranges::all_of(state(steps[0].target).steps, [&](const MatchStep& step) {
           return step.unless == state(index).element;
         });
}

}  // namespace millrace
