// SPDX-License-Identifier: Apache-2.0
// Columns of timestamps that operators make: window bounds.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>

#include "data/data_type.h"

namespace millrace {

/// A TIMESTAMP or TIMESTAMP_LTZ column of these milliseconds.
std::shared_ptr<arrow::Array> MakeTimestamps(const DataType& type, std::span<const int64_t> millis);
/// The same value in every row.
std::shared_ptr<arrow::Array> MakeTimestamps(const DataType& type, int64_t millis, int64_t count);

}  // namespace millrace
