// SPDX-License-Identifier: Apache-2.0
// HashParts: the hash (HashBytes) of a text that lies in several places.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace millrace {

uint64_t HashParts(std::span<const std::string_view> parts);

}  // namespace millrace
