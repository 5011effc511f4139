// SPDX-License-Identifier: Apache-2.0
// Lengths of time in nanoseconds, the unit of all that is measured or waited for, and of the
// time of a day.
#pragma once

#include <cstdint>

namespace millrace {

constexpr int64_t kMilli = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;

}  // namespace millrace
