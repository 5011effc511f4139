// SPDX-License-Identifier: Apache-2.0
// The memory limit of control groups, both versions. `root` is where the file system of this
// machine begins ("" but in tests).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace millrace {

/// The least limit among the group of this process and the groups around it, as far as they can be
/// seen from here; nothing if there is none.
std::optional<uint64_t> ControlGroupMemoryLimit(const std::string& root);

}  // namespace millrace
