// SPDX-License-Identifier: Apache-2.0
// Lengths of time in nanoseconds, the unit of all that is measured or waited for.
#pragma once

#include <cstdint>

namespace millrace {

constexpr int64_t kMilli = 1'000'000;

}  // namespace millrace
