// SPDX-License-Identifier: Apache-2.0
// Whole months between two points, as TIMESTAMPDIFF and (a - b) MONTH count them.
#pragma once

#include <cstdint>

namespace millrace {

/// Between two days since 1970; negative if `to` comes first.
int64_t MonthsBetweenDays(int64_t from, int64_t to);
/// Between two points in milliseconds.
int64_t MonthsBetween(int64_t from_ms, int64_t to_ms);

}  // namespace millrace
