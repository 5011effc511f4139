// SPDX-License-Identifier: Apache-2.0
#include "functions/regex/java_regex.h"

#include <re2/re2.h>
#include <unicode/regex.h>

#include <algorithm>

#include "functions/regex/java_pattern.h"

namespace millrace {
namespace {

/// In ICU's unit, about a millisecond of matching each.
constexpr int32_t kTimeLimit = 1000;

bool HasLineTerminator(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<uint8_t>(text[i]);
    if (c == '\n' || c == '\r') return true;
    if (c == 0xC2 && text.substr(i).starts_with("\xC2\x85")) return true;
    if (c == 0xE2 && (text.substr(i).starts_with("\xE2\x80\xA8") ||
                      text.substr(i).starts_with("\xE2\x80\xA9"))) {
      return true;
    }
  }
  return false;
}

bool IsAsciiText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<int8_t>(c) >= 0; });
}

size_t CodePointBytes(std::string_view text, size_t offset) {
  const auto lead = static_cast<uint8_t>(text[offset]);
  const size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(length, text.size() - offset);
}

}  // namespace

const char kRegexGaveUp[] = "the regular expression takes too many steps on this text";

struct JavaRegex::Engines {
  JavaRegexPattern pattern;
  std::unique_ptr<re2::RE2> re2;
  std::unique_ptr<icu::RegexMatcher> icu;
  int group_count = 0;
  std::vector<re2::StringPiece> found;  // scratch of RE2, one per group

  // The text in UTF-16 and, per unit, where it is in the bytes.
  icu::UnicodeString units;
  std::vector<uint32_t> offsets;

  void SetUnits(std::string_view text) {
    units = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
    offsets.clear();
    for (size_t i = 0; i < text.size();) {
      const size_t bytes = CodePointBytes(text, i);
      offsets.push_back(static_cast<uint32_t>(i));
      if (bytes == 4) offsets.push_back(static_cast<uint32_t>(i));
      i += bytes;
    }
    offsets.push_back(static_cast<uint32_t>(text.size()));
    // Bytes that are not UTF-8 may count otherwise in ICU: keep the map as long as the text.
    offsets.resize(static_cast<size_t>(units.length()) + 1, static_cast<uint32_t>(text.size()));
    icu->reset(units);
  }
  int32_t UnitAt(size_t byte) const {
    return static_cast<int32_t>(std::lower_bound(offsets.begin(), offsets.end(), byte) -
                                offsets.begin());
  }
};

JavaRegex::JavaRegex(std::unique_ptr<Engines> engines) : engines_(std::move(engines)) {
  groups_.resize(static_cast<size_t>(engines_->group_count) + 1);
}
JavaRegex::~JavaRegex() = default;

std::unique_ptr<JavaRegex> JavaRegex::Compile(std::string_view pattern) {
  auto engines = std::make_unique<Engines>();
  engines->pattern = TranslateJavaPattern(pattern);
  if (!engines->pattern.valid) return nullptr;
  UErrorCode status = U_ZERO_ERROR;
  engines->icu = std::make_unique<icu::RegexMatcher>(
      icu::UnicodeString::fromUTF8(engines->pattern.icu), 0, status);
  if (U_FAILURE(status)) return nullptr;
  engines->icu->setTimeLimit(kTimeLimit, status);
  if (U_FAILURE(status)) return nullptr;
  engines->group_count = engines->icu->groupCount();
  if (!engines->pattern.needs_icu) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    engines->re2 = std::make_unique<re2::RE2>(engines->pattern.re2, options);
    if (!engines->re2->ok() || engines->re2->NumberOfCapturingGroups() != engines->group_count) {
      engines->re2.reset();
    }
  }
  return std::unique_ptr<JavaRegex>(new JavaRegex(std::move(engines)));
}

int JavaRegex::group_count() const { return engines_->group_count; }

void JavaRegex::SetText(std::string_view text) {
  text_ = text;
  searched_ = false;
  const JavaRegexPattern& pattern = engines_->pattern;
  use_re2_ = engines_->re2 != nullptr && !(pattern.line_sensitive && HasLineTerminator(text)) &&
             !(pattern.ascii_sensitive && !IsAsciiText(text));
  if (!use_re2_) engines_->SetUnits(text);
}

RegexOutcome JavaRegex::FindNext() {
  size_t start = 0;
  if (searched_) {
    start = groups_[0].end;
    if (groups_[0].begin == groups_[0].end) {
      if (start >= text_.size()) return RegexOutcome::kNotFound;
      start += CodePointBytes(text_, start);
    }
  }
  searched_ = true;
  return FindFrom(start);
}

RegexOutcome JavaRegex::FindFrom(size_t start) {
  if (use_re2_) {
    std::vector<re2::StringPiece>& found = engines_->found;
    found.resize(groups_.size());
    const re2::StringPiece text(text_.data(), text_.size());
    if (!engines_->re2->Match(text, start, text_.size(), re2::RE2::UNANCHORED, found.data(),
                              static_cast<int>(found.size()))) {
      return RegexOutcome::kNotFound;
    }
    for (size_t i = 0; i < found.size(); ++i) {
      groups_[i].present = found[i].data() != nullptr;
      if (!groups_[i].present) continue;
      groups_[i].begin = static_cast<size_t>(found[i].data() - text_.data());
      groups_[i].end = groups_[i].begin + found[i].size();
    }
    return RegexOutcome::kFound;
  }
  UErrorCode status = U_ZERO_ERROR;
  icu::RegexMatcher& icu = *engines_->icu;
  const bool found = icu.find(engines_->UnitAt(start), status);
  if (U_FAILURE(status)) return RegexOutcome::kGaveUp;
  if (!found) return RegexOutcome::kNotFound;
  for (size_t i = 0; i < groups_.size(); ++i) {
    const int32_t begin = icu.start(static_cast<int32_t>(i), status);
    const int32_t end = icu.end(static_cast<int32_t>(i), status);
    groups_[i].present = begin >= 0;
    if (begin < 0) continue;
    groups_[i].begin = engines_->offsets[static_cast<size_t>(begin)];
    groups_[i].end = engines_->offsets[static_cast<size_t>(end)];
  }
  return RegexOutcome::kFound;
}

RegexOutcome JavaRegex::Contains() {
  if (!use_re2_) return FindFrom(0);
  const re2::StringPiece text(text_.data(), text_.size());
  return engines_->re2->Match(text, 0, text_.size(), re2::RE2::UNANCHORED, nullptr, 0)
             ? RegexOutcome::kFound
             : RegexOutcome::kNotFound;
}

RegexOutcome JavaRegex::MatchWhole() {
  if (use_re2_) {
    const re2::StringPiece text(text_.data(), text_.size());
    return engines_->re2->Match(text, 0, text_.size(), re2::RE2::ANCHOR_BOTH, nullptr, 0)
               ? RegexOutcome::kFound
               : RegexOutcome::kNotFound;
  }
  UErrorCode status = U_ZERO_ERROR;
  const bool matches = engines_->icu->matches(status);
  if (U_FAILURE(status)) return RegexOutcome::kGaveUp;
  return matches ? RegexOutcome::kFound : RegexOutcome::kNotFound;
}

JavaRegex* RegexCache::Find(std::string_view pattern) {
  if (has_last_ && pattern == last_pattern_) return last_;
  auto found = patterns_.find(std::string(pattern));
  if (found == patterns_.end()) {
    if (patterns_.size() >= kMaxPatterns) patterns_.clear();
    found = patterns_.emplace(std::string(pattern), JavaRegex::Compile(pattern)).first;
  }
  last_pattern_ = pattern;
  last_ = found->second.get();
  has_last_ = true;
  return last_;
}

}  // namespace millrace
