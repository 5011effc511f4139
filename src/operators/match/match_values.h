// SPDX-License-Identifier: Apache-2.0
// MatchValues: what expressions read of matches, a column per place. A match is looked at through a
// MatchView: its rows, and where its elements begin. One thread.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "plan/match/match_node.h"
#include "state/row_history.h"
#include "state/row_store.h"

namespace millrace {

/// The rows of a match, and perhaps one that is tried.
struct MatchView {
  std::span<const HistoryEntry> rows;  // at least those of the match
  std::span<const uint32_t> begins;    // by element, and the number of rows behind them
  uint32_t tried = RowStore::kNone;    // the last row, if it is not among `rows`
  /// The rows of an element, or of all.
  std::pair<uint32_t, uint32_t> RangeOf(int element) const;
  uint32_t RowAt(uint32_t place) const { return place < rows.size() ? rows[place].row : tried; }
  /// The row of a place in the store; kNone if the match has none there.
  uint32_t RowOf(const MatchValue& value) const;
};

class MatchValues {
 public:
  using Columns = std::vector<std::shared_ptr<arrow::Array>>;

  explicit MatchValues(const std::vector<MatchValue>& values)
      : values_(values), rows_(values.size()) {}

  void Add(const MatchView& view);
  /// A column per value, with a row per match added; forgets them.
  Result<Columns> Take(const RowStore& rows);

 private:
  const std::vector<MatchValue>& values_;
  std::vector<std::vector<uint32_t>> rows_;  // by value
};

}  // namespace millrace
