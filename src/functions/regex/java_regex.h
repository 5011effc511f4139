// SPDX-License-Identifier: Apache-2.0
// JavaRegex: matches as java.util.regex does. RE2 does the work where it agrees with Java on the
// pattern and the text (linear time), ICU the rest, under a limit of steps. Not thread-safe: each
// shard has its own.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "functions/function.h"

namespace millrace {

/// The bytes [begin, end) of a text that a group matched.
struct RegexGroup {
  bool present = false;
  size_t begin = 0;
  size_t end = 0;
};

enum class RegexOutcome { kFound, kNotFound, kGaveUp };

class JavaRegex {
 public:
  /// Null if the pattern is not valid.
  static std::unique_ptr<JavaRegex> Compile(std::string_view pattern);
  ~JavaRegex();

  int group_count() const;

  /// Sets the text to search; it must stay alive.
  void SetText(std::string_view text);
  /// Finds the next match, first from the start. Group 0 is the whole match.
  RegexOutcome FindNext();
  /// Whether there is a match at all; cheaper than FindNext, and sets no groups.
  RegexOutcome Contains();
  /// Whether the whole text matches.
  RegexOutcome MatchWhole();
  const std::vector<RegexGroup>& groups() const { return groups_; }

 private:
  struct Engines;
  explicit JavaRegex(std::unique_ptr<Engines> engines);
  RegexOutcome FindFrom(size_t start);

  std::unique_ptr<Engines> engines_;
  std::string_view text_;
  bool use_re2_ = false;
  bool searched_ = false;
  std::vector<RegexGroup> groups_;
};

/// The compiled patterns of a call site. A pattern that is not valid is remembered as null.
class RegexCache : public KernelState {
 public:
  JavaRegex* Find(std::string_view pattern);

 private:
  static constexpr size_t kMaxPatterns = 64;
  std::unordered_map<std::string, std::unique_ptr<JavaRegex>> patterns_;
  std::string last_pattern_;
  JavaRegex* last_ = nullptr;
  bool has_last_ = false;
};

/// Message of a row whose match took too many steps.
extern const char kRegexGaveUp[];

}  // namespace millrace
