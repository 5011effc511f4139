// SPDX-License-Identifier: Apache-2.0
// Pieces: the tokens of a script and the comments between them, in order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/parse/token.h"

namespace millrace::sql {

struct Piece {
  enum class Kind { kToken, kLineComment, kBlockComment };
  Kind kind = Kind::kToken;
  TokenKind token = TokenKind::kEnd;
  std::string text;         // as it will be written
  std::string value;        // upper case for words, the symbol for symbols; empty for comments
  int breaks = 0;           // line breaks before it
  int spaces = 0;           // blanks before it, on its line
  bool comparison = false;  // `<` or `>` that is no bracket of a type

  bool Is(std::string_view what) const {
    return value == what && (token == TokenKind::kWord || token == TokenKind::kSymbol);
  }
  bool comment() const { return kind != Kind::kToken; }
};

std::vector<Piece> ReadPieces(std::string_view text);

/// Whether a blank stands between two pieces on one line; `in_pattern`: of MATCH_RECOGNIZE, where
/// `+` and `*` belong to the word before.
bool SpaceBetween(const Piece& before, const Piece& left, const Piece& right, bool in_pattern);

}  // namespace millrace::sql
