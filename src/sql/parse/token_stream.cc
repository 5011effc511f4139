// SPDX-License-Identifier: Apache-2.0
// Walking the tokens and reporting errors; names and literals are in token_names.cc.
#include "sql/parse/token_stream.h"

#include <algorithm>
#include <utility>

#include "sql/keywords.h"

namespace millrace::sql {

TokenStream::TokenStream(std::string_view source, uint32_t offset, DiagnosticList* diagnostics)
    : diagnostics_(diagnostics),
      source_(source),
      offset_(offset),
      tokens_(Tokenize(source, offset, diagnostics)) {
  end_.span = tokens_.back().span;
  for (const Diagnostic& diagnostic : diagnostics->entries()) {
    if (diagnostic.code == "MR0103") unclosed_at_ = std::min(unclosed_at_, diagnostic.span.begin);
  }
  last_end_ = offset;
}

namespace {

/// Where each byte of the value of a text stands in the source, and where its end does.
std::vector<uint32_t> PlacesOf(const Token& text, std::string_view raw) {
  std::vector<uint32_t> places;
  for (size_t at = 1; places.size() < text.value.size(); ++at) {
    places.push_back(text.span.begin + static_cast<uint32_t>(at));
    if (raw[at] == '\'') ++at;  // a quote within is written twice
  }
  places.push_back(text.span.end - 1);
  return places;
}

}  // namespace

TokenStream::TokenStream(const TokenStream& outer, const Token& text)
    : diagnostics_(outer.diagnostics_), source_(outer.source_), offset_(outer.offset_) {
  first_inner_ = diagnostics_->entries().size();
  end_.span = {text.span.end - 1, text.span.end};
  last_end_ = text.span.begin + 1;
  const std::string raw = outer.TextOf(text.span);
  if (!raw.starts_with('\'') || raw.size() < text.value.size() + 2) {
    tokens_.push_back(end_);
    FailWith("MR0114", "this is written as a plain text: '..'", text.span);
    return;
  }
  const std::vector<uint32_t> places = PlacesOf(text, raw);
  const auto place = [&](Span span) { return Span{places[span.begin], places[span.end]}; };
  DiagnosticList found;
  tokens_ = Tokenize(text.value, 0, &found);
  for (Token& token : tokens_) token.span = place(token.span);
  end_.span = tokens_.back().span;
  errors_ = found.error_count();
  for (Diagnostic diagnostic : found.entries()) {
    diagnostic.span = place(diagnostic.span);
    for (auto& label : diagnostic.labels) label.span = place(label.span);
    diagnostics_->Add(std::move(diagnostic));
  }
}

void TokenStream::EndInner(const TokenStream& inner) {
  errors_ += inner.errors_;
  failed_ = failed_ || inner.errors_ > 0;
  auto& entries = diagnostics_->mutable_entries();
  for (size_t i = inner.first_inner_; i < entries.size(); ++i) {
    std::string doubled;
    for (const char c : entries[i].try_text) doubled.append(c == '\'' ? 2 : 1, c);
    entries[i].try_text = std::move(doubled);
  }
}

const Token& TokenStream::Peek(size_t ahead) const {
  if (failed_ || position_ + ahead >= tokens_.size()) return end_;
  return tokens_[position_ + ahead];
}

void TokenStream::NoteTried(std::string_view keyword) const {
  if (tried_at_ != position_) {
    tried_at_ = position_;
    tried_.clear();
  }
  if (tried_.size() < 64) tried_.push_back(keyword);
}

bool TokenStream::At(std::string_view keyword) const {
  const Token& token = Peek();
  if (token.kind != TokenKind::kWord) return false;
  if (token.value == keyword) return true;
  NoteTried(keyword);
  return false;
}

bool TokenStream::WordAt(size_t ahead, std::string_view keyword) const {
  const Token& token = Peek(ahead);
  return token.kind == TokenKind::kWord && token.value == keyword;
}

bool TokenStream::AtWords(std::initializer_list<std::string_view> keywords) const {
  size_t ahead = 0;
  for (std::string_view keyword : keywords) {
    if (ahead == 0 ? !At(keyword) : !WordAt(ahead, keyword)) return false;
    ++ahead;
  }
  return true;
}

bool TokenStream::AtAny(std::initializer_list<std::string_view> keywords) const {
  return std::ranges::any_of(keywords, [&](std::string_view keyword) { return At(keyword); });
}

bool TokenStream::SymbolAt(size_t ahead, std::string_view symbol) const {
  const Token& token = Peek(ahead);
  return token.kind == TokenKind::kSymbol && token.value == symbol;
}

bool TokenStream::AtIdentifier() const {
  const Token& token = Peek();
  return token.kind == TokenKind::kQuotedIdentifier || token.kind == TokenKind::kDoubleQuoted ||
         (token.kind == TokenKind::kWord && !IsReservedWord(token.value));
}

bool TokenStream::AfterComparison() const {
  if (failed_ || position_ == 0) return false;
  const Token& before = tokens_[position_ - 1];
  static constexpr std::string_view kBefore[] = {
      "=", "<>", "<", "<=", ">", ">=", "!=", "==", "LIKE", "THEN", "ELSE"};
  return std::ranges::find(kBefore, before.value) != std::end(kBefore) &&
         (before.kind == TokenKind::kSymbol || before.kind == TokenKind::kWord);
}

const Token& TokenStream::Take() {
  const Token& token = Peek();
  if (token.kind == TokenKind::kEnd) return token;
  if (token.after_error) ++errors_;
  last_end_ = token.span.end;
  ++position_;
  return token;
}

bool TokenStream::Accept(std::string_view keyword) {
  if (!At(keyword)) return false;
  Take();
  return true;
}

bool TokenStream::AcceptWords(std::initializer_list<std::string_view> keywords) {
  if (!AtWords(keywords)) return false;
  for (size_t i = 0; i < keywords.size(); ++i) Take();
  return true;
}

bool TokenStream::AcceptSymbol(std::string_view symbol) {
  if (!AtSymbol(symbol)) return false;
  Take();
  return true;
}

void TokenStream::Expect(std::string_view keyword) {
  if (Accept(keyword)) return;
  if (Repair({keyword})) {
    Take();
    return;
  }
  Span span = Peek().span;
  std::string text = TextOf(span);
  size_t before = errors_;
  Fail("`" + std::string(keyword) + "`");
  if (errors_ > before && last().span == span && last().try_text.empty()) {
    last().try_text = std::string(keyword) + (text.empty() ? "" : " " + text);
  }
}

void TokenStream::ExpectWords(std::initializer_list<std::string_view> keywords) {
  for (std::string_view keyword : keywords) Expect(keyword);
}

void TokenStream::ExpectSymbol(std::string_view symbol, std::string_view after) {
  if (AcceptSymbol(symbol)) return;
  std::string expected = "`" + std::string(symbol) + "`";
  if (!after.empty()) expected += " after " + std::string(after);
  Fail(expected);
}

bool TokenStream::Open(std::string_view bracket) {
  if (!AtSymbol(bracket)) return false;
  open_.push_back(Take().span);
  return true;
}

void TokenStream::ExpectOpen(std::string_view after) {
  if (!Open("(")) Fail("`(` after " + std::string(after));
}

void TokenStream::Close(std::string_view bracket) {
  if (AcceptSymbol(bracket)) {
    if (!open_.empty()) open_.pop_back();
    return;
  }
  FailUnclosed(bracket);
}

bool TokenStream::NextInList(std::string_view closing) {
  if (!AtSymbol(",")) return false;
  if (!SymbolAt(1, closing)) {
    Take();
    return true;
  }
  Span comma = Take().span;
  ReportTrailingComma(comma, "`" + std::string(closing) + "`");
  return false;
}

void TokenStream::ReportTrailingComma(Span comma, std::string_view before) {
  Diagnostic& diagnostic =
      Report("MR0107", "found a comma before " + std::string(before) + ", expected another element",
             comma);
  diagnostic.try_text = " ";
  diagnostic.next_step = "Remove the last comma.";
}

void TokenStream::Enter() {
  if (++depth_ <= kMaxNesting || failed_) return;
  FailWith("MR0113", "this statement is nested too deeply (more than 200 levels)", Peek().span);
}

void TokenStream::TooHigh() {
  if (failed_) return;
  FailWith("MR0113", "this expression is too long (a chain of more than 1000 operators)",
           Peek().span);
  last().next_step =
      "Use IN (..) for long lists of alternatives, or split the statement with views.";
}

std::string TokenStream::TextOf(Span span) const {
  if (span.begin < offset_ || span.end < span.begin) return {};
  return std::string(source_.substr(span.begin - offset_, span.end - span.begin));
}

std::string TokenStream::Shown(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd: return "the end of the input";
    case TokenKind::kString:
      return token.value.size() <= 24 ? "the text '" + token.value + "'" : "a text";
    case TokenKind::kBinary: return "a binary literal";
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kDouble: return "the number " + token.value;
    case TokenKind::kQuotedIdentifier: return "the name `" + token.value + "`";
    case TokenKind::kDoubleQuoted: return "\"" + token.value + "\"";
    case TokenKind::kHintStart: return "a hint";
    default: return "`" + token.value + "`";
  }
}

Diagnostic& TokenStream::Report(std::string_view code, std::string message, Span span) {
  ++errors_;
  last_ = &diagnostics_->Add(MakeDiagnostic(code, std::move(message), span));
  return *last_;
}

void TokenStream::FailWith(std::string_view code, std::string message, Span span) {
  last_ = &unused_;
  if (failed_) return;
  if (span.begin > unclosed_at_) return Fail(message);
  Report(code, std::move(message), span);
  failed_ = true;
}

void TokenStream::Fail(std::string_view expected) {
  last_ = &unused_;
  if (failed_) return;
  const Token& token = Peek();
  if (token.after_error || token.span.begin > unclosed_at_) {  // the lexer has said what is wrong
    ++errors_;
    failed_ = true;
    return;
  }
  if (BlameAlias()) return;
  std::string found =
      token.kind == TokenKind::kWord ? "`" + TextOf(token.span) + "`" : Shown(token);
  if (SymbolAt(0, ";")) found = "the end of the statement";
  Span span = token.span;
  Diagnostic& diagnostic =
      Report("MR0101", "found " + found + ", expected " + std::string(expected), span);
  if (token.kind == TokenKind::kWord && !IsReservedWord(token.value) && tried_at_ == position_) {
    std::string_view near = NearestKeyword(token.value, tried_);
    if (!near.empty()) {
      diagnostic.code = "MR0102";
      diagnostic.candidates.emplace_back(near);
      diagnostic.try_text = near;
    }
  }
  failed_ = true;
}

/// `SELECT a FORM t`: FORM was taken for an alias, and the error shows one token later.
bool TokenStream::BlameAlias() {
  if (alias_tried_.empty() || alias_at_ + 1 != position_) return false;
  const Token& alias = tokens_[alias_at_];
  std::string_view near = NearestKeyword(alias.value, alias_tried_);
  if (near.empty()) return false;
  ReportMisspelt(alias, near);
  failed_ = true;
  return true;
}

bool TokenStream::AtTimeUnit() const {
  return AtAny({"YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "YEARS", "MONTHS",
                "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS"});
}

void TokenStream::FailUnclosed(std::string_view bracket) {
  last_ = &unused_;
  if (failed_) return;
  if (Peek().after_error || open_.empty()) return Fail("`" + std::string(bracket) + "`");
  if (BlameAlias()) return;
  const Token& token = Peek();
  if (position_ > 0 && tokens_[position_ - 1].kind == TokenKind::kString && AtTimeUnit()) {
    const Span both = tokens_[position_ - 1].span.Cover(token.span);
    FailWith("MR0101", "found " + TextOf(both) + ", expected `INTERVAL` before it", both);
    last().try_text = "INTERVAL " + TextOf(both);
    return;
  }
  bool ended =
      AtEnd() || AtSymbol(";") || (token.kind == TokenKind::kWord && IsReservedWord(token.value));
  if (!ended) {
    const bool list = bracket == ")" && !AtSymbol(",");
    Fail(list ? "`,` or `)`" : "`" + std::string(bracket) + "`");
  } else {
    std::string found = AtSymbol(";") ? "the end of the statement"
                        : AtEnd()     ? Shown(token)
                                      : "`" + TextOf(token.span) + "`";
    FailWith("MR0108", "found " + found + ", expected `" + std::string(bracket) + "`",
             AtEnd() || AtSymbol(";") ? Span{last_end_, last_end_} : token.span);
    if (last().span.begin == last().span.end) {
      last().try_text = bracket;
    } else {
      last().try_text = std::string(bracket) + " " + TextOf(token.span);
    }
  }
  last().labels.push_back({open_.back(), "it is opened here and not closed"});
}

Diagnostic& TokenStream::ReportMisspelt(const Token& token, std::string_view keyword) {
  Diagnostic& diagnostic = Report(
      "MR0102", "found `" + TextOf(token.span) + "`, expected `" + std::string(keyword) + "`",
      token.span);
  diagnostic.candidates.emplace_back(keyword);
  diagnostic.try_text = keyword;
  return diagnostic;
}

bool TokenStream::Repair(std::initializer_list<std::string_view> keywords) {
  const Token& token = Peek();
  if (token.kind != TokenKind::kWord || IsReservedWord(token.value)) return false;
  if (std::ranges::find(keywords, token.value) != keywords.end()) return false;
  std::string_view near = NearestKeyword(token.value, {keywords.begin(), keywords.size()});
  if (near.empty()) return false;
  RepairTo(near);
  return true;
}

void TokenStream::RepairTo(std::string_view keyword) {
  ReportMisspelt(Peek(), keyword);
  if (!failed_) tokens_[position_].value = keyword;
}

bool TokenStream::Tried(std::string_view keyword) const {
  return tried_at_ == position_ && std::ranges::find(tried_, keyword) != tried_.end();
}

bool TokenStream::RepairInsteadOfAlias(std::initializer_list<std::string_view> keywords) {
  const Token& next = Peek(1);
  bool follows_keyword = next.kind == TokenKind::kQuotedIdentifier ||
                         next.kind == TokenKind::kString || next.kind == TokenKind::kInteger;
  if (next.kind == TokenKind::kWord) {
    static constexpr std::string_view kAfterKeyword[] = {
        "BY",     "SELECT", "ALL",      "VALUES", "NOT",   "COUNT", "SUM",
        "AVG",    "MIN",    "MAX",      "CASE",   "CAST",  "TABLE", "LATERAL",
        "UNNEST", "EXISTS", "DISTINCT", "UPPER",  "LOWER", "YEAR"};
    follows_keyword = !IsReservedWord(next.value) ||
                      std::ranges::find(kAfterKeyword, next.value) != std::end(kAfterKeyword);
  }
  return follows_keyword && Repair(keywords);
}

void TokenStream::MarkAlias() {
  alias_at_ = position_ - 1;
  alias_tried_ = tried_at_ == alias_at_ ? tried_ : std::vector<std::string_view>{};
}

void TokenStream::ReportReserved(const Token& token, std::string_view what) {
  Span span = token.span;
  std::string text = TextOf(span);
  Diagnostic& diagnostic =
      Report("MR0109", "`" + text + "` is a reserved word, expected " + std::string(what), span);
  diagnostic.try_text = "`" + text + "`";
  diagnostic.next_step = "Quote the name with backticks wherever it is used.";
}

void TokenStream::Recover() {
  failed_ = false;
  while (!AtEnd() && !AtSymbol(";")) Take();
  alias_tried_.clear();
  open_.clear();
}

bool TokenStream::RecoverInList(size_t brackets) {
  if (depth_ > kMaxNesting) return false;
  size_t nested = 0;
  for (size_t i = brackets; i < open_.size(); ++i) {  // `<` of types is not counted below either
    nested += source_[open_[i].begin - offset_] != '<' ? 1 : 0;
  }
  for (size_t at = position_; at < tokens_.size(); ++at) {
    const Token& token = tokens_[at];
    if (token.kind == TokenKind::kEnd) return false;
    if (token.kind == TokenKind::kWord && at > position_ && StartsStatement(at)) return false;
    if (token.kind != TokenKind::kSymbol) continue;
    char c = token.value[0];
    if (c == ';') return false;
    if (c == '(' || c == '[') ++nested;
    if ((c == ')' || c == ']') && nested-- == 0) return false;
    if (c == ',' && nested == 0) {
      failed_ = false;
      while (position_ <= at) Take();
      open_.resize(std::min(open_.size(), brackets));
      return !AtSymbol(")");
    }
  }
  return false;
}

/// CREATE, INSERT or SELECT at the start of a line: the list before it was never closed.
bool TokenStream::StartsStatement(size_t at) const {
  const std::string& word = tokens_[at].value;
  if (word != "CREATE" && word != "INSERT" && word != "SELECT") return false;
  size_t begin = tokens_[at].span.begin - offset_;
  return begin == 0 || source_[begin - 1] == '\n';
}

void TokenStream::StartStatement() {
  alias_tried_.clear();
  open_.clear();
  depth_ = 0;
}

}  // namespace millrace::sql
