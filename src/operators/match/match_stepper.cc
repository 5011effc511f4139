// SPDX-License-Identifier: Apache-2.0
#include "operators/match/match_stepper.h"

#include "diagnostics/diagnostic.h"

namespace millrace {

/// What the matches become by a row.
struct MatchStepper::Successors {
  MatchHeap open;
  MatchHeap complete;
  bool taken = false;
};

MatchStepper::MatchStepper(const MatchNode::Fields& fields, const std::vector<bool>& pure,
                           bool sums)
    : fields_(fields), automaton_(fields.pattern), sums_(sums) {
  for (int i = 0; i <= automaton_.start(); ++i) {
    const std::vector<int>& asked = automaton_.state(i).asked;
    pure_.push_back(
        std::ranges::all_of(asked, [&](int e) { return pure[static_cast<size_t>(e)]; }));
  }
}

bool MatchStepper::pure(int state) const { return pure_[static_cast<size_t>(state)]; }

OpenMatches MatchStepper::Begin() const {
  OpenMatches matches;
  OpenMatch match;
  match.state = automaton_.start();
  matches.open.Add(std::move(match));
  return matches;
}

bool MatchStepper::TooLong(const OpenMatch& match, int64_t time) const {
  return match.begun() && fields_.within_ms > 0 && time - match.first_time >= fields_.within_ms;
}

std::optional<int64_t> MatchStepper::Deadline(const OpenMatches& matches) const {
  if (fields_.within_ms <= 0 || !matches.open.front().begun()) return std::nullopt;
  return matches.open.front().first_time + fields_.within_ms;
}

Status MatchStepper::Expire(OpenMatches* matches, int64_t time, const Callbacks& callbacks,
                            std::vector<OpenMatch>* out) const {
  if (!TooLong(matches->open.front(), time)) return OkStatus();
  if (automaton_.deterministic()) {
    while (TooLong(matches->open.front(), time)) {
      const OpenMatch match = matches->open.Poll();
      if (callbacks.ended) callbacks.ended(match);
    }
  } else {
    MatchHeap kept;
    for (OpenMatch& match : matches->open.items()) {
      if (!TooLong(match, time)) {
        kept.Add(std::move(match));
      } else if (callbacks.ended) {
        callbacks.ended(match);
      }
    }
    matches->open = std::move(kept);
  }
  return Settle(matches, MatchHeap(), callbacks, out);
}

bool MatchStepper::StaysCommon(const OpenMatches& matches) const {
  return !sums_ && matches.common_state >= 0 && automaton_.loops(matches.common_state) &&
         pure(matches.common_state) && pure(automaton_.start());
}

OpenMatch MatchStepper::Take(const OpenMatch& match, int element, const Row& row) const {
  OpenMatch next;
  next.begins = match.begins;
  next.first = match.begun() ? match.first : row.number;
  next.first_time = match.begun() ? match.first_time : row.time;
  next.begins.resize(static_cast<size_t>(element) + 1,
                     static_cast<uint32_t>(row.number - next.first));
  return next;
}

OpenMatch MatchStepper::Complete(const OpenMatch& match, const Row& row) const {
  OpenMatch complete = match;
  complete.state = MatchAutomaton::kEnd;
  complete.begins.resize(automaton_.elements() + 1,
                         static_cast<uint32_t>(row.number + 1 - match.first));
  return complete;
}

/// Whether a match in this state is complete: it can be passed over to the end.
bool MatchStepper::EndsBehind(int state, size_t place, const Holds& holds) const {
  return std::ranges::any_of(automaton_.state(state).steps, [&](const MatchStep& step) {
    if (step.takes || (step.unless >= 0 && holds(place, step.unless))) return false;
    return step.target == MatchAutomaton::kEnd || EndsBehind(step.target, place, holds);
  });
}

void MatchStepper::Follow(const OpenMatch& match, size_t place, const Row& row,
                          const Callbacks& callbacks, Successors* successors) const {
  // States that may take the row: this one and those it is passed over to, the last found first.
  std::vector<int> states = {match.state};
  while (!states.empty()) {
    const MatchState& state = automaton_.state(states.back());
    states.pop_back();
    for (const MatchStep& step : state.steps) {
      if (step.unless >= 0 && callbacks.holds(place, step.unless)) continue;
      if (!step.takes) {
        states.push_back(step.target);
        continue;
      }
      if (!callbacks.holds(place, state.element)) continue;
      successors->taken = true;
      OpenMatch next = Take(match, state.element, row);
      next.state = step.target;
      if (step.target == MatchAutomaton::kEnd) {
        successors->complete.Add(Complete(next, row));
        continue;
      }
      const bool complete = EndsBehind(step.target, place, callbacks.holds);
      if (complete) successors->complete.Add(Complete(next, row));
      if (callbacks.taken) callbacks.taken(place, state.element, &next);
      successors->open.Add(std::move(next));
    }
  }
}

Status MatchStepper::Advance(OpenMatches* matches, const Row& row, const Callbacks& callbacks,
                             std::vector<OpenMatch>* out, bool* taken) const {
  Successors successors;
  std::vector<OpenMatch>& items = matches->open.items();
  if (StaysCommon(*matches) &&
      callbacks.holds(0, automaton_.state(matches->common_state).element)) {
    const OpenMatch begin = Begin().open.front();
    Follow(begin, 0, row, callbacks, &successors);
    for (OpenMatch& match : successors.open.items()) {
      if (match.state != matches->common_state) matches->common_state = -1;
      matches->open.Add(std::move(match));
    }
    *taken = true;
    return Settle(matches, std::move(successors.complete), callbacks, out);
  }
  for (size_t place = 0; place < items.size(); ++place) {
    Follow(items[place], place, row, callbacks, &successors);
    if (items[place].begun()) {
      if (callbacks.ended) callbacks.ended(items[place]);
    } else {
      successors.open.Add(items[place]);
    }
  }
  *taken = successors.taken;
  matches->open = std::move(successors.open);
  TRY(Settle(matches, std::move(successors.complete), callbacks, out));
  FindCommonState(matches);
  return OkStatus();
}

void MatchStepper::FindCommonState(OpenMatches* matches) const {
  matches->common_state = -1;
  if (!automaton_.deterministic()) return;
  for (const OpenMatch& match : matches->open.items()) {
    if (!match.begun()) continue;
    if (matches->common_state >= 0 && matches->common_state != match.state) {
      matches->common_state = -1;
      return;
    }
    matches->common_state = match.state;
  }
}

/// Sends what is complete and has no earlier match in front of it.
Status MatchStepper::Settle(OpenMatches* matches, MatchHeap completed, const Callbacks& callbacks,
                            std::vector<OpenMatch>* out) const {
  for (OpenMatch& match : completed.items()) matches->complete.Add(std::move(match));
  while (!matches->complete.empty() &&
         matches->complete.front().first <= matches->open.front().first) {
    OpenMatch match = matches->complete.Poll();
    TRY_ASSIGN(const uint64_t before, SkippedBefore(match));
    EndBefore(before, &matches->open, callbacks);
    EndBefore(before, &matches->complete, Callbacks());
    out->push_back(std::move(match));
  }
  return OkStatus();
}

/// Matches that began before the row of this number are skipped.
Result<uint64_t> MatchStepper::SkippedBefore(const OpenMatch& match) const {
  using Kind = AfterMatch::Kind;
  if (fields_.after.kind == Kind::kToNextRow) return match.first + 1;
  if (fields_.after.kind == Kind::kPastLastRow) return match.first + match.begins.back();
  const auto element = static_cast<size_t>(fields_.after.element);
  const std::string& name = fields_.pattern[element].name;
  const bool first = fields_.after.kind == Kind::kToFirst;
  const uint32_t begin = match.begins[element];
  const uint32_t end = match.begins[element + 1];
  if (begin == end) {
    return UserError(
        "MR0730", "AFTER MATCH SKIP: a match has no row of '" + name + "'",
        "the clause says to go on at a row of '" + name + "', which is optional in the pattern");
  }
  const uint32_t to = first ? begin : end - 1;
  if (to == 0) {
    return UserError("MR0730",
                     "AFTER MATCH SKIP: the " + std::string(first ? "first" : "last") +
                         " row of '" + name + "' is the first row of the match",
                     "going on there would find the same match for ever");
  }
  return match.first + to;
}

void MatchStepper::EndBefore(uint64_t first, MatchHeap* heap, const Callbacks& callbacks) const {
  const auto skipped = [&](const OpenMatch& match) {
    const bool ends = match.begun() && match.first < first;
    if (ends && callbacks.ended) callbacks.ended(match);
    return ends;
  };
  if (!automaton_.deterministic()) return heap->RemoveIf(skipped);
  while (!heap->empty() && skipped(heap->front())) heap->Poll();
}

}  // namespace millrace
