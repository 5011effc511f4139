// SPDX-License-Identifier: Apache-2.0
// Text -> number as Flink's CAST reads it. nullopt: no such number, or out of range.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace {

/// Without the spaces at both ends (spaces only, no other white space).
std::string_view TrimSpaces(std::string_view text);

/// Without what Java's String.trim cuts: everything up to the space.
std::string_view TrimWhitespace(std::string_view text);
/// TrimWhitespace, and without one of Java's suffixes (`1.5d`, `1L`).
std::string_view TrimNumber(std::string_view text);

/// ` 5 `, `+5`, `-5.7` (cut to -5), `.5` (0). No exponent.
std::optional<int64_t> ParseInteger(std::string_view text, int64_t min, int64_t max);

/// As Double.parseDouble: `1.5`, `1e3`, `0x1p3`, `1.5d`, `NaN`, `-Infinity`; over the range is
/// infinity.
std::optional<double> ParseDouble(std::string_view text);
std::optional<float> ParseFloat(std::string_view text);

/// t, true, y, yes, 1 and f, false, n, no, 0 in any case.
std::optional<bool> ParseBoolean(std::string_view text);

}  // namespace millrace
