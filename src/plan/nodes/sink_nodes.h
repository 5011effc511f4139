// SPDX-License-Identifier: Apache-2.0
// Roots of a plan: INSERT INTO a table, and a SELECT whose rows go to the client.
#pragma once

#include "plan/node.h"
#include "plan/table.h"

namespace millrace {

/// Input columns are exactly the table's write schema.
class SinkNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Sink";
  SinkNode(PlanNodePtr input, TablePtr table);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return children()[0]->changelog_mode(); }
  Delay delay() const override;
  /// What an outbox may hold.
  std::string state_description() const override;
  const TablePtr& table() const { return table_; }

 private:
  TablePtr table_;
};

/// The rows of a top-level SELECT.
class CollectNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Collect";
  explicit CollectNode(PlanNodePtr input);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override { return ""; }
  ChangelogMode changelog_mode() const override { return children()[0]->changelog_mode(); }
  Distribution required_distribution(size_t) const override { return Distribution::Single(); }
};

}  // namespace millrace
