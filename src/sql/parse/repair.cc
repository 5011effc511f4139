// SPDX-License-Identifier: Apache-2.0
#include "sql/parse/repair.h"

#include <algorithm>
#include <array>
#include <string>

#include "sql/keywords.h"
#include "sql/parse/grammar.h"

namespace millrace::sql {
namespace {

constexpr size_t kMaxChecks = 64;             // corrections tried per text
constexpr size_t kMaxCheckedBytes = 1 << 20;  // text parsed again for that
constexpr size_t kMaxSpellings = 4;           // tried of one word
/// How far from the place of an error the word may stand, in tokens.
constexpr size_t kWordsBefore = 5;
constexpr size_t kWordsBehind = 1;

size_t CountErrors(const std::string& text) {
  DiagnosticList found;
  Grammar grammar(text, 0, &found);
  grammar.ParseScript();
  return found.error_count();
}

bool Inside(const Diagnostic& diagnostic, Span window) {
  return diagnostic.has_span && diagnostic.span.begin >= window.begin &&
         diagnostic.span.end <= window.end;
}

/// Keywords that `word` may have been meant as, the likeliest first.
std::vector<std::string_view> Spellings(std::string_view word) {
  if (word.size() == 2) {
    static constexpr std::array kShort =
        std::to_array<std::string_view>({"ON", "AS", "BY", "IN", "IS", "OR", "ALL", "AND"});
    std::vector<std::string_view> near;
    for (const std::string_view keyword : kShort) {
      if (EditDistance(word, keyword) == 1) near.push_back(keyword);
    }
    return near;
  }
  static const std::vector<std::string_view> kKeywords = [] {
    std::vector<std::string_view> words(ReservedWords().begin(), ReservedWords().end());
    words.insert(words.end(), {"KEY", "ENFORCED", "METADATA", "VIRTUAL", "ORDINALITY", "PRECEDING",
                               "FOLLOWING", "UNBOUNDED", "DESCRIPTOR"});
    return words;
  }();
  std::vector<std::string_view> near = NearKeywords(word, kKeywords);
  near.resize(std::min(near.size(), kMaxSpellings));
  return near;
}

/// Tries out spellings of the words around one error.
class Speller {
 public:
  Speller(std::string_view text, DiagnosticList* diagnostics, size_t first)
      : text_(text), diagnostics_(diagnostics), first_(first) {}

  void Correct(Span window) {
    const Diagnostic* error = FirstError(window);
    if (error == nullptr) return;
    DiagnosticList bad;
    tokens_ = Tokenize(text_.substr(window.begin, window.end - window.begin), window.begin, &bad);
    if (!bad.entries().empty()) return;
    const auto at = std::ranges::find_if(
        tokens_, [&](const Token& token) { return token.span.end > error->span.begin; });
    const auto place = static_cast<size_t>(at - tokens_.begin());
    for (size_t i = place; i <= place + kWordsBehind; ++i) {
      if (Corrects(i, window)) return;
    }
    for (size_t back = 1; back <= std::min(kWordsBefore, place); ++back) {
      if (Corrects(place - back, window)) return;
    }
  }

 private:
  /// The error of the window that stands first, if it may be that of a misspelt word.
  const Diagnostic* FirstError(Span window) const {
    const Diagnostic* found = nullptr;
    for (size_t i = first_; i < diagnostics_->entries().size(); ++i) {
      const Diagnostic& entry = diagnostics_->entries()[i];
      if (!Inside(entry, window)) continue;
      if (entry.code == "MR0102") return nullptr;  // is known already
      if (found == nullptr || entry.span.begin < found->span.begin) found = &entry;
    }
    const bool syntax = found != nullptr && (found->code == "MR0101" || found->code == "MR0108" ||
                                             found->code == "MR0109");
    return syntax ? found : nullptr;
  }

  bool Corrects(size_t index, Span window) {
    if (index >= tokens_.size()) return false;
    const Token& token = tokens_[index];
    if (token.kind != TokenKind::kWord || IsReservedWord(token.value)) return false;
    for (const std::string_view keyword : Spellings(token.value)) {
      bytes_ += window.end - window.begin;
      if (++checks_ > kMaxChecks || bytes_ > kMaxCheckedBytes) return false;
      std::string fixed(text_.substr(window.begin, token.span.begin - window.begin));
      fixed += keyword;
      fixed += text_.substr(token.span.end, window.end - token.span.end);
      if (CountErrors(fixed) > 0) continue;
      Replace(window, token.span, keyword);
      return true;
    }
    return false;
  }

  void Replace(Span window, Span word, std::string_view keyword) {
    DiagnosticList kept;
    const auto& entries = diagnostics_->entries();
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i < first_ || !Inside(entries[i], window)) kept.Add(entries[i]);
    }
    *diagnostics_ = std::move(kept);
    const std::string written(text_.substr(word.begin, word.end - word.begin));
    Diagnostic& diagnostic = diagnostics_->Add(MakeDiagnostic(
        "MR0102", "found `" + written + "`, expected `" + std::string(keyword) + "`", word));
    diagnostic.candidates.emplace_back(keyword);
    diagnostic.try_text = keyword;
  }

  std::string_view text_;
  DiagnosticList* diagnostics_;
  size_t first_;
  std::vector<Token> tokens_;
  size_t checks_ = 0;
  size_t bytes_ = 0;
};

}  // namespace

void BlameMisspelling(std::string_view text, const std::vector<Span>& extents,
                      DiagnosticList* diagnostics, size_t first) {
  if (diagnostics->suppressed_count() > 0) return;
  Speller speller(text, diagnostics, first);
  for (const Span extent : extents) speller.Correct(extent);
}

void CheckSuggestions(std::string_view text, const std::vector<Span>& extents,
                      DiagnosticList* diagnostics, size_t first) {
  size_t checks = 0;
  size_t bytes = 0;
  auto& entries = diagnostics->mutable_entries();
  for (size_t i = first; i < entries.size(); ++i) {
    Diagnostic& diagnostic = entries[i];
    if (diagnostic.try_text.empty() || !diagnostic.has_span) continue;
    Span span = diagnostic.span;
    auto extent = std::ranges::find_if(extents, [&](Span candidate) {
      return candidate.begin <= span.begin && span.end <= candidate.end;
    });
    Span window = extent == extents.end() ? Span{0, static_cast<uint32_t>(text.size())} : *extent;
    bytes += window.end - window.begin;
    if (++checks > kMaxChecks || bytes > kMaxCheckedBytes) {
      diagnostic.try_text.clear();
      continue;
    }
    size_t before = std::ranges::count_if(
        entries, [&](const Diagnostic& other) { return Inside(other, window); });
    std::string fixed(text.substr(window.begin, span.begin - window.begin));
    fixed += diagnostic.try_text;
    fixed += text.substr(span.end, window.end - span.end);
    if (CountErrors(fixed) >= before) diagnostic.try_text.clear();
  }
}

}  // namespace millrace::sql
