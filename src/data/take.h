// SPDX-License-Identifier: Apache-2.0
// Gathering of rows by index. Hand-written: for the small batches of low load, Arrow's generic
// kernel costs microseconds of dispatch per column.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>

namespace millrace {

/// The given rows of a column in the given order; an index of -1 gives NULL (outer joins).
std::shared_ptr<arrow::Array> TakeRows(const arrow::Array& column, std::span<const int32_t> rows);

}  // namespace millrace
