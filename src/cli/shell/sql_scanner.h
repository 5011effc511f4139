// SPDX-License-Identifier: Apache-2.0
// SqlScanner: tells code from texts, quoted names and comments, one character at a time. What is
// typed is seldom complete, so the shell cannot ask the real lexer.
#pragma once

#include <cstdint>

namespace millrace {

/// Of a name or a keyword.
bool IsWordCharacter(char c);

class SqlScanner {
 public:
  enum class Place : uint8_t {
    kCode,
    kText,          // 'a', the quotes included
    kName,          // `a`
    kDoubleQuoted,  // "a"
    kLineComment,   // the line feed behind it is code
    kBlockComment,
  };

  /// Where `c` stands, given the character after it ('\0' at the end). A doubled quote inside a
  /// text closes and opens it again.
  Place Take(char c, char next);
  /// Where the next character would stand if it ended nothing.
  Place place() const { return place_; }
  void Reset() { *this = SqlScanner(); }

 private:
  Place place_ = Place::kCode;
  int inside_ = 0;  // characters of the current place before this one
  char previous_ = '\0';
};

}  // namespace millrace
