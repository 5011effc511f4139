// SPDX-License-Identifier: Apache-2.0
// MatchStepper: what a row does to the matches of its partition, by the rules of Flink's CEP.
//
// Every match that has begun is led on by the row, or ends; a new one begins with it. A match that
// is complete goes out when no other is open that began earlier; it then ends those that the AFTER
// MATCH clause skips. What the conditions of the elements say of a row is asked from outside.
//
// If a pattern is deterministic, the matches of a loop are not touched while rows stay in it: a
// long run of A in `A+ B` costs the same per row whatever its length. One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "operators/match/match_automaton.h"
#include "operators/match/open_matches.h"

namespace millrace {

class MatchStepper {
 public:
  /// Whether the row at hand is one of the element, seen from the match with that place in
  /// OpenMatches::open.
  using Holds = std::function<bool(size_t place, int element)>;
  /// The row at hand was taken: `next` came from the match at `place`.
  using Taken = std::function<void(size_t place, int element, OpenMatch* next)>;
  /// A match has ended without going out, or has been led on: what is kept for it can go.
  using Ended = std::function<void(const OpenMatch& match)>;

  struct Row {
    uint64_t number = 0;
    int64_t time = 0;
  };
  struct Callbacks {
    Holds holds;
    Taken taken;  // may be empty
    Ended ended;  // may be empty
  };

  /// `pure[e]`: the condition of e looks at the row at hand only. `sums`: something is kept for
  /// each match that changes with every row it takes.
  MatchStepper(const MatchNode::Fields& fields, const std::vector<bool>& pure, bool sums);

  const MatchAutomaton& automaton() const { return automaton_; }
  /// What there is before the first row.
  OpenMatches Begin() const;
  /// Ends matches that have taken too long, and appends those that went out because of it.
  Status Expire(OpenMatches* matches, int64_t time, const Callbacks& callbacks,
                std::vector<OpenMatch>* out) const;
  /// Leads all on by a row. `taken`: some match has it now.
  Status Advance(OpenMatches* matches, const Row& row, const Callbacks& callbacks,
                 std::vector<OpenMatch>* out, bool* taken) const;
  /// A row that stays in the state which all matches have in common changes none of them.
  bool StaysCommon(const OpenMatches& matches) const;
  /// To be called for matches that were put together by others.
  void FindCommonState(OpenMatches* matches) const;
  /// The time at which the first of the matches has taken too long; nullopt if none will.
  std::optional<int64_t> Deadline(const OpenMatches& matches) const;

 private:
  struct Successors;
  void Follow(const OpenMatch& match, size_t place, const Row& row, const Callbacks& callbacks,
              Successors* successors) const;
  bool EndsBehind(int state, size_t place, const Holds& holds) const;
  OpenMatch Take(const OpenMatch& match, int element, const Row& row) const;
  OpenMatch Complete(const OpenMatch& match, const Row& row) const;
  Status Settle(OpenMatches* matches, MatchHeap completed, const Callbacks& callbacks,
                std::vector<OpenMatch>* out) const;
  Result<uint64_t> SkippedBefore(const OpenMatch& match) const;
  void EndBefore(uint64_t first, MatchHeap* heap, const Callbacks& callbacks) const;
  bool TooLong(const OpenMatch& match, int64_t time) const;
  bool pure(int state) const;

  const MatchNode::Fields& fields_;
  MatchAutomaton automaton_;
  bool sums_;
  std::vector<bool> pure_;  // by state: all that may be asked there looks at the row only
};

}  // namespace millrace
