// SPDX-License-Identifier: Apache-2.0
// Nearest names: ranks a closed world of names by how likely a user meant one of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Returns up to `limit` of `world`, best first: case-insensitive equality, then
/// Damerau-Levenshtein distance up to a third of the longer length (at least 1), then prefix and
/// word-part matches. Empty if nothing is near.
std::vector<std::string> NearestNames(std::string_view name, const std::vector<std::string>& world,
                                      size_t limit = 3);

}  // namespace millrace
