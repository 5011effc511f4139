// SPDX-License-Identifier: Apache-2.0
// Printing of MATCH_RECOGNIZE.
#include "sql/print/writer.h"
#include "sql/printer.h"

namespace millrace::sql {

void Writer::WriteMatch(const MatchRecognize& match) {
  bool parentheses = match.input->kind == TableRefKind::kJoin;
  if (parentheses) *this << "(";
  Write(*match.input);
  if (parentheses) *this << ")";
  *this << " MATCH_RECOGNIZE (";
  {
    Indent indent(this);
    if (!match.partition_by.empty()) {
      NewLine();
      *this << "PARTITION BY ";
      WriteList(match.partition_by);
    }
    if (!match.order_by.empty()) {
      NewLine();
      *this << "ORDER BY ";
      WriteSort(match.order_by);
    }
    std::string_view separator = "MEASURES ";
    if (!match.measures.empty()) NewLine();
    for (const auto& measure : match.measures) {
      *this << separator;
      separator = ", ";
      WriteExpr(measure.value, 0);
      *this << " AS ";
      Write(measure.name);
    }
    if (match.rows != MatchRecognize::Rows::kUnspecified) {
      NewLine();
      *this << (match.rows == MatchRecognize::Rows::kOneRow ? "ONE ROW" : "ALL ROWS")
            << " PER MATCH";
    }
    WriteSkip(match);
    NewLine();
    *this << "PATTERN (" << (match.anchored_start ? "^ " : "");
    if (match.pattern != nullptr) WritePattern(*match.pattern, 0);
    *this << (match.anchored_end ? " $)" : ")");
    if (match.within != nullptr) {
      *this << " WITHIN ";
      WriteExpr(match.within, 0);
    }
    separator = "SUBSET ";
    if (!match.subsets.empty()) NewLine();
    for (const auto& subset : match.subsets) {
      *this << separator;
      separator = ", ";
      Write(subset.name);
      *this << " = ";
      WriteNames(subset.variables);
    }
    separator = "DEFINE ";
    NewLine();
    for (const auto& definition : match.definitions) {
      *this << separator;
      separator = ", ";
      Write(definition.name);
      *this << " AS ";
      WriteExpr(definition.value, 0);
    }
  }
  NewLine();
  *this << ")";
}

void Writer::WriteSkip(const MatchRecognize& match) {
  static constexpr std::string_view kNames[] = {"", "TO NEXT ROW", "PAST LAST ROW", "TO FIRST ",
                                                "TO LAST "};
  if (match.skip == MatchRecognize::Skip::kUnspecified) return;
  NewLine();
  *this << "AFTER MATCH SKIP " << kNames[static_cast<size_t>(match.skip)];
  if (match.skip_variable) Write(*match.skip_variable);
}

/// `least` is 0 for an alternation, 1 for a sequence, 2 for what a quantifier can follow.
void Writer::WritePattern(const RowPattern& pattern, int least) {
  using Kind = RowPattern::Kind;
  int own = pattern.kind == Kind::kAlternation     ? 0
            : pattern.kind == Kind::kConcatenation ? 1
            : pattern.kind == Kind::kQuantified    ? 2
                                                   : 3;
  if (own < least) *this << "(";
  std::string_view separator;
  std::string_view between = pattern.kind == Kind::kAlternation     ? " | "
                             : pattern.kind == Kind::kConcatenation ? " "
                                                                    : ", ";
  if (pattern.kind == Kind::kVariable) Write(pattern.variable);
  if (pattern.kind == Kind::kPermute) *this << "PERMUTE(";
  if (pattern.kind == Kind::kExcluded) *this << "{- ";
  for (const RowPatternPtr& child : pattern.children) {
    *this << separator;
    separator = between;
    bool enclosed = pattern.kind == Kind::kPermute || pattern.kind == Kind::kExcluded;
    if (child != nullptr) WritePattern(*child, enclosed ? 0 : own + 1);
  }
  if (pattern.kind == Kind::kPermute) *this << ")";
  if (pattern.kind == Kind::kExcluded) *this << " -}";
  if (pattern.kind == Kind::kQuantified) {
    int64_t min = pattern.min.value_or(0);
    if (!pattern.max && min <= 1) {
      *this << (min == 0 ? "*" : "+");
    } else if (pattern.max == 1 && min == 0) {
      *this << "?";
    } else {
      *this << "{" << std::to_string(min);
      if (pattern.max != pattern.min) *this << ",";
      if (pattern.max && pattern.max != pattern.min) *this << std::to_string(*pattern.max);
      *this << "}";
    }
    if (pattern.reluctant) *this << "?";
  }
  if (own < least) *this << ")";
}

}  // namespace millrace::sql
