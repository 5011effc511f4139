// SPDX-License-Identifier: Apache-2.0
// MR00: broken invariants of ours. A user can only report them.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0001",
        .title = "internal error",
        .explanation = R"(
Something that Millrace itself guarantees did not hold. The fault is in the program, not in your
file or data.

Nothing was written past the last point the run can resume from. Please report the whole message
together with the statement that caused it; `millrace check FILE` often narrows it down without
running anything.)",
        .example = "",
        .fixed = "",
    },
};

}  // namespace

std::span<const CodeInfo> InternalCodes() { return kCodes; }

}  // namespace millrace
