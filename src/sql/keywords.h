// SPDX-License-Identifier: Apache-2.0
// The words of the dialect and which of them Flink reserves: a reserved word is an identifier only
// in backticks. Callers pass upper case.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::sql {

bool IsReservedWord(std::string_view upper);
/// Reserved words that name a function all the same: COUNT(..), LEFT(..).
bool IsReservedFunction(std::string_view upper);
/// Functions that are called without parentheses: CURRENT_TIMESTAMP.
bool IsNiladicFunction(std::string_view upper);
/// All reserved words, sorted.
const std::vector<std::string>& ReservedWords();

/// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
int EditDistance(std::string_view a, std::string_view b);
/// Those of `words` that `upper` may be a misspelling of, the likeliest first.
std::vector<std::string_view> NearKeywords(std::string_view upper,
                                           std::span<const std::string_view> words);
/// The one of `words` that `upper` is most likely a misspelling of; empty if none is near.
std::string_view NearestKeyword(std::string_view upper, std::span<const std::string_view> words);

}  // namespace millrace::sql
