// SPDX-License-Identifier: Apache-2.0
#include "sql/format/pieces.h"

#include <algorithm>
#include <array>

#include "sql/keywords.h"

namespace millrace::sql {
namespace {

/// Reads the blanks and comments between two tokens.
class Gap {
 public:
  Gap(std::string_view text, std::vector<Piece>* pieces) : text_(text), pieces_(pieces) {}

  /// Ends with the blanks before what comes next.
  Piece Run() {
    Piece next;
    while (!text_.empty()) {
      if (text_.starts_with("--") || text_.starts_with("//")) {
        Comment(&next, Piece::Kind::kLineComment, std::min(text_.find('\n'), text_.size()));
      } else if (text_.starts_with("/*")) {
        const size_t end = text_.find("*/", 2);
        Comment(&next, Piece::Kind::kBlockComment,
                end == std::string_view::npos ? text_.size() : end + 2);
      } else {
        const char c = text_.front();
        next.spaces = c == '\n' ? 0 : next.spaces + 1;
        next.breaks += c == '\n' ? 1 : 0;
        text_.remove_prefix(1);
      }
    }
    return next;
  }

 private:
  void Comment(Piece* next, Piece::Kind kind, size_t length) {
    next->kind = kind;
    next->text = text_.substr(0, length);
    while (!next->text.empty() &&
           (next->text.back() == ' ' || next->text.back() == '\r' || next->text.back() == '\t')) {
      next->text.pop_back();
    }
    pieces_->push_back(std::move(*next));
    *next = {};
    text_.remove_prefix(length);
  }

  std::string_view text_;
  std::vector<Piece>* pieces_;
};

bool IsOperand(const Piece& piece) {
  switch (piece.token) {
    case TokenKind::kWord: return !IsReservedWord(piece.value);
    case TokenKind::kSymbol: return piece.value == ")" || piece.value == "]";
    case TokenKind::kHintStart:
    case TokenKind::kHintEnd:
    case TokenKind::kEnd: return false;
    default: return true;
  }
}

bool IsNestedType(const Piece& piece) {
  return piece.Is("ARRAY") || piece.Is("MAP") || piece.Is("MULTISET") || piece.Is("ROW") ||
         piece.Is("RAW");
}

bool OneOf(const Piece& piece, std::initializer_list<std::string_view> symbols) {
  return piece.token == TokenKind::kSymbol &&
         std::ranges::find(symbols, piece.value) != symbols.end();
}

}  // namespace

std::vector<Piece> ReadPieces(std::string_view text) {
  DiagnosticList ignored;
  std::vector<Piece> pieces;
  size_t end = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const std::vector<Token> tokens = Tokenize(text, 0, &ignored);
  int type_depth = 0;
  for (const Token& token : tokens) {
    Piece piece = Gap(text.substr(end, token.span.begin - end), &pieces).Run();
    if (token.kind == TokenKind::kEnd) break;
    piece.token = token.kind;
    piece.text = text.substr(token.span.begin, token.span.end - token.span.begin);
    piece.value = token.value;
    const bool part = !pieces.empty() && pieces.back().Is(".");
    if (token.kind == TokenKind::kWord && !part && IsReservedWord(token.value)) {
      piece.text = token.value;
    }
    if (piece.Is("<") && !pieces.empty() && IsNestedType(pieces.back())) {
      ++type_depth;
    } else if (piece.Is(">") && type_depth > 0) {
      --type_depth;
    } else {
      piece.comparison = piece.Is("<") || piece.Is(">");
    }
    end = token.span.end;
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

bool SpaceBetween(const Piece& before, const Piece& left, const Piece& right, bool in_pattern) {
  if (right.comment() || left.comment()) return true;
  if (left.token == TokenKind::kHintStart || right.token == TokenKind::kHintEnd) return true;
  if (OneOf(right, {",", ";", ")", "]", "."}) || OneOf(left, {"(", "[", "."})) return false;
  if (OneOf(left, {","})) return true;
  const bool written = right.spaces > 0 || right.breaks > 0;
  if (in_pattern) return written;
  if (left.comparison || right.comparison) return true;
  if (OneOf(left, {"=", "<>", "<=", ">=", "||", "=>"}) ||
      OneOf(right, {"=", "<>", "<=", ">=", "||", "=>"})) {
    return true;
  }
  if (OneOf(right, {"+", "-", "*", "/", "%"}) && IsOperand(left)) return true;
  if (OneOf(left, {"+", "-", "*", "/", "%"}) && IsOperand(before) && !OneOf(right, {"("})) {
    return true;
  }
  return written;
}

}  // namespace millrace::sql
