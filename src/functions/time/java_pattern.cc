// SPDX-License-Identifier: Apache-2.0
// Compiling of patterns.
#include "functions/time/java_pattern.h"

#include <algorithm>

namespace millrace {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The largest count of a letter in DateTimeFormatter; 0: no such letter.
int LargestCount(char letter) {
  switch (letter) {
    case 'd':
    case 'h':
    case 'H':
    case 'k':
    case 'K':
    case 'm':
    case 's':
    case 'w': return 2;
    case 'D': return 3;
    case 'a':
    case 'F':
    case 'W': return 1;
    case 'c':
    case 'e':
    case 'E':
    case 'G':
    case 'L':
    case 'M':
    case 'q':
    case 'Q':
    case 'B':
    case 'X':
    case 'x':
    case 'Z': return 5;
    case 'z':
    case 'O': return 4;
    case 'V': return 2;
    case 'S': return 9;
    case 'y':
    case 'u':
    case 'Y':
    case 'A':
    case 'n':
    case 'N': return 19;
    default: return 0;
  }
}

std::optional<std::string> WrongField(PatternDialect dialect, char letter, int count) {
  if (dialect == PatternDialect::kSimple) {
    if (std::string_view("GyYMLwWDdFEuaHkKhmsSzZX").find(letter) == std::string_view::npos ||
        (letter == 'X' && count > 3)) {
      return std::string("illegal pattern character '") + letter + "'";
    }
    return std::nullopt;
  }
  const int largest = LargestCount(letter);
  if (largest == 0) return std::string("unknown pattern letter '") + letter + "'";
  if (count > largest || (letter == 'c' && count == 2)) {
    return std::string("too many pattern letters '") + letter + "'";
  }
  return std::nullopt;
}

void AddLiteral(std::vector<PatternPiece>* pieces, char c) {
  if (pieces->empty() || pieces->back().kind != PatternPiece::Kind::kLiteral) {
    pieces->push_back({});
  }
  pieces->back().literal.push_back(c);
}

/// Reads a quoted literal whose opening quote is at `*i`; leaves `*i` behind the closing one.
bool TakeQuoted(std::string_view pattern, size_t* i, std::vector<PatternPiece>* pieces) {
  if (*i + 1 < pattern.size() && pattern[*i + 1] == '\'') {
    AddLiteral(pieces, '\'');
    *i += 2;
    return true;
  }
  for (size_t at = *i + 1; at < pattern.size(); ++at) {
    if (pattern[at] != '\'') {
      AddLiteral(pieces, pattern[at]);
    } else if (at + 1 < pattern.size() && pattern[at + 1] == '\'') {
      AddLiteral(pieces, '\'');
      ++at;
    } else {
      *i = at + 1;
      return true;
    }
  }
  return false;
}

}  // namespace

std::expected<JavaPattern, std::string> JavaPattern::Compile(std::string_view pattern,
                                                             PatternDialect dialect) {
  JavaPattern compiled;
  compiled.dialect_ = dialect;
  const bool formatter = dialect == PatternDialect::kFormatter;
  int open_sections = 0;
  for (size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (IsLetter(c)) {
      size_t end = i;
      while (end < pattern.size() && pattern[end] == c) ++end;
      const auto count = static_cast<int>(end - i);
      if (auto wrong = WrongField(dialect, c, count)) return std::unexpected(*wrong);
      compiled.pieces_.push_back({PatternPiece::Kind::kField, c, count, {}});
      i = end;
    } else if (c == '\'') {
      if (!TakeQuoted(pattern, &i, &compiled.pieces_)) {
        return std::unexpected("the pattern ends within a quoted text");
      }
    } else if (formatter && (c == '#' || c == '{' || c == '}')) {
      return std::unexpected(std::string("the character '") + c + "' is reserved in patterns");
    } else if (formatter && (c == '[' || c == ']')) {
      if (c == ']' && --open_sections < 0) {
        return std::unexpected("the pattern has a ']' without '['");
      }
      if (c == '[') ++open_sections;
      compiled.pieces_.push_back(
          {c == '[' ? PatternPiece::Kind::kOptionalStart : PatternPiece::Kind::kOptionalEnd,
           0,
           0,
           {}});
      ++i;
    } else {
      AddLiteral(&compiled.pieces_, c);
      ++i;
    }
  }
  for (; open_sections > 0; --open_sections) {
    compiled.pieces_.push_back({PatternPiece::Kind::kOptionalEnd, 0, 0, {}});
  }
  return compiled;
}

bool JavaPattern::needs_zone() const {
  return std::any_of(pieces_.begin(), pieces_.end(), [](const PatternPiece& piece) {
    return piece.kind == PatternPiece::Kind::kField &&
           std::string_view("VzOXxZ").find(piece.letter) != std::string_view::npos;
  });
}

}  // namespace millrace
