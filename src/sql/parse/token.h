// SPDX-License-Identifier: Apache-2.0
// Tokens of the dialect. `value` is what the parser compares: upper case for words, unescaped text
// for quoted things, the symbol itself for symbols.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diagnostics/diagnostic.h"

namespace millrace::sql {

enum class TokenKind : uint8_t {
  kEnd,
  kWord,              // keyword or plain identifier
  kQuotedIdentifier,  // `a`
  kDoubleQuoted,      // "a": never legal, kept for the message
  kString,
  kBinary,  // X'0A': value is upper-case hex
  kInteger,
  kDecimal,
  kDouble,
  kSymbol,
  kHintStart,  // /*+
  kHintEnd,    // */
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  bool after_error = false;  // the lexer reported something right before or in this token
  Span span;
  std::string value;
};

/// Splits `source` into tokens, the last of which is kEnd. Reports bad characters and unterminated
/// literals, skips them and goes on.
std::vector<Token> Tokenize(std::string_view source, uint32_t offset, DiagnosticList* diagnostics);

}  // namespace millrace::sql
