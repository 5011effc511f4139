// SPDX-License-Identifier: Apache-2.0
// TemporalJoin: each left row with the version that the right side had at the time of the row.
// SnapshotJoin: each left row with what the right side has when the row comes. Output: left
// columns, then right columns.
#pragma once

#include <optional>

#include "plan/nodes/regular_join_node.h"

namespace millrace {

/// FOR SYSTEM_TIME AS OF left.ts. A left row waits until the watermark of both sides has come to
/// its time, and then meets the last version of its key that is not later.
class TemporalJoinNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "TemporalJoin";
  struct Fields {
    JoinType type = JoinType::kInner;  // or kLeft
    std::vector<int> left_keys;
    std::vector<int> right_keys;  // among them a unique key
    int left_time = -1;
    int right_time = -1;
    ExpressionPtr condition;  // residual, over left ++ right columns, may be null
  };
  TemporalJoinNode(PlanNodePtr left, PlanNodePtr right, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  /// Rows of the left side go out as what they came.
  ChangelogMode changelog_mode() const override { return children()[0]->changelog_mode(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  Delay delay() const override;
  std::string state_description() const override;
  std::optional<WindowColumns> window_columns() const override {
    return children()[0]->window_columns();
  }
  const Fields& fields() const { return fields_; }
  /// Of an update of the right side the old row says nothing, as the new one follows; but a filter
  /// may have taken the new one away.
  bool ignores_old_rows() const { return ignores_old_rows_; }

 private:
  Fields fields_;
  bool ignores_old_rows_;
};

/// JOIN LATERAL SNAPSHOT. Left rows wait until the right side is loaded, and from then on each goes
/// out at once. What changes on the right side later is for the left rows to come.
class SnapshotJoinNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "SnapshotJoin";
  struct Fields {
    JoinType type = JoinType::kInner;  // or kLeft
    std::vector<int> left_keys;        // none: every row meets every row
    std::vector<int> right_keys;
    ExpressionPtr condition;  // residual, over left ++ right columns, may be null
    /// The right side is loaded when its watermark is there; not set: at the start of the run.
    std::optional<int64_t> loaded_at_ms;
    int64_t idle_ms = 0;  // or when nothing has come for so long; 0: never
    int64_t ttl_ms = 0;   // a right row is forgotten that long after it came; 0: never
  };
  SnapshotJoinNode(PlanNodePtr left, PlanNodePtr right, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  std::string state_description() const override;
  std::optional<WindowColumns> window_columns() const override {
    return children()[0]->window_columns();
  }
  const Fields& fields() const { return fields_; }
  /// Says how the rows of the right side lie: those of a regular join would lie so.
  const JoinNode& sides() const { return *sides_; }

 private:
  Fields fields_;
  std::shared_ptr<const JoinNode> sides_;
};

}  // namespace millrace
