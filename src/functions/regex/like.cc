// SPDX-License-Identifier: Apache-2.0
// LIKE: % is any text, _ any one character (code point) that ends no line; no escape character
// unless ESCAPE names one, which may then stand only before %, _ or itself. Matched directly:
// literal ends by comparison, the rest by the two-pointer walk that is linear for what people
// write.
#include "functions/kernel_support.h"
#include "functions/regex/register.h"
#include "functions/simple_function.h"

namespace millrace {
namespace {

using Text = std::string_view;

/// One element of a pattern.
struct Token {
  enum class Kind : uint8_t { kLiteral, kOne, kAny } kind;
  Text bytes;  // kLiteral: any run of text
};

struct Pattern {
  std::string source;
  std::string escape;
  bool has_escape = false;
  std::vector<Token> tokens;
  std::string error;
};

size_t CharBytes(Text text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  const size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(length, text.size());
}

void Tokenize(Pattern* pattern) {
  pattern->tokens.clear();
  pattern->error.clear();
  Text rest = pattern->source;
  const Text escape = pattern->escape;
  if (!escape.empty() && CharBytes(escape) != escape.size()) {
    pattern->error = "the ESCAPE of LIKE must be one character, not '" + pattern->escape + "'";
    return;
  }
  bool open = false;  // the last token is a literal that ends where `rest` begins
  const auto literal = [&](Text bytes) {
    if (open && pattern->tokens.back().bytes.end() == bytes.begin()) {
      Text& last = pattern->tokens.back().bytes;
      last = Text(last.data(), last.size() + bytes.size());
    } else {
      pattern->tokens.push_back({Token::Kind::kLiteral, bytes});
    }
    open = true;
  };
  while (!rest.empty()) {
    if (!escape.empty() && rest.starts_with(escape)) {
      rest.remove_prefix(escape.size());
      const bool fine = rest.starts_with('%') || rest.starts_with('_') || rest.starts_with(escape);
      if (!fine) {
        pattern->error = "the ESCAPE character of LIKE must stand before %, _ or itself in '" +
                         pattern->source + "'";
        return;
      }
      const size_t bytes = CharBytes(rest);
      literal(rest.substr(0, bytes));
      rest.remove_prefix(bytes);
      continue;
    }
    const size_t bytes = CharBytes(rest);
    if (rest[0] == '%' || rest[0] == '_') {
      const auto kind = rest[0] == '%' ? Token::Kind::kAny : Token::Kind::kOne;
      pattern->tokens.push_back({kind, {}});
      open = false;
    } else {
      literal(rest.substr(0, bytes));
    }
    rest.remove_prefix(bytes);
  }
}

/// What _ does not stand for, as . in Java's expressions.
bool IsLineEnd(Text text) {
  return text[0] == '\n' || text[0] == '\r' || text.starts_with("\xC2\x85") ||
         text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9");
}

/// Matches from the front; on a mismatch the last % takes one character more.
bool Matches(const std::vector<Token>& tokens, Text text) {
  size_t token = 0;
  size_t place = 0;
  size_t retry_token = tokens.size() + 1;
  size_t retry_place = 0;
  while (true) {
    bool fits = false;
    if (token == tokens.size()) {
      if (place == text.size()) return true;
    } else if (tokens[token].kind == Token::Kind::kAny) {
      if (token + 1 == tokens.size()) return true;
      retry_token = ++token;
      retry_place = place;
      continue;
    } else if (tokens[token].kind == Token::Kind::kOne) {
      if (place < text.size() && !IsLineEnd(text.substr(place))) {
        place += CharBytes(text.substr(place));
        fits = true;
      }
    } else if (text.substr(place).starts_with(tokens[token].bytes)) {
      place += tokens[token].bytes.size();
      fits = true;
    }
    if (fits) {
      ++token;
      continue;
    }
    if (retry_token > tokens.size() || retry_place >= text.size()) return false;
    // Behind a % a literal can only start where it occurs.
    if (retry_token < tokens.size() && tokens[retry_token].kind == Token::Kind::kLiteral) {
      const size_t found = text.find(tokens[retry_token].bytes, retry_place + 1);
      if (found == Text::npos) return false;
      retry_place = found;
    } else {
      retry_place += CharBytes(text.substr(retry_place));
    }
    token = retry_token;
    place = retry_place;
  }
}

struct LikeState : KernelState {
  Pattern pattern;
  bool ready = false;
};

void Like(LikeState& state, BoolWriter& out, Text text, Text source, Text escape) {
  Pattern& pattern = state.pattern;
  if (!state.ready || pattern.source != source || pattern.escape != escape) {
    pattern.source = source;
    pattern.escape = escape;
    Tokenize(&pattern);
    state.ready = true;
  }
  if (!pattern.error.empty()) return out.Fail(kInvalidArgument, pattern.error);
  out.Set(Matches(pattern.tokens, text));
}

Result<arrow::Datum> LikeKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  auto& state = StateOf<LikeState>(ctx, [] { return std::make_unique<LikeState>(); });
  if (args.size() == 3) {
    return MapRows<bool, Text, Text, Text>(
        ctx, args, length, [&](BoolWriter& out, Text text, Text source, Text escape) {
          Like(state, out, text, source, escape);
        });
  }
  return MapRows<bool, Text, Text>(ctx, args, length, [&](BoolWriter& out, Text text, Text source) {
    Like(state, out, text, source, {});
  });
}

}  // namespace

void RegisterLikeFunction(FunctionRegistry* registry) {
  registry->Register(
      MakeSimple({.name = "LIKE",
                  .parameters = {Parameter::kText},
                  .min = 2,
                  .max = 3,
                  .result = Always(DataType::Boolean()),
                  .can_fail = true,
                  .kernel = LikeKernel,
                  .doc = {.group = "comparison",
                          .signature = "string [NOT] LIKE pattern [ESCAPE character]",
                          .summary = "Whether the whole string fits the pattern: % is any text, _ "
                                     "any one character.",
                          .example = "'hello' LIKE 'h_l%'",
                          .result = "true"}}));
}

}  // namespace millrace
