// SPDX-License-Identifier: Apache-2.0
#include "operators/match/match_values.h"

namespace millrace {

std::pair<uint32_t, uint32_t> MatchView::RangeOf(int element) const {
  if (element == kNoElement) return {0, 0};
  if (element == kAllElements) return {0, begins.back()};
  const auto e = static_cast<size_t>(element);
  return {begins[e], begins[e + 1]};
}

uint32_t MatchView::RowOf(const MatchValue& value) const {
  const auto [begin, end] = RangeOf(value.element);
  if (value.offset >= static_cast<int64_t>(end - begin)) return RowStore::kNone;
  const auto offset = static_cast<uint32_t>(value.offset);
  return RowAt(value.first ? begin + offset : end - 1 - offset);
}

void MatchValues::Add(const MatchView& view) {
  for (size_t i = 0; i < values_.size(); ++i) rows_[i].push_back(view.RowOf(values_[i]));
}

Result<MatchValues::Columns> MatchValues::Take(const RowStore& rows) {
  Columns columns;
  for (size_t i = 0; i < values_.size(); ++i) {
    TRY_ASSIGN(auto column, rows.Gather(static_cast<size_t>(values_[i].column), rows_[i]));
    columns.push_back(std::move(column));
    rows_[i].clear();
  }
  return columns;
}

}  // namespace millrace
