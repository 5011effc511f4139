// SPDX-License-Identifier: Apache-2.0
// SIMILAR TO: SQL's regular expressions, rewritten to Java's as Flink does. % and _ as in LIKE,
// sets with
// [:ALPHA:] and the like, and | * + ? {} () . as in Java; \ and $ are ordinary characters.
#include <optional>

#include "functions/kernel_support.h"
#include "functions/regex/java_regex.h"
#include "functions/regex/register.h"
#include "functions/simple_function.h"

namespace millrace {
namespace {

using Text = std::string_view;

constexpr Text kSqlSpecials = "_%^$[]|*+?(){}-\\";
constexpr Text kJavaSpecials = "\\.^$[]|*+?(){}-";

std::string Wrong(Text what, Text pattern) {
  return std::string(what) + " in the pattern '" + std::string(pattern) + "' of SIMILAR TO";
}

class Rewriter {
 public:
  Rewriter(Text pattern, Text escape) : pattern_(pattern), escape_(escape) {}

  /// False: `error()` says why.
  bool Run(std::string* out) {
    if (escape_.size() > 1) {
      error_ = "the ESCAPE of SIMILAR TO must be one character, not '" + std::string(escape_) + "'";
      return false;
    }
    for (size_t i = 0; i < pattern_.size() && error_.empty(); ++i) {
      const char c = pattern_[i];
      if (IsEscape(c)) {
        Escaped(&i, out);
        continue;
      }
      switch (c) {
        case '_': out->push_back('.'); break;
        case '%': out->append("(?s:.*)"); break;
        case '[': Set(&i, out); break;
        case ']': error_ = Wrong("there is a ] without [", pattern_); break;
        case '\\': out->append("\\\\"); break;
        case '$': out->append("\\$"); break;
        default: out->push_back(c);
      }
    }
    return error_.empty();
  }
  const std::string& error() const { return error_; }

 private:
  bool IsEscape(char c) const { return !escape_.empty() && c == escape_[0]; }

  void Escaped(size_t* i, std::string* out) {
    const size_t next = *i + 1;
    if (next < pattern_.size() &&
        (kSqlSpecials.find(pattern_[next]) != Text::npos || IsEscape(pattern_[next]))) {
      if (kJavaSpecials.find(pattern_[next]) != Text::npos) out->push_back('\\');
      out->push_back(pattern_[next]);
      *i = next;
      return;
    }
    error_ = Wrong("the escape character stands before an ordinary one", pattern_);
  }

  /// A set, from its [ to its ].
  void Set(size_t* i, std::string* out) {
    static constexpr std::pair<Text, Text> kClasses[] = {
        {"[:ALPHA:]", "\\p{Alpha}"}, {"[:alpha:]", "\\p{Alpha}"}, {"[:UPPER:]", "\\p{Upper}"},
        {"[:upper:]", "\\p{Upper}"}, {"[:LOWER:]", "\\p{Lower}"}, {"[:lower:]", "\\p{Lower}"},
        {"[:DIGIT:]", "\\d"},        {"[:digit:]", "\\d"},        {"[:SPACE:]", " "},
        {"[:space:]", " "},          {"[:WHITESPACE:]", "\\s"},   {"[:whitespace:]", "\\s"},
        {"[:ALNUM:]", "\\p{Alnum}"}, {"[:alnum:]", "\\p{Alnum}"},
    };
    out->push_back('[');
    for (size_t place = *i + 1; place < pattern_.size(); ++place) {
      const char c = pattern_[place];
      if (c == ']') {
        out->push_back(']');
        *i = place;
        return;
      }
      if (IsEscape(c)) {
        Escaped(&place, out);
        if (!error_.empty()) return;
      } else if (c == '^' || c == '-') {
        out->push_back(c);
      } else if (c == '[') {
        bool known = false;
        for (const auto& [name, java] : kClasses) {
          if (!pattern_.substr(place).starts_with(name)) continue;
          out->append(java);
          place += name.size() - 1;
          known = true;
          break;
        }
        if (!known) {
          error_ = Wrong("there is an unknown class in a set", pattern_);
          return;
        }
      } else if (kSqlSpecials.find(c) != Text::npos) {
        error_ = Wrong("there is a special character without escape in a set", pattern_);
        return;
      } else {
        out->push_back(c);
      }
    }
    error_ = Wrong("a set is not closed", pattern_);
  }

  Text pattern_;
  Text escape_;
  std::string error_;
};

struct SimilarState : KernelState {
  RegexCache cache;
  std::string pattern;
  std::string escape;
  std::string error;
  std::string java;
  bool ready = false;
};

void Similar(SimilarState& state, BoolWriter& out, Text text, Text pattern, Text escape) {
  if (!state.ready || state.pattern != pattern || state.escape != escape) {
    state.pattern = pattern;
    state.escape = escape;
    state.java.clear();
    Rewriter rewriter(pattern, escape);
    rewriter.Run(&state.java);
    state.error = rewriter.error();
    if (state.error.empty() && state.cache.Find(state.java) == nullptr) {
      state.error = "the pattern '" + state.pattern + "' of SIMILAR TO is not valid";
    }
    state.ready = true;
  }
  if (!state.error.empty()) return out.Fail(kInvalidArgument, state.error);
  JavaRegex* regex = state.cache.Find(state.java);
  regex->SetText(text);
  const RegexOutcome outcome = regex->MatchWhole();
  if (outcome == RegexOutcome::kGaveUp) return out.Fail(kInvalidArgument, kRegexGaveUp);
  out.Set(outcome == RegexOutcome::kFound);
}

Result<arrow::Datum> SimilarKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  auto& state = StateOf<SimilarState>(ctx, [] { return std::make_unique<SimilarState>(); });
  if (args.size() == 3) {
    return MapRows<bool, Text, Text, Text>(
        ctx, args, length, [&](BoolWriter& out, Text text, Text pattern, Text escape) {
          Similar(state, out, text, pattern, escape);
        });
  }
  return MapRows<bool, Text, Text>(
      ctx, args, length,
      [&](BoolWriter& out, Text text, Text pattern) { Similar(state, out, text, pattern, {}); });
}

}  // namespace

void RegisterSimilarFunction(FunctionRegistry* registry) {
  registry->Register(
      MakeSimple({.name = "SIMILAR TO",
                  .parameters = {Parameter::kText},
                  .min = 2,
                  .max = 3,
                  .result = Always(DataType::Boolean()),
                  .can_fail = true,
                  .kernel = SimilarKernel,
                  .doc = {.group = "comparison",
                          .signature = "string [NOT] SIMILAR TO pattern [ESCAPE character]",
                          .summary = "Whether the whole string fits an SQL regular expression.",
                          .example = "'abc' SIMILAR TO 'a(b|x)[[:ALPHA:]]'",
                          .result = "true"}}));
}

}  // namespace millrace
