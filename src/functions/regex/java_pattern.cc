// SPDX-License-Identifier: Apache-2.0
#include "functions/regex/java_pattern.h"

#include <utility>

namespace millrace {
namespace {

constexpr std::string_view kSpace = "\\t\\n\\x0B\\f\\r ";

/// The members of Java's ASCII classes; empty if the name is none.
std::string_view PosixMembers(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kClasses[] = {
      {"Lower", "a-z"},
      {"Upper", "A-Z"},
      {"ASCII", "\\x00-\\x7F"},
      {"Alpha", "a-zA-Z"},
      {"Digit", "0-9"},
      {"Alnum", "a-zA-Z0-9"},
      {"Punct", "!-/:-@\\[-`{-~"},
      {"Graph", "!-~"},
      {"Print", " -~"},
      {"Blank", " \\t"},
      {"Cntrl", "\\x00-\\x1F\\x7F"},
      {"XDigit", "0-9a-fA-F"},
      {"Space", kSpace},
  };
  for (const auto& [known, members] : kClasses) {
    if (known == name) return members;
  }
  return {};
}

class Translator {
 public:
  explicit Translator(std::string_view pattern) : rest_(pattern) {}

  JavaRegexPattern Run() {
    while (!rest_.empty() && !failed_) {
      const char c = rest_.front();
      if (c == '\\') {
        Escape(/*in_class=*/false);
      } else if (c == '[') {
        Class();
      } else if (c == '(') {
        Group();
      } else {
        if (c == '.' || c == '$') out_.line_sensitive = true;
        Both(rest_.substr(0, 1));
        rest_.remove_prefix(1);
      }
    }
    out_.valid = !failed_;
    return std::move(out_);
  }

 private:
  void Both(std::string_view text) {
    out_.icu.append(text);
    out_.re2.append(text);
  }
  void IcuOnly(std::string_view text) {
    out_.needs_icu = true;
    out_.icu.append(text);
  }
  char Take() {
    if (rest_.empty()) {
      failed_ = true;
      return 0;
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void Set(std::string_view members, bool negated, bool in_class) {
    if (in_class && !negated) return Both(members);
    const std::string set = (negated ? "[^" : "[") + std::string(members) + "]";
    if (in_class) return IcuOnly(set);
    Both(set);
  }

  void Escape(bool in_class) {
    Take();
    const char c = Take();
    if (failed_) return;
    const std::string whole = {'\\', c};
    switch (c) {
      case 'd': return Set("0-9", false, in_class);
      case 'D': return Set("0-9", true, in_class);
      case 'w': return Set("a-zA-Z_0-9", false, in_class);
      case 'W': return Set("a-zA-Z_0-9", true, in_class);
      case 's': return Set(kSpace, false, in_class);
      case 'S': return Set(kSpace, true, in_class);
      case 'p':
      case 'P': return Property(c == 'P', in_class);
      case 'Q': return Quoted();
      case 't':
      case 'n':
      case 'r':
      case 'f':
      case 'a': return Both(whole);
      case 'x': return Both(whole);
      case 'b':
      case 'B':
        if (in_class) failed_ = true;
        out_.ascii_sensitive = true;
        return Both(whole);
      case 'A':
      case 'z':
        if (in_class) failed_ = true;
        return Both(whole);
      case 'Z':
      case 'G':
      case 'k':
      case 'R':
      case 'X':
        if (in_class) failed_ = true;
        return IcuOnly(whole);
      case 'e':
      case 'c':
      case 'h':
      case 'H':
      case 'v':
      case 'V':
      case 'u':
      case '0': return IcuOnly(whole);
      default: break;
    }
    if (c >= '1' && c <= '9') {
      if (in_class) failed_ = true;
      return IcuOnly(whole);
    }
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      failed_ = true;
    } else if (static_cast<signed char>(c) < 0) {
      Both(whole.substr(1));
    } else {
      Both(whole);
    }
  }

  /// \p{Alpha}, \p{IsLatin}, \pL.
  void Property(bool negated, bool in_class) {
    if (!rest_.starts_with('{')) {
      IcuOnly(negated ? "\\P{" : "\\p{");
      out_.icu.push_back(Take());
      out_.icu.push_back('}');
      return;
    }
    const size_t end = rest_.find('}');
    if (end == std::string_view::npos) {
      failed_ = true;
      return;
    }
    std::string_view name = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    const std::string_view members = PosixMembers(name);
    if (!members.empty()) return Set(members, negated, in_class);
    if (name.starts_with("Is") || name.starts_with("In")) name.remove_prefix(2);
    IcuOnly((negated ? "\\P{" : "\\p{") + std::string(name) + "}");
  }

  /// Everything up to \E, or to the end, is literal.
  void Quoted() {
    const size_t end = rest_.find("\\E");
    const std::string_view literal = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
    for (const char c : literal) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || static_cast<signed char>(c) < 0;
      if (c == '\n') {
        Both("\\n");
        continue;
      }
      if (!plain) Both("\\");
      Both(std::string_view(&c, 1));
    }
  }

  /// A bracket expression; nested sets and && exist in Java and ICU only.
  void Class() {
    Both("[");
    Take();
    if (rest_.starts_with('^')) {
      Both("^");
      Take();
    }
    bool first = true;
    while (!failed_) {
      if (rest_.empty()) {
        failed_ = true;
        return;
      }
      const char c = rest_.front();
      if (c == ']' && !first) {
        Both("]");
        Take();
        return;
      }
      if (c == '\\') {
        Escape(/*in_class=*/true);
      } else if (c == '[') {
        out_.needs_icu = true;
        if (++depth_ > 50) {
          failed_ = true;
          return;
        }
        Class();
        --depth_;
      } else if (rest_.starts_with("&&")) {
        IcuOnly("&&");
        rest_.remove_prefix(2);
      } else {
        // ICU gives '-' '-', [: and a lone ']' or '&' other meanings, RE2 some of them.
        if (c == '&' || rest_.starts_with("--")) out_.icu.push_back('\\');
        if (c == ']' || c == ':') Both("\\");
        Both(rest_.substr(0, 1));
        Take();
      }
      first = false;
    }
  }

  /// What follows '(': flags, look-around, names.
  void Group() {
    Take();
    if (!rest_.starts_with('?')) return Both("(");
    Take();
    if (rest_.starts_with(':')) {
      Take();
      return Both("(?:");
    }
    for (const std::string_view look : {"=", "!", "<=", "<!", ">", "<"}) {
      if (!rest_.starts_with(look)) continue;
      IcuOnly("(?" + std::string(look));
      rest_.remove_prefix(look.size());
      return;
    }
    Flags();
  }

  void Flags() {
    std::string flags;
    while (!rest_.empty() && rest_.front() != ')' && rest_.front() != ':') {
      const char c = Take();
      switch (c) {
        case 'i': out_.ascii_sensitive = true; break;
        case 's': break;
        case 'm':
        case 'x': out_.needs_icu = true; break;
        case '-': break;
        case 'd':
        case 'u':
        case 'U': out_.needs_icu = true; continue;
        default: failed_ = true; return;
      }
      flags.push_back(c);
    }
    if (rest_.empty()) {
      failed_ = true;
      return;
    }
    const char end = Take();
    if (flags.empty()) return Both(end == ')' ? "(?:)" : "(?:");
    Both("(?" + flags + end);
  }

  std::string_view rest_;
  JavaRegexPattern out_;
  bool failed_ = false;
  int depth_ = 0;
};

}  // namespace

JavaRegexPattern TranslateJavaPattern(std::string_view pattern) {
  return Translator(pattern).Run();
}

}  // namespace millrace
