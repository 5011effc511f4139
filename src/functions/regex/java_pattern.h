// SPDX-License-Identifier: Apache-2.0
// JavaRegexPattern: a java.util.regex pattern rewritten for ICU, and for RE2 where both mean the
// same. Java's \d, \w, \s and \p{Alpha} are ASCII and so become sets; RE2 has no look-around,
// back-references, possessive quantifiers or set operations, and sees other line ends.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

struct JavaRegexPattern {
  bool valid = false;
  std::string icu;
  std::string re2;
  /// Never the same in RE2.
  bool needs_icu = false;
  /// RE2 agrees only on texts without line terminators (., $).
  bool line_sensitive = false;
  /// RE2 agrees only on ASCII texts (\b, case-insensitivity).
  bool ascii_sensitive = false;
};

JavaRegexPattern TranslateJavaPattern(std::string_view pattern);

}  // namespace millrace
