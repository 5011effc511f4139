// SPDX-License-Identifier: Apache-2.0
// Text of single values as Java prints them: what Flink's print shows and where its casts to STRING
// start.
#pragma once

#include <cstdint>
#include <string>

namespace millrace {

void AppendInteger(int64_t value, std::string* out);

/// As Double.toString: shortest digits that read back, `1.0E7`, `0.001`, `NaN`, `-Infinity`.
void AppendDouble(double value, std::string* out);
/// As Float.toString.
void AppendFloat(float value, std::string* out);

/// `2024-01-31`; years beyond 9999 take a sign, as LocalDate.toString.
void AppendDate(int64_t days, std::string* out);
/// `10:00`, `10:00:01`, `10:00:00.123`, as LocalTime.toString.
void AppendTime(int64_t milliseconds, std::string* out);
/// `2024-01-01T00:00`, as LocalDateTime.toString.
void AppendTimestamp(int64_t ticks, int64_t ticks_per_second, std::string* out);
/// `2024-01-01T00:00:00Z`, as Instant.toString.
void AppendInstant(int64_t ticks, int64_t ticks_per_second, std::string* out);

/// `PT26H3M4.5S`, as Duration.toString.
void AppendDuration(int64_t milliseconds, std::string* out);
/// `P14M`, as Period.toString.
void AppendPeriod(int64_t months, std::string* out);

/// `value` in at least `width` digits, zeros in front. Not negative.
void AppendPadded(int64_t value, int width, std::string* out);

}  // namespace millrace
