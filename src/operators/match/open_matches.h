// SPDX-License-Identifier: Apache-2.0
// OpenMatches: the matches of one partition that have begun, and those that are complete but wait
// for an earlier one to be decided. Rows are named by their number in the partition; the rows of a
// match follow each other, so it is known by its first row and where its elements begin.
//
// Matches lie in a binary heap by first row, laid out as java.util.PriorityQueue does: among
// matches that begin at one row the layout decides which goes first, in Flink as here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace millrace {

struct OpenMatch {
  static constexpr uint64_t kNotBegun = std::numeric_limits<uint64_t>::max();

  uint64_t first = kNotBegun;  // number of the first row
  int64_t first_time = 0;      // its time
  int32_t state = 0;           // of the automaton
  uint32_t sums = 0;           // slot of RunningAggregates; 0: none
  /// Where the rows of each element begin, counted from the first row; up to the element that took
  /// the last row. A complete match has all, and its length behind them.
  std::vector<uint32_t> begins;

  bool begun() const { return first != kNotBegun; }
  bool operator==(const OpenMatch&) const = default;
};

/// The least element first; the layout of java.util.PriorityQueue.
class MatchHeap {
 public:
  const std::vector<OpenMatch>& items() const { return items_; }
  std::vector<OpenMatch>& items() { return items_; }
  bool empty() const { return items_.empty(); }
  const OpenMatch& front() const { return items_.front(); }

  void Add(OpenMatch match) {
    size_t place = items_.size();
    items_.emplace_back();
    while (place > 0) {
      const size_t parent = (place - 1) / 2;
      if (match.first >= items_[parent].first) break;
      items_[place] = std::move(items_[parent]);
      place = parent;
    }
    items_[place] = std::move(match);
  }

  OpenMatch Poll() {
    OpenMatch result = std::move(items_.front());
    OpenMatch last = std::move(items_.back());
    items_.pop_back();
    if (!items_.empty()) SiftDown(0, std::move(last));
    return result;
  }

  /// Removes all that `removed` names; the rest is put in order anew, if there was one.
  template <typename F>
  void RemoveIf(F&& removed) {
    const auto rest = std::remove_if(items_.begin(), items_.end(), removed);
    if (rest == items_.end()) return;
    items_.erase(rest, items_.end());
    for (size_t i = items_.size() / 2; i-- > 0;) SiftDown(i, std::move(items_[i]));
  }

 private:
  void SiftDown(size_t place, OpenMatch match) {
    const size_t half = items_.size() / 2;
    while (place < half) {
      size_t child = 2 * place + 1;
      if (child + 1 < items_.size() && items_[child].first > items_[child + 1].first) ++child;
      if (match.first <= items_[child].first) break;
      items_[place] = std::move(items_[child]);
      place = child;
    }
    items_[place] = std::move(match);
  }

  std::vector<OpenMatch> items_;
};

struct OpenMatches {
  MatchHeap open;      // one of them has not begun
  MatchHeap complete;  // waiting
  /// The state in which all matches are that have begun, if they are all in one; else -1.
  int32_t common_state = -1;

  /// Nothing but the one that has not begun.
  bool idle() const { return open.items().size() <= 1 && complete.empty(); }
};

}  // namespace millrace
