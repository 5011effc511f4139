// SPDX-License-Identifier: Apache-2.0
// Texts of option values: numbers, booleans, and through options.h Flink's durations and memory
// sizes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace {

std::string_view TrimOption(std::string_view text);
std::optional<int64_t> ParseOptionLong(std::string_view text);
std::optional<double> ParseOptionDouble(std::string_view text);
/// ASCII letters only; how values of enumerations are compared.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);
/// "true" and "false" in any case, as Flink.
std::optional<bool> ParseOptionBoolean(std::string_view text);

}  // namespace millrace
