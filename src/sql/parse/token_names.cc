// SPDX-License-Identifier: Apache-2.0
// Names, texts, numbers and option lists: the small things every statement is made of.
#include <charconv>
#include <utility>

#include "sql/keywords.h"
#include "sql/parse/token_stream.h"

namespace millrace::sql {
namespace {

/// Words that start or join clauses: where a name is expected, meeting one of them means that the
/// name is missing, not that it needs quotes.
bool IsStructural(std::string_view word) {
  static constexpr std::string_view kWords[] = {
      "SELECT", "FROM",  "WHERE", "GROUP", "HAVING", "ORDER",     "WITH",   "AS",
      "ON",     "JOIN",  "UNION", "INTO",  "SET",    "VALUES",    "AND",    "OR",
      "NOT",    "CASE",  "WHEN",  "THEN",  "ELSE",   "INNER",     "CROSS",  "INSERT",
      "CREATE", "DROP",  "IN",    "LIKE",  "EXCEPT", "INTERSECT", "USING",  "FULL",
      "LEFT",   "RIGHT", "OVER",  "BY",    "LIMIT",  "FETCH",     "WINDOW", "QUALIFY"};
  for (std::string_view known : kWords) {
    if (word == known) return true;
  }
  return false;
}

}  // namespace

Identifier TokenStream::ParseIdentifier(std::string_view what) {
  const Token& token = Peek();
  bool reserved = token.kind == TokenKind::kWord && IsReservedWord(token.value);
  bool clause = (token.value == "ORDER" || token.value == "GROUP") && !WordAt(1, "BY");
  if (reserved && !clause && IsStructural(token.value)) {
    Fail(what);
    return {};
  }
  return ParseNewName(what);
}

Identifier TokenStream::ParseNewName(std::string_view what) {
  const Token& token = Peek();
  Identifier identifier;
  identifier.span = token.span;
  switch (token.kind) {
    case TokenKind::kWord:
      identifier.text = TextOf(token.span);
      if (IsReservedWord(token.value)) ReportReserved(token, what);
      break;
    case TokenKind::kQuotedIdentifier:
      identifier.text = token.value;
      identifier.quoted = true;
      break;
    case TokenKind::kDoubleQuoted: {
      identifier.text = token.value;
      identifier.quoted = true;
      Diagnostic& diagnostic =
          Report("MR0106", "found a name in double quotes, expected backticks", token.span);
      diagnostic.try_text = "`" + token.value + "`";
      diagnostic.next_step = "Quote names with backticks and text with single quotes.";
      break;
    }
    case TokenKind::kString: {
      Span span = token.span;
      std::string text = token.value;
      size_t before = errors();
      Fail(what);
      if (failed() && errors() > before && last().span == span && last().try_text.empty()) {
        last().try_text = "`" + text + "`";
      }
      return {};
    }
    default: Fail(what); return {};
  }
  Take();
  return identifier;
}

QualifiedName TokenStream::ParseName(std::string_view what) {
  QualifiedName name;
  uint32_t begin = Begin();
  name.parts.push_back(ParseIdentifier(what));
  while (AtSymbol(".") && !SymbolAt(1, "*")) {
    Take();
    name.parts.push_back(ParseNewName("a name after `.`"));
  }
  name.span = From(begin);
  return name;
}

std::optional<StringLiteral> TokenStream::AcceptString() {
  if (Peek().kind != TokenKind::kString) return std::nullopt;
  const Token& token = Take();
  return StringLiteral{token.value, token.span};
}

StringLiteral TokenStream::ExpectString(std::string_view what) {
  const Token& token = Peek();
  if (token.kind == TokenKind::kString) {
    Take();
    return {token.value, token.span};
  }
  if (token.kind == TokenKind::kDoubleQuoted) {
    Diagnostic& diagnostic =
        Report("MR0106", "found text in double quotes, expected single quotes", token.span);
    diagnostic.try_text = "'" + token.value + "'";
    Take();
    return {token.value, token.span};
  }
  bool quotable = token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedIdentifier ||
                  token.kind == TokenKind::kInteger || token.kind == TokenKind::kDecimal;
  if (!quotable || (token.kind == TokenKind::kWord && IsReservedWord(token.value) &&
                    IsStructural(token.value))) {
    Fail(std::string(what) + " in single quotes");
    return {};
  }
  // a, a.b-c, 10: everything up to the `=`, `,` or `)` was meant as one text.
  uint32_t begin = Begin();
  std::string shown = TextOf(token.span);
  Take();
  while (AtSymbol(".") || AtSymbol("-") ||
         (Peek(0).span.begin == From(begin).end && Peek().kind == TokenKind::kWord)) {
    Take();
    if (Peek().kind == TokenKind::kWord || Peek().kind == TokenKind::kInteger) Take();
  }
  Span span = From(begin);
  shown = TextOf(span);
  Diagnostic& diagnostic = Report(
      "MR0101", "found `" + shown + "`, expected " + std::string(what) + " in single quotes", span);
  diagnostic.try_text = "'" + shown + "'";
  return {shown, span};
}

std::optional<int64_t> TokenStream::ExpectInteger(std::string_view what) {
  const Token& token = Peek();
  if (token.kind != TokenKind::kInteger) {
    Fail(what);
    return std::nullopt;
  }
  int64_t value = 0;
  const char* end = token.value.data() + token.value.size();
  if (std::from_chars(token.value.data(), end, value).ec != std::errc{}) {
    Report("MR0114", "the number " + token.value + " is too large here", token.span);
  }
  Take();
  return value;
}

std::vector<Identifier> TokenStream::ParseNameList(std::string_view what) {
  std::vector<Identifier> names;
  ExpectOpen("the keyword");
  do {
    if (failed()) break;
    names.push_back(ParseNewName(what));
  } while (NextInList());
  Close();
  return names;
}

std::vector<Option> TokenStream::ParseOptions() {
  std::vector<Option> options;
  if (!Open("(")) {
    Fail("`(` and a list of 'key' = 'value'");
    return options;
  }
  if (!AtSymbol(")")) {
    do {
      if (failed()) break;
      Option option;
      option.key = ExpectString("an option key");
      if (AtSymbol("==") || AtSymbol("=>") || AtSymbol(":")) {
        Report("MR0105", "found `" + Peek().value + "`, expected `=`", Peek().span).try_text = "=";
        Take();
      } else {
        ExpectSymbol("=", "the option key");
      }
      option.value = ExpectString("the value of the option");
      options.push_back(std::move(option));
    } while (NextInList() || MissingComma(Peek().kind == TokenKind::kString && SymbolAt(1, "=")));
  }
  Close();
  return options;
}

bool TokenStream::MissingComma(bool at_element) {
  if (failed() || !at_element) return false;
  const Token& token = Peek();
  std::string text = TextOf(token.span);
  Report("MR0101",
         "found " + std::string(token.kind == TokenKind::kWord ? "`" + text + "`" : text) +
             ", expected `,` before it",
         token.span)
      .try_text = ", " + text;
  return true;
}

std::vector<StringLiteral> TokenStream::ParseOptionKeys() {
  std::vector<StringLiteral> keys;
  ExpectOpen("RESET");
  if (!AtSymbol(")")) {
    do {
      if (failed()) break;
      keys.push_back(ExpectString("an option key"));
    } while (NextInList());
  }
  Close();
  return keys;
}

std::optional<StringLiteral> TokenStream::AcceptComment() {
  if (!Accept("COMMENT")) return std::nullopt;
  return ExpectString("a comment");
}

}  // namespace millrace::sql
