// SPDX-License-Identifier: Apache-2.0
// The lexer: one pass, one token after another, no backtracking beyond a number's exponent. A
// multi-byte character counts as a letter, except for punctuation and spaces that word processors
// and chats put in place of ASCII ones: those get a message of their own.
#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "sql/parse/characters.h"
#include "sql/parse/escapes.h"
#include "sql/parse/token.h"

namespace millrace::sql {
namespace {

class Lexer {
 public:
  Lexer(std::string_view source, uint32_t offset, DiagnosticList* diagnostics)
      : text_(source), offset_(offset), diagnostics_(diagnostics) {}

  std::vector<Token> Run() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (!stopped_) {
      SkipBlank();
      if (stopped_ || at_ >= text_.size()) break;
      Next();
    }
    at_ = text_.size();
    Push(TokenKind::kEnd, at_, "");
    return std::move(tokens_);
  }

 private:
  char Char(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  Span SpanOf(size_t begin, size_t end) const {
    return {static_cast<uint32_t>(begin) + offset_, static_cast<uint32_t>(end) + offset_};
  }
  void Push(TokenKind kind, size_t begin, std::string value) {
    Token token;
    token.kind = kind;
    if (kind == TokenKind::kWord && !tokens_.empty() && tokens_.back().kind == TokenKind::kString &&
        tokens_.back().value.find('\n') == std::string::npos &&
        tokens_.back().span.end == begin + offset_) {
      glued_ = tokens_.size() - 1;
    }
    token.after_error = std::exchange(error_pending_, false);
    token.span = SpanOf(begin, at_);
    token.value = std::move(value);
    tokens_.push_back(std::move(token));
  }
  Diagnostic& Report(std::string_view code, std::string message, Span span) {
    error_pending_ = true;
    return diagnostics_->Add(MakeDiagnostic(code, std::move(message), span));
  }

  void SkipBlank() {
    while (!stopped_ && at_ < text_.size()) {
      char c = text_[at_];
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        ++at_;
      } else if ((c == '-' && Char(1) == '-') || (c == '/' && Char(1) == '/')) {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (c == '/' && Char(1) == '*' && Char(2) != '+') {
        SkipComment();
      } else {
        return;
      }
    }
  }

  void SkipComment() {
    size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) {
      Report("MR0103", "this comment is not closed, expected `*/`", SpanOf(at_, EndOfLine(at_)))
          .next_step = "Close the comment with */.";
      stopped_ = true;
      return;
    }
    at_ = end + 2;
  }

  size_t EndOfLine(size_t from) const {
    size_t end = text_.find('\n', from);
    if (end == std::string_view::npos) end = text_.size();
    while (end > from + 1 && (text_[end - 1] == '\r' || text_[end - 1] == ' ')) --end;
    return end;
  }

  void Next();
  void Word();
  void Number();
  void Symbol();
  void Foreign();
  void Hint();
  bool CurlyString(size_t begin, size_t length);
  bool Quoted(char quote, std::string* value, std::string_view what);
  void String(size_t begin);
  void BinaryString();
  void EscapeString();
  void UnicodeString();
  char UnicodeEscape();
  void ReportUnterminated(size_t begin, char quote, std::string_view what);

  std::string_view text_;
  uint32_t offset_;
  DiagnosticList* diagnostics_;
  size_t at_ = 0;
  bool stopped_ = false;
  bool in_hint_ = false;
  bool error_pending_ = false;
  size_t glued_ = std::string_view::npos;  // the last text with a word right behind it: 'it's
  size_t first_long_string_ = std::string_view::npos;  // the first string that spans lines
  std::vector<Token> tokens_;
};

void Lexer::Next() {
  char c = Char();
  char quote = Char(1);
  if (quote == '\'' && (c == 'x' || c == 'X')) return BinaryString();
  if (quote == '\'' && (c == 'e' || c == 'E')) return EscapeString();
  if (quote == '\'' && (c == 'n' || c == 'N')) {
    size_t begin = at_++;
    return String(begin);
  }
  if ((c == 'u' || c == 'U') && quote == '&' && Char(2) == '\'') return UnicodeString();
  if (IsAsciiLetter(c) || c == '_' || c == '$') return Word();
  if (IsDigit(c) || (c == '.' && IsDigit(Char(1)))) return Number();
  if (c == '\'') return String(at_);
  if (c == '`' || c == '"') {
    size_t begin = at_;
    std::string value;
    if (!Quoted(c, &value, "identifier")) return;
    if (c == '`' && value.empty()) {
      Report("MR0104", "an identifier in backticks cannot be empty", SpanOf(begin, at_));
    }
    return Push(c == '`' ? TokenKind::kQuotedIdentifier : TokenKind::kDoubleQuoted, begin,
                std::move(value));
  }
  if (static_cast<unsigned char>(c) >= 0x80) return Foreign();
  if (c == '/' && quote == '*' && Char(2) == '+') return Hint();
  Symbol();
}

void Lexer::Word() {
  size_t begin = at_;
  while (at_ < text_.size()) {
    char c = text_[at_];
    if (IsAsciiLetter(c) || IsDigit(c) || c == '_' || c == '$') {
      ++at_;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      CodePoint point = Decode(text_, at_);
      if (point.length == 0 || IsOddSpace(point.value) || FindLookAlike(point.value)) break;
      at_ += point.length;
    } else {
      break;
    }
  }
  std::string value(text_.substr(begin, at_ - begin));
  for (char& c : value) c = Upper(c);
  bool charset = value == "_UTF8" || value == "_UTF16" || value == "_UTF32" || value == "_LATIN1";
  if (charset && Char() == '\'') return String(begin);
  Push(TokenKind::kWord, begin, std::move(value));
}

void Lexer::Number() {
  size_t begin = at_;
  TokenKind kind = TokenKind::kInteger;
  while (IsDigit(Char())) ++at_;
  if (Char() == '.') {
    kind = TokenKind::kDecimal;
    ++at_;
    while (IsDigit(Char())) ++at_;
  }
  size_t sign = Char(1) == '+' || Char(1) == '-' ? 1 : 0;
  if ((Char() == 'e' || Char() == 'E') && IsDigit(Char(1 + sign))) {
    kind = TokenKind::kDouble;
    at_ += 1 + sign;
    while (IsDigit(Char())) ++at_;
  }
  std::string value(text_.substr(begin, at_ - begin));
  for (char& c : value) c = Upper(c);
  Push(kind, begin, std::move(value));
}

void Lexer::Symbol() {
  // No `>>`: it closes two nested types. No `*/`: outside a hint it is a star and a slash.
  static constexpr std::array<std::string_view, 11> kLong = {"<=>", "<>", "!=", "<=", ">=", "||",
                                                             "=>",  "->", "::", "==", "&&"};
  size_t begin = at_;
  std::string_view rest = text_.substr(at_);
  if (in_hint_ && rest.starts_with("*/")) {
    at_ += 2;
    in_hint_ = false;
    return Push(TokenKind::kHintEnd, begin, "*/");
  }
  for (std::string_view symbol : kLong) {
    if (!rest.starts_with(symbol)) continue;
    at_ += symbol.size();
    return Push(TokenKind::kSymbol, begin, std::string(symbol));
  }
  static constexpr std::string_view kSingle = "()[]{},;.:=<>+-*/%?|^&~!";
  char c = Char();
  ++at_;
  if (kSingle.find(c) != std::string_view::npos) {
    return Push(TokenKind::kSymbol, begin, std::string(1, c));
  }
  char code[8];
  std::snprintf(code, sizeof(code), "0x%02X", static_cast<unsigned char>(c));
  std::string shown = c > ' ' && c < 0x7F ? "`" + std::string(1, c) + "`" : code;
  Report("MR0104", "unexpected character " + shown, SpanOf(begin, at_));
}

void Lexer::Foreign() {
  CodePoint point = Decode(text_, at_);
  size_t begin = at_;
  if (point.length == 0) {
    char code[8];
    std::snprintf(code, sizeof(code), "0x%02X", point.value);
    while (at_ < text_.size() && static_cast<unsigned char>(text_[at_]) >= 0x80 &&
           Decode(text_, at_).length == 0) {
      ++at_;
    }
    Report("MR0104", std::string("the text is not UTF-8 here: byte ") + code, SpanOf(begin, at_))
        .next_step = "Save the file as UTF-8.";
    return;
  }
  char code[16];
  std::snprintf(code, sizeof(code), "U+%04X", point.value);
  std::string_view shown = text_.substr(at_, point.length);
  if (IsOddSpace(point.value)) {
    at_ += point.length;
    Report("MR0104", std::string("invisible character ") + code, SpanOf(begin, at_)).try_text = " ";
    return;
  }
  const LookAlike* alike = FindLookAlike(point.value);
  if (alike == nullptr) return Word();
  if (alike->plain == "'" && CurlyString(begin, point.length)) return;
  at_ += point.length;
  std::string message =
      "found `" + std::string(shown) + "`, " + std::string(alike->name) + " (" + code + ")";
  if (!alike->plain.empty()) message += ", expected `" + std::string(alike->plain) + "`";
  Diagnostic& diagnostic = Report("MR0104", message, SpanOf(begin, at_));
  if (!alike->plain.empty()) diagnostic.candidates.emplace_back(alike->plain);
  if (alike->plain == "'") {
    diagnostic.next_step = "Write text between straight single quotes: '..'.";
  } else {
    diagnostic.try_text = alike->plain;
    if (!alike->plain.empty()) Push(TokenKind::kSymbol, begin, std::string(alike->plain));
  }
}

/// ‘abc’ on one line is read as the text it was meant to be.
bool Lexer::CurlyString(size_t begin, size_t length) {
  size_t line_end = EndOfLine(begin);
  for (size_t at = begin + length; at < line_end; ++at) {
    CodePoint point = Decode(text_, at);
    const LookAlike* alike = point.length > 1 ? FindLookAlike(point.value) : nullptr;
    bool closes = text_[at] == '\'' || (alike != nullptr && alike->plain == "'");
    if (!closes) continue;
    std::string value(text_.substr(begin + length, at - begin - length));
    at_ = at + std::max<uint32_t>(point.length, 1);
    Diagnostic& diagnostic = Report(
        "MR0104", "found a text in curly quotes, expected straight ones: '..'", SpanOf(begin, at_));
    diagnostic.try_text = "'" + value + "'";
    Push(TokenKind::kString, begin, std::move(value));
    return true;
  }
  return false;
}

void Lexer::Hint() {
  size_t begin = at_;
  at_ += 3;
  in_hint_ = true;
  Push(TokenKind::kHintStart, begin, "/*+");
}

void Lexer::ReportUnterminated(size_t begin, char quote, std::string_view what) {
  stopped_ = true;
  if (quote == '\'' && glued_ != std::string_view::npos) {
    Span text = tokens_[glued_].span;
    size_t from = text.begin - offset_;
    size_t to = text.end - offset_;
    size_t end = EndOfLine(begin);
    Diagnostic& diagnostic =
        Report("MR0103", "this text is not closed: a quote inside a text is written twice",
               SpanOf(from, end));
    diagnostic.labels.push_back({SpanOf(to - 1, to), "here the text ends"});
    diagnostic.try_text =
        std::string(text_.substr(from, to - from)) + "'" + std::string(text_.substr(to, end - to));
    return;
  }
  std::string shown = quote == '`' ? "a backtick" : std::string("`") + quote + "`";
  Diagnostic& diagnostic =
      Report("MR0103", "this " + std::string(what) + " is not closed, expected " + shown,
             SpanOf(begin, EndOfLine(begin)));
  diagnostic.labels.push_back({SpanOf(begin, begin + 1), "it starts here"});
  diagnostic.next_step = quote == '`' ? "Close the identifier with a backtick."
                                      : "Close the text with a quote; write '' for a quote inside.";
  if (first_long_string_ != std::string_view::npos && first_long_string_ != begin) {
    diagnostic.labels.push_back({SpanOf(first_long_string_, first_long_string_ + 1),
                                 "the text that starts here spans lines: is its quote missing?"});
  }
  stopped_ = true;
}

bool Lexer::Quoted(char quote, std::string* value, std::string_view what) {
  size_t begin = at_++;
  while (true) {
    size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) {
      ReportUnterminated(begin, quote, what);
      return false;
    }
    value->append(text_.substr(at_, end - at_));
    at_ = end + 1;
    if (Char() != quote) break;
    value->push_back(quote);
    ++at_;
  }
  if (quote == '\'' && first_long_string_ == std::string_view::npos &&
      text_.substr(begin, at_ - begin).find('\n') != std::string_view::npos) {
    first_long_string_ = begin;
  }
  return true;
}

void Lexer::String(size_t begin) {
  std::string value;
  if (Quoted('\'', &value, "text")) Push(TokenKind::kString, begin, std::move(value));
}

void Lexer::BinaryString() {
  size_t begin = at_++;
  std::string value;
  if (!Quoted('\'', &value, "binary literal")) return;
  for (char& c : value) {
    if (!IsHex(c)) {
      Report("MR0114", "a binary literal holds hex digits only, found `" + value + "`",
             SpanOf(begin, at_))
          .next_step = "Write two hex digits per byte: X'0AFF'.";
      break;
    }
    c = Upper(c);
  }
  Push(TokenKind::kBinary, begin, std::move(value));
}

void Lexer::EscapeString() {
  size_t begin = at_++;
  size_t open = at_++;
  std::string value;
  while (true) {
    if (at_ >= text_.size()) return ReportUnterminated(open, '\'', "text");
    if (text_[at_] == '\\') {
      size_t end = AppendEscape(text_, at_, &value);
      if (end == std::string_view::npos) {
        end = at_ + 2;
        Report("MR0114",
               text_[at_ + 1] == 'u' ? "\\u takes four hex digits of a character"
                                     : "\\U takes eight hex digits of a character",
               SpanOf(at_, end));
      }
      at_ = end;
      continue;
    }
    char c = text_[at_++];
    if (c == '\'') {
      if (Char() != '\'') break;
      ++at_;
    }
    value.push_back(c);
  }
  Push(TokenKind::kString, begin, std::move(value));
}

/// The character that UESCAPE '.' behind a U&'..' names; it is a part of the literal.
char Lexer::UnicodeEscape() {
  static constexpr std::string_view kWord = "UESCAPE";
  size_t word = at_;
  while (word < text_.size() && (text_[word] == ' ' || text_[word] == '\n' || text_[word] == '\t' ||
                                 text_[word] == '\r')) {
    ++word;
  }
  for (size_t i = 0; i < kWord.size(); ++i) {
    if (word + i >= text_.size() || Upper(text_[word + i]) != kWord[i]) return '\\';
  }
  size_t quote = text_.find_first_not_of(" \t\r\n", word + kWord.size());
  if (quote == std::string_view::npos || text_[quote] != '\'') return '\\';
  at_ = quote;
  std::string chosen;
  if (!Quoted('\'', &chosen, "text")) return '\\';
  static constexpr std::string_view kNone = " \t\r\n+\"";
  if (chosen.size() == 1 && !IsHex(chosen[0]) && kNone.find(chosen[0]) == std::string_view::npos) {
    return chosen[0];
  }
  Report("MR0114", "UESCAPE takes one character, and no hex digit, blank, `+` or `\"`",
         SpanOf(quote, at_));
  return '\\';
}

void Lexer::UnicodeString() {
  size_t begin = at_;
  at_ += 2;
  std::string raw;
  if (!Quoted('\'', &raw, "text")) return;
  size_t end = at_;
  char escape = UnicodeEscape();
  auto value = DecodeUnicodeText(raw, escape);
  if (!value && !error_pending_) {
    Report("MR0114",
           std::string("a U&'..' text takes `") + escape + "` and four hex digits of a character",
           SpanOf(begin, end));
  }
  Push(TokenKind::kString, begin, value.value_or(""));
}

}  // namespace

std::vector<Token> Tokenize(std::string_view source, uint32_t offset, DiagnosticList* diagnostics) {
  return Lexer(source, offset, diagnostics).Run();
}

}  // namespace millrace::sql
