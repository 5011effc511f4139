// SPDX-License-Identifier: Apache-2.0
// GROUP BY in two phases, for plans that run on several shards: rows of a key are added up on the
// shard they come from, and what they add up to meets on the shard of the key.
#pragma once

#include <optional>

#include "plan/nodes/aggregate_nodes.h"

namespace millrace {

/// The first phase. Output: keys, then a BYTES column of partial results.
class PartialGroupNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "PartialGroupAggregate";
  struct Fields {
    std::vector<int> keys;  // input columns
    std::vector<AggregateCall> calls;
    MiniBatch mini_batch;
  };
  PartialGroupNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

/// The group in two phases, the first one being its child; nullopt if it cannot be had so, or is
/// not wanted.
std::optional<PlanNodePtr> InTwoPhases(const PlanNodePtr& group);

}  // namespace millrace
