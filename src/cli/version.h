// SPDX-License-Identifier: Apache-2.0
// The version of the program and of the dialect it speaks.
#pragma once

#include <string_view>

namespace millrace {

constexpr std::string_view kVersion = "0.1.0";
constexpr std::string_view kDialect = "Flink SQL 2.3";

}  // namespace millrace
