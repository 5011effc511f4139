// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/joins/join_planner.h"

#include <arrow/type.h>

#include <algorithm>

#include "functions/coercion.h"
#include "plan/calc_builder.h"
#include "plan/nodes/regular_join_node.h"

namespace millrace {
namespace {

bool IsRowtime(const ExpressionPtr& expression) {
  return expression->kind() == ExpressionKind::kInputRef &&
         expression->type().time_attribute() == TimeAttribute::kRowtime;
}

/// Keys meet as bytes, so both must be stored in one type.
bool ShareType(ExpressionPtr* a, ExpressionPtr* b) {
  if ((*a)->type().ToArrow()->Equals((*b)->type().ToArrow())) return true;
  const auto type = ComparisonType((*a)->type(), (*b)->type());
  if (!type) return false;
  for (ExpressionPtr* side : {a, b}) {
    auto cast = Expression::Cast(*side, type->Nullable((*side)->type().nullable()));
    if (!cast) return false;
    *side = *cast;
  }
  return true;
}

}  // namespace

JoinPlanner::JoinPlanner(BindContext* context, BoundRelation left, BoundRelation right,
                         JoinType type, Span span)
    : context_(context),
      left_(std::move(left)),
      right_(std::move(right)),
      type_(type),
      span_(span),
      left_size_(static_cast<int>(left_.plan->schema().size())) {
  scope_.set_computed(left_.scope.computed());
  for (const ScopeColumn& column : left_.scope.columns()) scope_.Add(column);
  for (ScopeColumn column : right_.scope.columns()) {
    column.index += left_size_;
    scope_.Add(std::move(column));
  }
}

void JoinPlanner::AddCondition(const ExpressionPtr& condition) {
  for (const ExpressionPtr& part : Conjuncts(condition)) {
    if (!AddEquality(part) && !AddBound(part)) rest_.push_back(part);
  }
}

void JoinPlanner::Simplify(const ExpressionPtr& condition) {
  const int size = left_size_ + static_cast<int>(right_.plan->schema().size());
  const bool pads_left = type_ == JoinType::kRight || type_ == JoinType::kFull;
  const bool pads_right = type_ == JoinType::kLeft || type_ == JoinType::kFull;
  // Rows whose left columns are padded are those that a right side brings, and the other way round.
  const bool left_stays = pads_left && !RejectsNulls(condition, 0, left_size_);
  const bool right_stays = pads_right && !RejectsNulls(condition, left_size_, size);
  if (!pads_left && !pads_right) return;
  type_ = left_stays ? (right_stays ? JoinType::kFull : JoinType::kRight)
                     : (right_stays ? JoinType::kLeft : JoinType::kInner);
}

bool JoinPlanner::AddWhere(const ExpressionPtr& condition) {
  if (version_time_ >= 0 || snapshot_) {
    // Conditions on the right side are asked of the version, not of what can be one.
    const Sides asked = SidesOf(condition, left_size_);
    if (asked.right) return false;
    FilterSide(condition, /*left=*/true);
    return true;
  }
  if (type_ == JoinType::kInner) {
    AddCondition(condition);
    return true;
  }
  const Sides sides = SidesOf(condition, left_size_);
  if (sides.left == sides.right) return false;
  const bool kept_whole = type_ == (sides.left ? JoinType::kLeft : JoinType::kRight);
  if (kept_whole) FilterSide(condition, sides.left);
  return kept_whole;
}

std::optional<BoundRelation> JoinPlanner::Plan() {
  if (version_time_ >= 0) return PlanTemporal();
  if (snapshot_) return PlanSnapshot();
  const bool only_inserts =
      left_.plan->changelog_mode().insert_only() && right_.plan->changelog_mode().insert_only();
  const bool by_window = (!left_only() || only_inserts) && TakeWindowKeys();
  const bool by_time = !left_only() && bounds_.left_time >= 0 && bounds_.lower != kNoLower &&
                       bounds_.upper != kNoUpper;
  if (!by_window && !by_time) return PlanRegular();
  if (!only_inserts) {
    context_->NotSupported(by_window ? "a join by windows of rows that are updated"
                                     : "a join by time bounds of rows that are updated",
                           span_);
    return std::nullopt;
  }
  DropNullSafeKeys();
  return by_window ? PlanWindow() : PlanInterval();
}

bool JoinPlanner::AddEquality(const ExpressionPtr& part) {
  auto equality = AsEquality(part);
  if (!equality) return false;
  auto& [a, b, nulls_match] = *equality;
  Sides side_a = SidesOf(a, left_size_);
  Sides side_b = SidesOf(b, left_size_);
  if (side_a.right && !side_a.left) {
    std::swap(a, b);
    std::swap(side_a, side_b);
  }
  if (!side_a.left || side_a.right || !side_b.right || side_b.left) return false;
  if (IsRowtime(a) && IsRowtime(b)) return false;  // a.ts = b.ts is a time bound
  if (!ShareType(&a, &b)) return false;
  keys_.push_back({a, b, part, nulls_match});
  return true;
}

DataType JoinPlanner::ColumnType(int column) const {
  return column < left_size_ ? left_.plan->schema()[static_cast<size_t>(column)].type
                             : right_.plan->schema()[static_cast<size_t>(column - left_size_)].type;
}

bool JoinPlanner::AddBound(const ExpressionPtr& part) {
  if (part->kind() != ExpressionKind::kCall || part->args().size() != 2) return false;
  std::string op = part->function()->name;
  if (op != "<" && op != "<=" && op != ">" && op != ">=" && op != "=") return false;
  auto a = AsTimeTerm(part->args()[0]);
  auto b = AsTimeTerm(part->args()[1]);
  if (!a || !b) return false;
  if (a->column >= left_size_ && b->column < left_size_) {
    std::swap(a, b);
    if (op[0] == '<') {
      op[0] = '>';
    } else if (op[0] == '>') {
      op[0] = '<';
    }
  }
  if (a->column >= left_size_ || b->column < left_size_) return false;
  if (ColumnType(a->column).time_attribute() != TimeAttribute::kRowtime ||
      ColumnType(b->column).time_attribute() != TimeAttribute::kRowtime) {
    return false;
  }
  bounds_.left_time = a->column;
  bounds_.right_time = b->column - left_size_;
  // left + oa  op  right + ob   <=>   left - right  op  ob - oa
  const int64_t difference = b->offset - a->offset;
  const int64_t open = op == "<" ? -1 : op == ">" ? 1 : 0;
  if (op != ">" && op != ">=") bounds_.upper = std::min(bounds_.upper, difference + open);
  if (op != "<" && op != "<=") bounds_.lower = std::max(bounds_.lower, difference + open);
  time_conditions_.push_back(part);
  return true;
}

/// Finds L.window_start = R.window_start AND L.window_end = R.window_end among the keys.
bool JoinPlanner::TakeWindowKeys() {
  const auto left = left_.plan->window_columns();
  const auto right = right_.plan->window_columns();
  if (!left || !right || left->proctime || right->proctime) return false;
  int start = -1;
  int end = -1;
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].left->kind() != ExpressionKind::kInputRef ||
        keys_[i].right->kind() != ExpressionKind::kInputRef) {
      continue;
    }
    const int l = keys_[i].left->index();
    const int r = keys_[i].right->index() - left_size_;
    if (l == left->start && r == right->start) start = static_cast<int>(i);
    if (l == left->end && r == right->end) end = static_cast<int>(i);
  }
  if (start < 0 || end < 0) return false;
  // The end of a session does not tell its start.
  if (left->sessions || right->sessions) {
    keys_.erase(keys_.begin() + end);
    return true;
  }
  keys_.erase(keys_.begin() + std::max(start, end));
  keys_.erase(keys_.begin() + std::min(start, end));
  return true;
}

/// Joins by windows and time bounds compare keys by = only.
void JoinPlanner::DropNullSafeKeys() {
  for (const Key& key : keys_) {
    if (key.nulls_match) rest_.push_back(key.condition);
  }
  std::erase_if(keys_, [](const Key& key) { return key.nulls_match; });
}

void JoinPlanner::FilterSide(const ExpressionPtr& condition, bool left) {
  PlanNodePtr& plan = left ? left_.plan : right_.plan;
  std::vector<int> mapping;
  for (int i = 0; i < left_size_; ++i) mapping.push_back(left ? i : -1);
  for (size_t i = 0; i < right_.plan->schema().size(); ++i) {
    mapping.push_back(left ? -1 : static_cast<int>(i));
  }
  plan = MakeFilter(plan, condition->Remap(mapping));
}

/// What one side alone decides about pairs is decided before: such rows need not be kept. Rows of a
/// side that go out alone must come in.
void JoinPlanner::FilterSides() {
  const bool filters_left =
      type_ == JoinType::kInner || type_ == JoinType::kRight || type_ == JoinType::kSemi;
  const bool filters_right = type_ == JoinType::kInner || type_ == JoinType::kLeft || left_only();
  std::erase_if(rest_, [&](const ExpressionPtr& part) {
    const Sides sides = SidesOf(part, left_size_);
    const bool taken = (sides.left && !sides.right && filters_left) ||
                       (sides.right && !sides.left && filters_right);
    if (taken) FilterSide(part, sides.left);
    return taken;
  });
}

/// Makes every key a column of its input.
void JoinPlanner::PlaceKeys(std::vector<int>* left_keys, std::vector<int>* right_keys) {
  ProjectionBuilder left_columns;
  ProjectionBuilder right_columns;
  const auto left_names = left_.plan->schema().names();
  const auto right_names = right_.plan->schema().names();
  const auto left_refs = InputRefs(left_.plan->schema());
  const auto right_refs = InputRefs(right_.plan->schema());
  for (size_t i = 0; i < left_refs.size(); ++i) left_columns.Add(left_refs[i], left_names[i]);
  for (size_t i = 0; i < right_refs.size(); ++i) right_columns.Add(right_refs[i], right_names[i]);
  std::vector<int> shift(static_cast<size_t>(left_size_) + right_refs.size(), -1);
  for (size_t i = 0; i < right_refs.size(); ++i) {
    shift[static_cast<size_t>(left_size_) + i] = static_cast<int>(i);
  }
  for (size_t i = 0; i < keys_.size(); ++i) {
    const ExpressionPtr right = keys_[i].right->Remap(shift);
    left_keys->push_back(left_columns.Add(keys_[i].left, "$key" + std::to_string(i)));
    right_keys->push_back(right_columns.Add(right, "$key" + std::to_string(i)));
  }
  left_.plan =
      MakeCalc(left_.plan, nullptr, left_columns.expressions(), UniqueNames(left_columns.names()));
  right_.plan = MakeCalc(right_.plan, nullptr, right_columns.expressions(),
                         UniqueNames(right_columns.names()));
}

/// Expressions over left ++ right, where the left side may have got key columns.
std::vector<int> JoinPlanner::Shift(size_t right_columns) const {
  const int left_now = static_cast<int>(left_.plan->schema().size());
  std::vector<int> mapping;
  for (int i = 0; i < left_size_; ++i) mapping.push_back(i);
  for (size_t i = 0; i < right_columns; ++i) mapping.push_back(left_now + static_cast<int>(i));
  return mapping;
}

/// What is left to be asked of pairs, once keys are placed; null if there is nothing. Finer than a
/// millisecond, bounds are not exact: the conditions they come from are asked again.
ExpressionPtr JoinPlanner::Rest(size_t right_columns) {
  for (const ExpressionPtr& condition : time_conditions_) rest_.push_back(condition);
  if (rest_.empty()) return nullptr;
  return ConjunctionOf(std::move(rest_))->Remap(Shift(right_columns));
}

/// Output of the join without helper key columns, under the names of both sides.
std::optional<BoundRelation> JoinPlanner::Finish(PlanNodePtr join, size_t right_columns) {
  std::vector<int> mapping = Shift(right_columns);
  if (left_only()) mapping.resize(static_cast<size_t>(left_size_));
  std::vector<ExpressionPtr> columns;
  std::vector<std::string> names;
  for (const int position : mapping) {
    const Column& column = join->schema()[static_cast<size_t>(position)];
    columns.push_back(Expression::InputRef(position, column.type, column.name));
    names.push_back(column.name);
  }
  BoundRelation relation;
  relation.plan = MakeCalc(std::move(join), nullptr, std::move(columns), UniqueNames(names));
  relation.scope.set_computed(scope_.computed());
  // Types may have lost their time attribute; names and positions stay. In an inner window join
  // the window of the right row is that of the left one, under either name.
  for (ScopeColumn column : scope_.columns()) {
    if (left_only() && column.index >= left_size_) continue;
    if (inner_window_ && column.index == left_size_ + inner_window_->right.start) {
      column.index = inner_window_->left.start;
    } else if (inner_window_ && column.index == left_size_ + inner_window_->right.end) {
      column.index = inner_window_->left.end;
    }
    column.type = relation.plan->schema()[static_cast<size_t>(column.index)].type;
    relation.scope.Add(std::move(column));
  }
  return relation;
}

Schema JoinPlanner::JoinSchema(bool keep_time) const {
  Schema schema;
  for (const BoundRelation* side : {&left_, &right_}) {
    if (side == &right_ && left_only()) continue;
    const bool may_lack =
        type_ == JoinType::kFull || type_ == (side == &left_ ? JoinType::kRight : JoinType::kLeft);
    for (const Column& column : side->plan->schema()) {
      DataType type = may_lack ? column.type.Nullable() : column.type;
      if (!keep_time) type = type.WithTimeAttribute(TimeAttribute::kNone);
      schema.Append({column.name, std::move(type)});
    }
  }
  return schema;
}

std::optional<BoundRelation> JoinPlanner::PlanWindow() {
  WindowJoinNode::Fields fields;
  fields.type = type_;
  fields.left_window = *left_.plan->window_columns();
  fields.right_window = *right_.plan->window_columns();
  if (type_ == JoinType::kInner) inner_window_ = {fields.left_window, fields.right_window};
  const size_t right_columns = right_.plan->schema().size();
  PlaceKeys(&fields.left_keys, &fields.right_keys);
  fields.condition = Rest(right_columns);
  return Finish(std::make_shared<WindowJoinNode>(left_.plan, right_.plan, std::move(fields),
                                                 JoinSchema(/*keep_time=*/false)),
                right_columns);
}

std::optional<BoundRelation> JoinPlanner::PlanInterval() {
  IntervalJoinNode::Fields fields;
  fields.type = type_;
  fields.left_time = bounds_.left_time;
  fields.right_time = bounds_.right_time;
  fields.lower_ms = bounds_.lower;
  fields.upper_ms = bounds_.upper;
  const size_t right_columns = right_.plan->schema().size();
  PlaceKeys(&fields.left_keys, &fields.right_keys);
  fields.condition = Rest(right_columns);
  return Finish(std::make_shared<IntervalJoinNode>(left_.plan, right_.plan, std::move(fields),
                                                   JoinSchema(/*keep_time=*/true)),
                right_columns);
}

std::optional<BoundRelation> JoinPlanner::PlanRegular() {
  is_regular_ = true;
  FilterSides();
  JoinNode::Fields fields;
  fields.type = type_;
  fields.ttl_ms = ttl_ms_;
  for (const Key& key : keys_) fields.nulls_match.push_back(key.nulls_match);
  const size_t right_columns = right_.plan->schema().size();
  PlaceKeys(&fields.left_keys, &fields.right_keys);
  fields.condition = Rest(right_columns);
  return Finish(std::make_shared<JoinNode>(left_.plan, right_.plan, std::move(fields)),
                right_columns);
}

}  // namespace millrace
