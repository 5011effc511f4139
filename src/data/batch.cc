// SPDX-License-Identifier: Apache-2.0
#include "data/batch.h"

#include <arrow/array.h>
#include <arrow/array/concatenate.h>

#include <algorithm>

#include "base/check.h"
#include "data/take.h"

namespace millrace {
namespace {

template <typename T>
std::shared_ptr<const std::vector<T>> SliceSide(const std::shared_ptr<const std::vector<T>>& side,
                                                int64_t offset, int64_t length) {
  if (side == nullptr) return nullptr;
  const auto begin = side->begin() + offset;
  return std::make_shared<const std::vector<T>>(begin, begin + length);
}

template <typename T>
std::shared_ptr<const std::vector<T>> TakeSide(const std::shared_ptr<const std::vector<T>>& side,
                                               std::span<const int32_t> rows) {
  if (side == nullptr) return nullptr;
  std::vector<T> taken;
  taken.reserve(rows.size());
  for (const int32_t row : rows) taken.push_back((*side)[static_cast<size_t>(row)]);
  return std::make_shared<const std::vector<T>>(std::move(taken));
}

/// One side column of a concatenation; null if `uniform` says that a single value holds for all
/// rows.
template <typename T, typename ValueOf>
std::shared_ptr<const std::vector<T>> JoinSide(std::span<const Batch> batches, int64_t rows,
                                               bool uniform, ValueOf&& value_of) {
  if (uniform) return nullptr;
  std::vector<T> joined;
  joined.reserve(static_cast<size_t>(rows));
  for (const Batch& batch : batches) {
    for (int64_t row = 0; row < batch.num_rows; ++row) joined.push_back(value_of(batch, row));
  }
  return std::make_shared<const std::vector<T>>(std::move(joined));
}

void JoinSides(std::span<const Batch> batches, Batch* out) {
  const auto all = [&](auto&& holds) { return std::all_of(batches.begin(), batches.end(), holds); };
  out->kinds = JoinSide<ChangeKind>(batches, out->num_rows,
                                    all([](const Batch& b) { return b.kinds == nullptr; }),
                                    [](const Batch& b, int64_t row) { return b.kind(row); });
  out->watermarks =
      JoinSide<EventTime>(batches, out->num_rows, all([&](const Batch& b) {
                            return b.watermarks == nullptr && b.watermark == batches[0].watermark;
                          }),
                          [](const Batch& b, int64_t row) { return b.watermark_before(row); });
  out->watermark = batches[0].watermark;
  out->arrivals = JoinSide<int64_t>(
      batches, out->num_rows,
      all([&](const Batch& b) { return b.arrivals == nullptr && b.arrival == batches[0].arrival; }),
      [](const Batch& b, int64_t row) { return b.arrival_of(row); });
  out->arrival = batches[0].arrival;
  // Rows of several chunks have no common origin; -1: a row of none, among such of one.
  const auto some = std::ranges::find_if(
      batches, [](const auto& origins) { return origins != nullptr; }, &Batch::origins);
  if (some == batches.end()) return;
  if (!all([&](const Batch& b) { return b.origins == nullptr || b.origins == some->origins; })) {
    return;
  }
  out->origins = some->origins;
  out->origin_rows = JoinSide<int32_t>(
      batches, out->num_rows, false,
      [](const Batch& b, int64_t row) { return b.origins == nullptr ? -1 : b.origin_row(row); });
}

}  // namespace

Batch Batch::Slice(int64_t offset, int64_t length) const {
  CHECK_LE(offset + length, num_rows);
  if (offset == 0 && length == num_rows) return *this;
  Batch slice = *this;
  slice.num_rows = length;
  for (auto& column : slice.columns) column = column->Slice(offset, length);
  slice.kinds = SliceSide(kinds, offset, length);
  slice.watermarks = SliceSide(watermarks, offset, length);
  slice.arrivals = SliceSide(arrivals, offset, length);
  slice.origin_rows = SliceSide(origin_rows, offset, length);
  slice.origin_first += static_cast<int32_t>(offset);
  return slice;
}

Batch Batch::Take(std::span<const int32_t> rows) const {
  Batch taken;
  taken.num_rows = static_cast<int64_t>(rows.size());
  taken.columns.reserve(columns.size());
  for (const auto& column : columns) taken.columns.push_back(TakeRows(*column, rows));
  taken.kinds = TakeSide(kinds, rows);
  taken.watermarks = TakeSide(watermarks, rows);
  taken.watermark = watermark;
  taken.arrivals = TakeSide(arrivals, rows);
  taken.arrival = arrival;
  taken.timing = timing;
  taken.split = split;
  taken.open_splits = open_splits;
  if (origins == nullptr) return taken;
  taken.origins = origins;
  taken.origin_rows = TakeSide(origin_rows, rows);
  if (origin_rows == nullptr) {
    auto own = std::make_shared<std::vector<int32_t>>(rows.begin(), rows.end());
    for (int32_t& row : *own) row += origin_first;
    taken.origin_rows = std::move(own);
  }
  return taken;
}

Batch Batch::WithColumns(std::vector<std::shared_ptr<arrow::Array>> new_columns) const {
  Batch other = *this;
  other.columns = std::move(new_columns);
  return other;
}

Batch Concatenate(std::span<const Batch> batches) {
  CHECK(!batches.empty());
  if (batches.size() == 1) return batches[0];
  Batch joined;
  joined.split = batches.back().split;
  joined.open_splits = batches.back().open_splits;
  for (const Batch& batch : batches) {
    joined.num_rows += batch.num_rows;
    joined.timing.decoded_at = std::max(joined.timing.decoded_at, batch.timing.decoded_at);
    joined.timing.inference = std::max(joined.timing.inference, batch.timing.inference);
  }
  arrow::ArrayVector pieces(batches.size());
  for (size_t column = 0; column < batches[0].columns.size(); ++column) {
    for (size_t i = 0; i < batches.size(); ++i) pieces[i] = batches[i].columns[column];
    auto whole = arrow::Concatenate(pieces);
    CHECK(whole.ok());
    joined.columns.push_back(std::move(whole).ValueUnsafe());
  }
  JoinSides(batches, &joined);
  return joined;
}

}  // namespace millrace
