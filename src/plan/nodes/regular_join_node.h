// SPDX-License-Identifier: Apache-2.0
// Join: the regular join of two changelogs, which keeps the rows of both sides. Output: left
// columns, then right columns; of a semi or anti join the left ones.
#pragma once

#include <array>

#include "plan/nodes/join_nodes.h"
#include "plan/nodes/unique_keys.h"

namespace millrace {

/// How the rows of a side lie: what is known of their uniqueness decides. Names are Flink's.
enum class JoinInputShape {
  kNoUniqueKey,
  kHasUniqueKey,             // many rows per join key; a unique key tells them apart
  kJoinKeyContainsUniqueKey  // one row per join key
};
std::string_view JoinInputShapeName(JoinInputShape shape);

class JoinNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Join";
  struct Fields {
    JoinType type = JoinType::kInner;
    std::vector<int> left_keys;  // none: every row meets every row
    std::vector<int> right_keys;
    std::vector<bool> nulls_match;           // by key: NULL equals NULL (set operations)
    ExpressionPtr condition;                 // over left ++ right columns, may be null
    std::array<int64_t, 2> ttl_ms = {0, 0};  // a row is forgotten that long after it came; 0: never
  };
  /// What follows from a side's plan.
  struct Input {
    JoinInputShape shape = JoinInputShape::kNoUniqueKey;
    UniqueKey unique_key;   // kHasUniqueKey
    bool retracts = false;  // rows can be taken back
    bool pads = false;      // a row without a partner goes out alone
  };
  JoinNode(PlanNodePtr left, PlanNodePtr right, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override;
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  std::string state_description() const override;
  const Fields& fields() const { return fields_; }
  const std::vector<int>& keys(size_t input) const {
    return input == 0 ? fields_.left_keys : fields_.right_keys;
  }
  const Input& input(size_t index) const { return inputs_[index]; }
  /// Semi and anti joins: which left rows have a partner.
  bool left_only() const {
    return fields_.type == JoinType::kSemi || fields_.type == JoinType::kAnti;
  }
  /// The columns of both sides, which the condition is over.
  Schema pair_schema() const;

 private:
  Fields fields_;
  std::array<Input, 2> inputs_;
};

}  // namespace millrace
