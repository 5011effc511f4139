// SPDX-License-Identifier: Apache-2.0
// Joins: window join and interval join. Output: left columns, then right columns.
#pragma once

#include "plan/node.h"

namespace millrace {

enum class JoinType { kInner, kLeft, kRight, kFull, kSemi, kAnti };
std::string_view JoinTypeName(JoinType type);

/// Rows of one window meet when the watermark reaches window_end - 1 ms. Both inputs are windowed.
class WindowJoinNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "WindowJoin";
  struct Fields {
    JoinType type = JoinType::kInner;
    std::vector<int> left_keys;  // equi keys beside the window columns
    std::vector<int> right_keys;
    WindowColumns left_window;
    WindowColumns right_window;
    ExpressionPtr condition;  // over left ++ right columns, may be null
  };
  WindowJoinNode(PlanNodePtr left, PlanNodePtr right, Fields fields, Schema schema);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  bool drops_late_rows() const override { return true; }
  Delay delay() const override;
  std::string state_description() const override;
  std::optional<WindowColumns> window_columns() const override;
  const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

/// left.ts BETWEEN right.ts + lower AND right.ts + upper (milliseconds), and equal keys.
class IntervalJoinNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "IntervalJoin";
  struct Fields {
    JoinType type = JoinType::kInner;
    std::vector<int> left_keys;
    std::vector<int> right_keys;
    int left_time = -1;
    int right_time = -1;
    int64_t lower_ms = 0;
    int64_t upper_ms = 0;
    ExpressionPtr condition;  // residual, over left ++ right columns, may be null
  };
  IntervalJoinNode(PlanNodePtr left, PlanNodePtr right, Fields fields, Schema schema);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  Delay delay() const override;
  std::string state_description() const override;
  const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

}  // namespace millrace
