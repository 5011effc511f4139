// SPDX-License-Identifier: Apache-2.0
// Unnest: for each row a row per element of a collection that is computed from it, or so many as a
// number says. Output: input columns, then those of the elements, then, if asked for, their place
// from 1 on.
#pragma once

#include "plan/node.h"

namespace millrace {

class UnnestNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Unnest";
  struct Fields {
    ExpressionPtr collection;  // ARRAY, MAP, MULTISET or BIGINT over the columns of the input
    bool with_ordinality = false;
    bool keeps_empty = false;  // a row without elements goes out with NULLs (LEFT JOIN)
    /// Of a LEFT JOIN, over the output: an element for which it does not hold is none. Null: all
    /// are.
    ExpressionPtr condition = nullptr;
    /// Input columns that go out; not set: all. A collection is copied for each of its elements.
    std::optional<std::vector<int>> kept;
  };
  UnnestNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return children()[0]->changelog_mode(); }
  std::optional<WindowColumns> window_columns() const override;
  const Fields& fields() const { return fields_; }
  /// Input columns in the order in which they go out.
  std::vector<int> kept() const;
  /// The columns of the elements, ordinality among them.
  static Schema ElementColumns(const Fields& fields);

 private:
  Fields fields_;
};

}  // namespace millrace
