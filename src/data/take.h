// SPDX-License-Identifier: Apache-2.0
// Gathering and merging of rows by index. Hand-written: for the small batches of low load, Arrow's
// generic kernel costs microseconds of dispatch per column.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"

namespace millrace {

/// The given rows of a column in the given order; an index of -1 gives NULL (outer joins).
std::shared_ptr<arrow::Array> TakeRows(const arrow::Array& column, std::span<const int32_t> rows);

/// Rows of a column and where they go: row from[i] becomes row to[i].
struct RowPiece {
  std::shared_ptr<arrow::Array> column;
  std::vector<int32_t> from;
  std::vector<int32_t> to;
};

/// A column of `rows` rows, each from one of the pieces, which have one type, or NULL if none has
/// it. There is a piece. An error if it is too large for a column.
Result<std::shared_ptr<arrow::Array>> MergeRows(std::span<const RowPiece> pieces, int64_t rows);

}  // namespace millrace
