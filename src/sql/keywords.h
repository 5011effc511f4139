// SPDX-License-Identifier: Apache-2.0
// The words of the dialect and which of them Flink reserves: a reserved word is an identifier only in
// backticks. Callers pass upper case.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::sql {

bool IsReservedWord(std::string_view upper);
/// All reserved words, sorted.
const std::vector<std::string>& ReservedWords();

}  // namespace millrace::sql
