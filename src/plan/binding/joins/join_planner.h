// SPDX-License-Identifier: Apache-2.0
// JoinPlanner: two relations and conditions -> the join they make. Conditions are sorted into equal
// keys, window equality, time bounds, what one side alone decides, and a rest, and that decides
// which join it is: by windows, by time bounds, or a regular one.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <vector>

#include "plan/binding/joins/join_conditions.h"
#include "plan/binding/query/query_binder.h"
#include "plan/nodes/temporal_join_node.h"

namespace millrace {

class JoinPlanner {
 public:
  JoinPlanner(BindContext* context, BoundRelation left, BoundRelation right, JoinType type,
              Span span);

  /// The columns of both sides, left ++ right.
  const Scope& scope() const { return scope_; }
  JoinType type() const { return type_; }
  int left_size() const { return left_size_; }

  /// What the join is on.
  void AddCondition(const ExpressionPtr& condition);
  /// An outer join of which `condition`, of WHERE above, leaves no padded row is none.
  void Simplify(const ExpressionPtr& condition);
  /// Takes a condition of WHERE above, if it means the same here or below; false if not.
  bool AddWhere(const ExpressionPtr& condition);
  /// Of the rows of a regular join; 0: for ever.
  void set_ttl_ms(std::array<int64_t, 2> ttl_ms) { ttl_ms_ = ttl_ms; }

  /// The join is FOR SYSTEM_TIME AS OF this rowtime column of the left side; `span` says so.
  void SetVersionTime(int left_time, Span span) {
    version_time_ = left_time;
    version_span_ = span;
  }

  /// The join is LATERAL SNAPSHOT: when its right side is loaded, and how long rows are kept.
  void SetSnapshot(SnapshotJoinNode::Fields fields, Span span) {
    snapshot_ = std::move(fields);
    version_span_ = span;
  }

  /// Nothing after a diagnostic.
  std::optional<BoundRelation> Plan();
  /// Whether Plan made a regular join, which keeps rows for as long as set_ttl_ms says.
  bool is_regular() const { return is_regular_; }

 private:
  static constexpr int64_t kNoLower = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kNoUpper = std::numeric_limits<int64_t>::max();

  struct Key {
    ExpressionPtr left;
    ExpressionPtr right;
    ExpressionPtr condition;
    bool nulls_match = false;
  };
  /// left.ts - right.ts in [lower, upper], as found so far.
  struct TimeBounds {
    int left_time = -1;
    int right_time = -1;
    int64_t lower = kNoLower;
    int64_t upper = kNoUpper;
  };
  struct WindowPair {
    WindowColumns left;
    WindowColumns right;
  };

  bool AddEquality(const ExpressionPtr& part);
  bool AddBound(const ExpressionPtr& part);
  DataType ColumnType(int column) const;
  bool left_only() const { return type_ == JoinType::kSemi || type_ == JoinType::kAnti; }
  bool TakeWindowKeys();
  void DropNullSafeKeys();
  void FilterSide(const ExpressionPtr& condition, bool left);
  void FilterSides();
  void PlaceKeys(std::vector<int>* left_keys, std::vector<int>* right_keys);
  std::vector<int> Shift(size_t right_columns) const;
  ExpressionPtr Rest(size_t right_columns);
  Schema JoinSchema(bool keep_time) const;
  std::optional<BoundRelation> Finish(PlanNodePtr join, size_t right_columns);
  std::optional<BoundRelation> PlanWindow();
  std::optional<BoundRelation> PlanInterval();
  std::optional<BoundRelation> PlanRegular();
  std::optional<BoundRelation> PlanTemporal();
  std::optional<BoundRelation> PlanSnapshot();
  bool CheckVersions(int right_time);

  BindContext* context_;
  BoundRelation left_;
  BoundRelation right_;
  JoinType type_;
  Span span_;
  int left_size_;
  Scope scope_;
  std::vector<Key> keys_;
  std::vector<ExpressionPtr> time_conditions_;
  std::vector<ExpressionPtr> rest_;
  TimeBounds bounds_;
  std::array<int64_t, 2> ttl_ms_ = {0, 0};
  std::optional<WindowPair> inner_window_;
  bool is_regular_ = false;
  int version_time_ = -1;
  std::optional<SnapshotJoinNode::Fields> snapshot_;
  Span version_span_;
};

}  // namespace millrace
