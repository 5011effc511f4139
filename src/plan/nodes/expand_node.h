// SPDX-License-Identifier: Apache-2.0
// Expand: each row once for every grouping set. Output: input columns, then the keys, NULL where
// the set is without them, then the labels. Copies of a row are neighbours.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/node.h"

namespace millrace {

class ExpandNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Expand";
  /// A BIGINT that depends on the set alone.
  struct Label {
    std::string name;
    std::vector<int64_t> values;  // by set
    bool operator==(const Label&) const = default;
  };
  struct Fields {
    std::vector<int> keys;                // input columns
    std::vector<std::vector<bool>> sets;  // by set and key: the set has it
    std::vector<Label> labels;
  };
  ExpandNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return children()[0]->changelog_mode(); }
  std::optional<WindowColumns> window_columns() const override {
    return children()[0]->window_columns();
  }
  const Fields& fields() const { return fields_; }
  /// `{a, b}, {a}, {}`, by the names of the input's columns.
  std::string SetsText() const;

 private:
  Fields fields_;
};

}  // namespace millrace
