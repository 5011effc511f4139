// SPDX-License-Identifier: Apache-2.0
// Unnest: for each row a row per element of a collection that is computed from it. Output: input
// columns, then those of the elements, then, if asked for, their place from 1 on.
#pragma once

#include "plan/node.h"

namespace millrace {

class UnnestNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Unnest";
  struct Fields {
    ExpressionPtr collection;  // ARRAY, MAP or MULTISET over the columns of the input
    bool with_ordinality = false;
    bool keeps_empty = false;  // a row without elements goes out with NULLs (LEFT JOIN)
  };
  UnnestNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return children()[0]->changelog_mode(); }
  std::optional<WindowColumns> window_columns() const override {
    return children()[0]->window_columns();
  }
  const Fields& fields() const { return fields_; }
  /// The columns of the elements, ordinality among them.
  static Schema ElementColumns(const Fields& fields);

 private:
  Fields fields_;
};

}  // namespace millrace
