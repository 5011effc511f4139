// SPDX-License-Identifier: Apache-2.0
// JsonCursor: walks the tokens of one JSON record.
//
// A tokenizer has found where every token starts: the characters {}[]:, outside strings, and the
// first character of each string, number and literal. Between the start of a scalar and the next
// token there is only that scalar and white space, so no scalar needs a search for its end. Two
// positions at or behind `limit` stand behind the last token. A failed call leaves the reason in
// the cursor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

/// Jackson's limit, which is Flink's.
constexpr int kMaxJsonDepth = 1000;

enum class JsonFailure : uint8_t { kNone, kSyntax, kValue };

/// A number token. `text` is valid JSON number grammar.
struct JsonNumber {
  std::string_view text;
  bool integer = true;  // neither fraction nor exponent
};

class JsonCursor {
 public:
  JsonCursor() = default;
  JsonCursor(const char* base, const uint32_t* token, uint32_t begin, uint32_t limit,
             bool ignore_value_errors)
      : base_(base),
        token_(token),
        begin_(begin),
        limit_(limit),
        ignore_value_errors_(ignore_value_errors) {}

  /// First character of the token; '\0' at the end.
  char Peek() const { return *token_ < limit_ ? base_[*token_] : '\0'; }
  void Advance() { ++token_; }
  const uint32_t* token() const { return token_; }
  /// Goes back (or on) to a token at nesting `depth` and forgets a failure.
  void Rewind(const uint32_t* token, int depth) {
    token_ = token;
    depth_ = depth;
    failure_ = JsonFailure::kNone;
    path_.clear();
  }
  int depth() const { return depth_; }
  const char* here() const { return base_ + *token_; }
  /// The scalar or string token with its quotes, without the white space behind it.
  std::string_view TokenText() const;
  /// Only white space between `p` and the next token: the scalar ends there.
  bool EndsAt(const char* p) const {
    const char* end = base_ + NextToken();
    while (p < end && IsSpace(*p)) ++p;
    return p == end;
  }

  /// The content of the string token, escapes still in it.
  bool StringToken(std::string_view* raw);
  /// The content of the string token; `scratch` is used when there are escapes.
  bool Text(std::string* scratch, std::string_view* text);
  bool Number(JsonNumber* number);
  /// True for a token that is exactly `word`.
  bool Literal(std::string_view word) const;
  bool AtNull() const { return Peek() == 'n' && Literal("null"); }

  /// Moves behind the value, checking its grammar.
  bool SkipValue();
  /// After a value in an object or array: ',' moves on and sets `more`, the closer ends it.
  bool NextMember(char closer, bool* more);
  /// A field name: its content, escapes still in it; moves to the value.
  bool FieldName(std::string_view* raw);

  bool Enter();
  void Leave() { --depth_; }

  bool FailSyntax(std::string_view expected);
  bool FailValue(std::string_view expected);
  /// A value failure in other words: `reason` is the whole text.
  bool FailWith(std::string reason);
  /// Names the field around a failure, the innermost first.
  void AddPath(std::string_view name);

  JsonFailure failure() const { return failure_; }
  bool ignore_value_errors() const { return ignore_value_errors_; }
  uint32_t position() const { return (*token_ < limit_ ? *token_ : limit_) - begin_; }
  /// One line for the dead letter.
  std::string Reason() const;

  static bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

 private:
  uint32_t NextToken() const { return token_[1] < limit_ ? token_[1] : limit_; }
  bool SpacedStringToken(std::string_view* raw);
  bool SpacedFieldName(std::string_view* raw);
  bool SkipContainer(char closer);

  const char* base_ = nullptr;
  const uint32_t* token_ = nullptr;
  uint32_t begin_ = 0;
  uint32_t limit_ = 0;
  int depth_ = 0;
  bool ignore_value_errors_ = false;
  JsonFailure failure_ = JsonFailure::kNone;
  std::string path_;
  std::string reason_;
};

// What every value passes through is inline, for JSON without white space before ',' and ':'.

inline bool JsonCursor::StringToken(std::string_view* raw) {
  const uint32_t begin = *token_;
  const uint32_t end = NextToken();
  if (end < begin + 2 || base_[end - 1] != '"') [[unlikely]]
    return SpacedStringToken(raw);
  *raw = {base_ + begin + 1, end - begin - 2};
  return true;
}

inline bool JsonCursor::FieldName(std::string_view* raw) {
  const uint32_t begin = *token_;
  const uint32_t colon = NextToken();
  const bool plain = colon < limit_ && colon >= begin + 2 && base_[begin] == '"' &&
                     base_[colon - 1] == '"' && base_[colon] == ':';
  if (!plain) [[unlikely]]
    return SpacedFieldName(raw);
  *raw = {base_ + begin + 1, colon - begin - 2};
  token_ += 2;
  return true;
}

inline bool JsonCursor::NextMember(char closer, bool* more) {
  const char c = Peek();
  *more = c == ',';
  if (c != ',' && c != closer) [[unlikely]] {
    return FailSyntax(closer == '}' ? "',' or '}'" : "',' or ']'");
  }
  Advance();
  return true;
}

/// Resolves escapes; `out` has room for raw.size() bytes. Lone surrogates become '?', as Java
/// encodes them. Returns the length, or SIZE_MAX for a bad escape.
size_t UnescapeJson(std::string_view raw, char* out);

}  // namespace millrace
