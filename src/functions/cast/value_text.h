// SPDX-License-Identifier: Apache-2.0
// Text of a value as CAST(.. AS STRING) gives it: `TRUE`, `2024-01-01 10:00:00.123`, `[1, NULL]`,
// `(1, a)`. (What print shows is different: data/row_format.h.)
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "data/data_type.h"
#include "data/time/time_zone.h"

namespace millrace {

/// Appends the text of one value; NULL is `NULL`.
void AppendCastText(const DataType& type, const arrow::Array& column, int64_t row,
                    const TimeZone& zone, std::string* out);

/// `2024-01-01 10:00:00.123` with exactly `precision` digits behind the point. Ticks are local.
void AppendSqlTimestamp(int64_t ticks, int precision, std::string* out);
/// `10:00:00.12`: no zeros at the end of the fraction.
void AppendSqlTime(int64_t milliseconds, std::string* out);

/// Appends bytes as UTF-8; what is malformed becomes U+FFFD, counted as Java counts it.
void AppendRepairedUtf8(std::string_view bytes, std::string* out);

/// Cuts or pads what lies behind `start` to a CHAR(n) or VARCHAR(n), counting code points.
void FitCharacters(const DataType& type, size_t start, std::string* bytes);

}  // namespace millrace
