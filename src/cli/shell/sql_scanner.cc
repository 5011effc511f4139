// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/sql_scanner.h"

#include <cctype>

namespace millrace {
namespace {

using Place = SqlScanner::Place;

Place Opened(char c, char next) {
  if (c == '\'') return Place::kText;
  if (c == '`') return Place::kName;
  if (c == '"') return Place::kDoubleQuoted;
  if ((c == '-' && next == '-') || (c == '/' && next == '/')) return Place::kLineComment;
  if (c == '/' && next == '*') return Place::kBlockComment;
  return Place::kCode;
}

}  // namespace

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

Place SqlScanner::Take(char c, char next) {
  const Place before = place_;
  const char previous = previous_;
  previous_ = c;
  if (before == Place::kCode) {
    place_ = Opened(c, next);
    inside_ = 1;
    return place_;
  }
  const int inside = inside_++;
  bool closes = false;
  switch (before) {
    case Place::kLineComment:
      if (c != '\n') return before;
      place_ = Place::kCode;
      return Place::kCode;
    case Place::kBlockComment: closes = c == '/' && previous == '*' && inside > 2; break;
    case Place::kText: closes = c == '\''; break;
    case Place::kName: closes = c == '`'; break;
    default: closes = c == '"';
  }
  if (closes) place_ = Place::kCode;
  return before;
}

}  // namespace millrace
