// SPDX-License-Identifier: Apache-2.0
// The differences of two texts by lines, in the unified form of `diff -u`.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// Empty if the texts are equal. `name` is that of the file, before and after.
std::string LineDiff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace millrace
