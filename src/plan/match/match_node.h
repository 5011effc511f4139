// SPDX-License-Identifier: Apache-2.0
// Match: MATCH_RECOGNIZE. Per partition, rows in order of time are matched against a row pattern;
// a match becomes one row. Output: the partition columns, then the measures.
//
// What conditions and measures read of a match are places (the second last row of B, the sum of x
// over all rows of A): an expression's inputs are its places, first the values, then the
// aggregates.
#pragma once

#include <string>
#include <vector>

#include "plan/aggregate_call.h"
#include "plan/node.h"
#include "plan/nodes/rank_nodes.h"

namespace millrace {

/// The rows of a match that a place looks at: of one element of the pattern, of all of them
/// together, or of a variable that the pattern does not have.
constexpr int kAllElements = -1;
constexpr int kNoElement = -2;

/// The value of a column in one row: FIRST(A.x, 1), LAST(x).
struct MatchValue {
  int element = kAllElements;
  bool first = false;  // counted from the first row on, else from the last row back
  int64_t offset = 0;
  int column = 0;  // of the input
  bool operator==(const MatchValue&) const = default;
};

/// An aggregate over rows of a match.
struct MatchAggregate {
  int element = kAllElements;
  AggregateCall call;  // over columns of the input
};

/// Expressions and what their inputs are.
struct MatchExpressions {
  std::vector<MatchValue> values;
  std::vector<MatchAggregate> aggregates;
  std::vector<ExpressionPtr> expressions;
};

/// One variable of the pattern with its quantifier and condition.
struct PatternElement {
  std::string name;
  int64_t min = 1;
  int64_t max = 1;  // -1: no bound
  bool reluctant = false;
  MatchExpressions condition;  // one expression, or none: any row will do

  bool optional() const { return min == 0; }
  /// What follows begins with a row that is none of it. `A?` and `A{2}` never ask.
  bool greedy() const { return !reluctant && min != max && !(min == 0 && max == 1); }
  /// `A`, `A+`, `A{2,3}?`.
  std::string ToString() const;
};

struct AfterMatch {
  enum class Kind { kToNextRow, kPastLastRow, kToFirst, kToLast } kind = Kind::kToNextRow;
  int element = 0;  // kToFirst, kToLast
};

class MatchNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Match";
  struct Fields {
    std::vector<int> partition_keys;
    std::vector<SortKey> order;  // begins with a time attribute, ascending
    bool proctime = false;
    std::vector<PatternElement> pattern;
    AfterMatch after;
    int64_t within_ms = 0;  // 0: a match may take as long as it will
    MatchExpressions measures;
    std::vector<std::string> names;  // of the measures
  };
  MatchNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  bool drops_late_rows() const override { return !fields_.proctime; }
  Delay delay() const override;
  std::string state_description() const override;
  const Fields& fields() const { return fields_; }
  /// `A B+ C{2}`, with the conditions of the variables.
  std::string PatternText() const;

 private:
  Fields fields_;
};

}  // namespace millrace
