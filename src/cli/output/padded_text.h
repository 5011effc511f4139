// SPDX-License-Identifier: Apache-2.0
// Cells of tables that people read on a terminal.
#pragma once

#include <cstddef>
#include <string>

namespace millrace {

enum class Align { kLeft, kRight };

/// With blanks to `width` columns of a terminal; a text that is wider stays as it is.
std::string Padded(std::string text, size_t width, Align align = Align::kLeft);

}  // namespace millrace
