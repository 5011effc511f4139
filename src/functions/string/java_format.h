// SPDX-License-Identifier: Apache-2.0
// java.util.Formatter for the values that SQL has: %s %S %b %c %d %o %x %X %f %e %E %g %n and %%,
// with index, flags, width and precision. What Java refuses, and %a, %h and %t, gives false.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

struct FormatValue {
  enum class Kind { kNull, kBoolean, kInteger, kDouble, kText } kind = Kind::kNull;
  int64_t integer = 0;  // also the boolean
  int bits = 32;        // of the integer's type
  double number = 0;
  std::string text;  // what %s shows, for every kind but kNull
};

/// Appends the formatted text. False if the format is wrong or does not fit the values.
bool FormatLikeJava(std::string_view format, const std::vector<FormatValue>& values,
                    std::string* out);

}  // namespace millrace
