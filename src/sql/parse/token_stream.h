// SPDX-License-Identifier: Apache-2.0
// TokenStream: what all parts of the parser stand on. It walks the tokens, remembers which keywords
// were asked for at the current place (so that an error can say what was expected and which keyword
// a misspelt word was meant to be), and reports errors.
//
// Two kinds of errors. Report() notes something that can be understood anyway (`!=`, a reserved
// word as a name) and parsing goes on. Fail() gives the statement up: from then on the stream looks
// ended, so that every loop of the grammar stops by itself and no caller has to check; Recover()
// leaves that state at the next `;`. Nodes built meanwhile may have null children and are dropped.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/ast/identifier.h"
#include "sql/parse/token.h"

namespace millrace::sql {

class TokenStream {
 public:
  TokenStream(std::string_view source, uint32_t offset, DiagnosticList* diagnostics);
  /// The tokens within a plain text `'..'` of `outer`, at their places there.
  TokenStream(const TokenStream& outer, const Token& text);
  TokenStream(const TokenStream&) = delete;
  TokenStream& operator=(const TokenStream&) = delete;

 protected:
  static constexpr int kMaxNesting = 200;  // of parentheses, subqueries, types
  static constexpr int kMaxHeight = 1000;  // of a tree: chains of operators count

  // ---- looking
  const Token& Peek(size_t ahead = 0) const;
  bool AtEnd() const { return Peek().kind == TokenKind::kEnd; }
  bool At(std::string_view keyword) const;
  bool AtWords(std::initializer_list<std::string_view> keywords) const;
  bool AtAny(std::initializer_list<std::string_view> keywords) const;
  bool WordAt(size_t ahead, std::string_view keyword) const;
  bool AtSymbol(std::string_view symbol) const { return SymbolAt(0, symbol); }
  bool SymbolAt(size_t ahead, std::string_view symbol) const;
  bool AfterComparison()
      const;                  // the token before is a comparison, LIKE, or opens or goes on a list
  bool AtIdentifier() const;  // a name that needs no quotes, or a quoted one

  bool AtTimeUnit() const;  // DAY, HOURS, ..

  // ---- taking
  const Token& Take();
  bool Accept(std::string_view keyword);
  bool AcceptWords(std::initializer_list<std::string_view> keywords);
  bool AcceptSymbol(std::string_view symbol);
  /// Takes the keyword; a near miss is reported and taken all the same.
  void Expect(std::string_view keyword);
  void ExpectWords(std::initializer_list<std::string_view> keywords);
  void ExpectSymbol(std::string_view symbol, std::string_view after = {});
  /// Takes `(` and remembers it for the message about a missing `)`.
  bool Open(std::string_view bracket = "(");
  void ExpectOpen(std::string_view after);
  void Close(std::string_view bracket = ")");
  /// After an element of a list in brackets: true if a comma and another element follow. Reports a
  /// trailing comma.
  bool NextInList(std::string_view closing = ")");
  /// If another element starts here without a comma, reports that and returns true.
  bool MissingComma(bool at_element);

  // ---- names and literals
  Identifier ParseIdentifier(std::string_view what);
  /// As ParseIdentifier, but any word will do and a reserved one is only reported: for places where
  /// nothing but a name can stand.
  Identifier ParseNewName(std::string_view what);
  QualifiedName ParseName(std::string_view what);
  std::optional<StringLiteral> AcceptString();
  StringLiteral ExpectString(std::string_view what);
  std::optional<int64_t> ExpectInteger(std::string_view what);
  std::vector<Identifier> ParseNameList(std::string_view what);  // (a, b)
  std::vector<Option> ParseOptions();                            // ('k' = 'v', ..)
  std::vector<StringLiteral> ParseOptionKeys();                  // ('k', ..)
  std::optional<StringLiteral> AcceptComment();                  // COMMENT 'c'

  // ---- errors
  /// Gives the statement up: "found X, expected <expected>".
  void Fail(std::string_view expected);
  void FailWith(std::string_view code, std::string message, Span span);
  Diagnostic& Report(std::string_view code, std::string message, Span span);
  /// What was reported last; something unused after a Fail() that came second.
  Diagnostic& last() { return *last_; }
  /// If the current word is a misspelling of one of the keywords, reports that, turns the token
  /// into the keyword and returns true. Only for places where a plain word cannot stand.
  bool Repair(std::initializer_list<std::string_view> keywords);
  /// Whether the current word, if it were an alias, would be followed by something no alias can be
  /// followed by and is near one of these keywords; then repairs it.
  bool RepairInsteadOfAlias(std::initializer_list<std::string_view> keywords);
  void ReportTrailingComma(Span comma, std::string_view before);
  /// Reports the current word as a misspelling of the keyword and turns it into that.
  void RepairTo(std::string_view keyword);
  /// Whether the keyword was asked for, in vain, at the current place.
  bool Tried(std::string_view keyword) const;
  void ReportReserved(const Token& token, std::string_view what);
  static std::string Shown(const Token& token);

  /// Counts nesting; Fail()s when too deep.
  class Nest {
   public:
    explicit Nest(TokenStream* stream) : stream_(stream) { stream_->Enter(); }
    ~Nest() { --stream_->depth_; }
    Nest(const Nest&) = delete;
    Nest& operator=(const Nest&) = delete;

   private:
    TokenStream* stream_;
  };
  void Enter();

  /// A parent is one higher than its highest child.
  template <typename Parent, typename Child>
  void Adopt(Parent* parent, const Child& child) {
    if (child == nullptr) return;
    if (child->height >= parent->height) parent->height = child->height + 1;
    if (parent->height > kMaxHeight) TooHigh();
  }

  // ---- places
  uint32_t Begin() const { return Peek().span.begin; }
  Span From(uint32_t begin) const { return {begin, last_end_ > begin ? last_end_ : begin}; }
  std::string TextOf(Span span) const;

  // ---- statements
  bool failed() const { return failed_; }
  size_t errors() const { return errors_; }
  size_t position() const { return position_; }
  void Recover();  // to the next `;` or the end, leaving it there
  /// After `inner` parsed a text of this stream: what is wrong there is wrong here.
  void EndInner(const TokenStream& inner);
  /// How many brackets are open here, for RecoverInList.
  size_t open_brackets() const { return open_.size(); }
  /// After Fail() inside an element of a list: goes on behind the next comma of that list if there
  /// is one before the list's end and the statement's.
  bool RecoverInList(size_t brackets);
  void StartStatement();
  /// The lexer has reported something behind the last token of this statement.
  void NoteLexerError() { ++errors_; }
  void MarkAlias();  // the word just taken was an alias without AS

  DiagnosticList* diagnostics_;

 private:
  void TooHigh();
  void NoteTried(std::string_view keyword) const;
  bool BlameAlias();
  bool StartsStatement(size_t at) const;
  void FailUnclosed(std::string_view bracket);
  Diagnostic& ReportMisspelt(const Token& token, std::string_view keyword);

  std::string_view source_;
  uint32_t offset_;
  std::vector<Token> tokens_;
  Token end_;
  size_t position_ = 0;
  uint32_t last_end_ = 0;
  bool failed_ = false;
  int depth_ = 0;
  size_t errors_ = 0;
  Diagnostic unused_;
  Diagnostic* last_ = &unused_;
  std::vector<Span> open_;
  size_t first_inner_ = 0;             // of the diagnostics list, when this is an inner stream
  uint32_t unclosed_at_ = UINT32_MAX;  // a text that never ends: what comes after it is nonsense
  mutable size_t tried_at_ = 0;
  mutable std::vector<std::string_view> tried_;
  size_t alias_at_ = 0;
  std::vector<std::string_view> alias_tried_;
};

}  // namespace millrace::sql
