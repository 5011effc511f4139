// SPDX-License-Identifier: Apache-2.0
// OrderedOverNode: aggregates over all rows of a partition up to the current one, in the order of a
// column that is no time. A row may come anywhere in that order, so results of rows behind it
// change: the output is a changelog. Output: the columns of the input, then the calls.
#pragma once

#include "plan/aggregate_call.h"
#include "plan/nodes/rank_nodes.h"

namespace millrace {

class OrderedOverNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "OrderedOver";
  struct Fields {
    std::vector<int> partition_keys;
    SortKey order;
    bool rows = false;  // ROWS frame; else RANGE, in which rows of equal order see each other
    std::vector<AggregateCall> calls;
    int64_t state_ttl_ms = 0;  // a partition is forgotten that long after it changed; 0: never
  };
  OrderedOverNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::All(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  std::string state_description() const override;
  const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

}  // namespace millrace
