// SPDX-License-Identifier: Apache-2.0
// The identity of a row among others of its key: the bytes of the columns that tell it apart, for
// an index in memory. Long ones take the room of two hashes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// Appends what stands for `identity`, whose HashBytes is `hash`.
void AppendRowIdentity(std::string_view identity, uint64_t hash, std::string* out);

}  // namespace millrace
