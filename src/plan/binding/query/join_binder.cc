// SPDX-License-Identifier: Apache-2.0
// Joins: conditions are sorted into equal keys, window equality, time bounds and a rest, and that
// decides which join it is. Inner joins also use what WHERE says about both sides.
#include <arrow/scalar.h>

#include <algorithm>
#include <limits>

#include "functions/coercion.h"
#include "plan/binding/expression_binder.h"
#include "plan/binding/query/query_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/join_nodes.h"

namespace millrace {
namespace {

/// Which inputs an expression over left ++ right uses.
struct Sides {
  bool left = false;
  bool right = false;
};

Sides SidesOf(const ExpressionPtr& expression, int left_size) {
  std::vector<bool> used;
  expression->CollectInputs(&used);
  Sides sides;
  for (size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) continue;
    (static_cast<int>(i) < left_size ? sides.left : sides.right) = true;
  }
  return sides;
}

/// column + offset milliseconds, the shape time bounds are made of.
struct TimeTerm {
  int column = -1;
  int64_t offset = 0;
};

std::optional<TimeTerm> AsTimeTerm(const ExpressionPtr& expression) {
  if (expression->kind() == ExpressionKind::kInputRef) return TimeTerm{expression->index(), 0};
  if (expression->kind() == ExpressionKind::kCast) return AsTimeTerm(expression->args()[0]);
  if (expression->kind() != ExpressionKind::kCall || expression->args().size() != 2) {
    return std::nullopt;
  }
  const std::string& op = expression->function()->name;
  if (op != "+" && op != "-") return std::nullopt;
  ExpressionPtr base = expression->args()[0];
  ExpressionPtr delta = expression->args()[1];
  if (op == "+" && base->kind() == ExpressionKind::kLiteral) std::swap(base, delta);
  if (delta->kind() != ExpressionKind::kLiteral || !delta->literal()->is_valid ||
      delta->type().kind() != TypeKind::kIntervalDayTime) {
    return std::nullopt;
  }
  auto term = AsTimeTerm(base);
  if (!term) return std::nullopt;
  const int64_t value = static_cast<const arrow::Int64Scalar&>(*delta->literal()).value;
  term->offset += op == "+" ? value : -value;
  return term;
}

constexpr int64_t kNoLower = std::numeric_limits<int64_t>::min();
constexpr int64_t kNoUpper = std::numeric_limits<int64_t>::max();

/// left.ts - right.ts in [lower, upper], as found so far.
struct TimeBounds {
  int left_time = -1;
  int right_time = -1;
  int64_t lower = kNoLower;
  int64_t upper = kNoUpper;
};

class JoinPlanner {
 public:
  JoinPlanner(BindContext* context, BoundRelation left, BoundRelation right, JoinType type,
              Span span)
      : context_(context),
        left_(std::move(left)),
        right_(std::move(right)),
        type_(type),
        span_(span),
        left_size_(static_cast<int>(left_.plan->schema().size())) {
    for (const ScopeColumn& column : left_.scope.columns()) scope_.Add(column);
    for (ScopeColumn column : right_.scope.columns()) {
      column.index += left_size_;
      scope_.Add(std::move(column));
    }
  }

  const Scope& scope() const { return scope_; }

  void AddCondition(const ExpressionPtr& condition) {
    for (const ExpressionPtr& part : Conjuncts(condition)) Classify(part);
  }

  std::optional<BoundRelation> Plan() {
    if (!left_.plan->changelog_mode().insert_only() ||
        !right_.plan->changelog_mode().insert_only()) {
      context_->NotSupported("a join of rows that are updated", span_);
      return std::nullopt;
    }
    const bool by_window = TakeWindowKeys();
    if (!by_window &&
        (bounds_.left_time < 0 || bounds_.lower == kNoLower || bounds_.upper == kNoUpper)) {
      Diagnostic& diagnostic = context_->Error(
          "MR0401", "a regular join, whose state grows without bound, is not supported yet", span_);
      diagnostic.next_step =
          "Bound it in time: a.ts BETWEEN b.ts - INTERVAL '1' HOUR AND b.ts, or join two windowed "
          "relations on their keys, window_start and window_end.";
      return std::nullopt;
    }
    return by_window ? PlanWindow() : PlanInterval();
  }

 private:
  void Classify(const ExpressionPtr& part) {
    if (AddEquality(part) || AddBound(part)) return;
    rest_.push_back(part);
  }

  bool AddEquality(const ExpressionPtr& part) {
    if (part->kind() != ExpressionKind::kCall || part->function()->name != "=") return false;
    ExpressionPtr a = part->args()[0];
    ExpressionPtr b = part->args()[1];
    Sides side_a = SidesOf(a, left_size_);
    Sides side_b = SidesOf(b, left_size_);
    if (side_a.right && !side_a.left) {
      std::swap(a, b);
      std::swap(side_a, side_b);
    }
    if (!side_a.left || side_a.right || !side_b.right || side_b.left) return false;
    if (IsRowtime(a) && IsRowtime(b)) return false;  // a.ts = b.ts is a time bound
    left_keys_.push_back(a);
    right_keys_.push_back(b);
    return true;
  }

  bool IsRowtime(const ExpressionPtr& expression) const {
    return expression->kind() == ExpressionKind::kInputRef &&
           expression->type().time_attribute() == TimeAttribute::kRowtime;
  }

  DataType ColumnType(int column) const {
    return column < left_size_
               ? left_.plan->schema()[static_cast<size_t>(column)].type
               : right_.plan->schema()[static_cast<size_t>(column - left_size_)].type;
  }

  bool AddBound(const ExpressionPtr& part) {
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
  bool TakeWindowKeys() {
    const auto left = left_.plan->window_columns();
    const auto right = right_.plan->window_columns();
    if (!left || !right) return false;
    int start = -1;
    int end = -1;
    for (size_t i = 0; i < left_keys_.size(); ++i) {
      if (left_keys_[i]->kind() != ExpressionKind::kInputRef ||
          right_keys_[i]->kind() != ExpressionKind::kInputRef) {
        continue;
      }
      const int l = left_keys_[i]->index();
      const int r = right_keys_[i]->index() - left_size_;
      if (l == left->start && r == right->start) start = static_cast<int>(i);
      if (l == left->end && r == right->end) end = static_cast<int>(i);
    }
    if (start < 0 || end < 0) return false;
    for (const int at : {std::max(start, end), std::min(start, end)}) {
      left_keys_.erase(left_keys_.begin() + at);
      right_keys_.erase(right_keys_.begin() + at);
    }
    return true;
  }

  /// Makes every key a column of its input, of one type on both sides.
  bool PlaceKeys(std::vector<int>* left_keys, std::vector<int>* right_keys) {
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
    for (size_t i = 0; i < left_keys_.size(); ++i) {
      const ExpressionPtr right = right_keys_[i]->Remap(shift);
      left_keys->push_back(left_columns.Add(left_keys_[i], "$key" + std::to_string(i)));
      right_keys->push_back(right_columns.Add(right, "$key" + std::to_string(i)));
    }
    left_.plan = MakeCalc(left_.plan, nullptr, left_columns.expressions(),
                          UniqueNames(left_columns.names()));
    right_.plan = MakeCalc(right_.plan, nullptr, right_columns.expressions(),
                           UniqueNames(right_columns.names()));
    return true;
  }

  /// Expressions over left ++ right, where the left side may have got key columns.
  std::vector<int> Shift(size_t right_columns) const {
    const int left_now = static_cast<int>(left_.plan->schema().size());
    std::vector<int> mapping;
    for (int i = 0; i < left_size_; ++i) mapping.push_back(i);
    for (size_t i = 0; i < right_columns; ++i) mapping.push_back(left_now + static_cast<int>(i));
    return mapping;
  }

  /// Output of the join without helper key columns, under the names of both sides.
  std::optional<BoundRelation> Finish(PlanNodePtr join, size_t right_columns) {
    const std::vector<int> mapping = Shift(right_columns);
    std::vector<ExpressionPtr> columns;
    std::vector<std::string> names;
    for (const int position : mapping) {
      const Column& column = join->schema()[static_cast<size_t>(position)];
      columns.push_back(Expression::InputRef(position, column.type, column.name));
      names.push_back(column.name);
    }
    BoundRelation relation;
    relation.plan = MakeCalc(std::move(join), nullptr, std::move(columns), UniqueNames(names));
    // Types may have lost their time attribute; names and positions stay. In an inner window join
    // the window of the right row is that of the left one, under either name.
    for (ScopeColumn column : scope_.columns()) {
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

  Schema JoinSchema(bool keep_time) const {
    Schema schema;
    for (const BoundRelation* side : {&left_, &right_}) {
      const bool may_lack = type_ == JoinType::kFull ||
                            type_ == (side == &left_ ? JoinType::kRight : JoinType::kLeft);
      for (const Column& column : side->plan->schema()) {
        DataType type = may_lack ? column.type.Nullable() : column.type;
        if (!keep_time) type = type.WithTimeAttribute(TimeAttribute::kNone);
        schema.Append({column.name, std::move(type)});
      }
    }
    return schema;
  }

  std::optional<BoundRelation> PlanWindow() {
    WindowJoinNode::Fields fields;
    fields.type = type_;
    fields.left_window = *left_.plan->window_columns();
    fields.right_window = *right_.plan->window_columns();
    if (type_ == JoinType::kInner) inner_window_ = {fields.left_window, fields.right_window};
    const size_t right_columns = right_.plan->schema().size();
    for (const ExpressionPtr& condition : time_conditions_) rest_.push_back(condition);
    PlaceKeys(&fields.left_keys, &fields.right_keys);
    if (!rest_.empty()) {
      fields.condition = ConjunctionOf(std::move(rest_))->Remap(Shift(right_columns));
    }
    return Finish(std::make_shared<WindowJoinNode>(left_.plan, right_.plan, std::move(fields),
                                                   JoinSchema(/*keep_time=*/false)),
                  right_columns);
  }

  std::optional<BoundRelation> PlanInterval() {
    IntervalJoinNode::Fields fields;
    fields.type = type_;
    fields.left_time = bounds_.left_time;
    fields.right_time = bounds_.right_time;
    fields.lower_ms = bounds_.lower;
    fields.upper_ms = bounds_.upper;
    const size_t right_columns = right_.plan->schema().size();
    // Finer than a millisecond the stored bounds are not exact: check the conditions again.
    for (const ExpressionPtr& condition : time_conditions_) rest_.push_back(condition);
    PlaceKeys(&fields.left_keys, &fields.right_keys);
    if (!rest_.empty()) {
      fields.condition = ConjunctionOf(std::move(rest_))->Remap(Shift(right_columns));
    }
    return Finish(std::make_shared<IntervalJoinNode>(left_.plan, right_.plan, std::move(fields),
                                                     JoinSchema(/*keep_time=*/true)),
                  right_columns);
  }

  BindContext* context_;
  BoundRelation left_;
  BoundRelation right_;
  JoinType type_;
  Span span_;
  int left_size_;
  Scope scope_;
  std::vector<ExpressionPtr> left_keys_;
  std::vector<ExpressionPtr> right_keys_;
  std::vector<ExpressionPtr> time_conditions_;
  std::vector<ExpressionPtr> rest_;
  TimeBounds bounds_;
  struct WindowPair {
    WindowColumns left;
    WindowColumns right;
  };
  std::optional<WindowPair> inner_window_;
};

JoinType ToJoinType(sql::JoinType type) {
  switch (type) {
    case sql::JoinType::kLeft: return JoinType::kLeft;
    case sql::JoinType::kRight: return JoinType::kRight;
    case sql::JoinType::kFull: return JoinType::kFull;
    default: return JoinType::kInner;
  }
}

}  // namespace

std::optional<BoundRelation> QueryBinder::BindJoin(const sql::Join& join,
                                                   std::vector<sql::ExprPtr>* where) {
  const JoinType type = ToJoinType(join.type);
  std::vector<sql::ExprPtr> none;
  auto left = BindFrom(*join.left, type == JoinType::kInner ? where : &none);
  auto right = BindFrom(*join.right, &none);
  if (!left || !right) return std::nullopt;
  if (join.natural || !join.using_columns.empty()) {
    context_->NotSupported(join.natural ? "NATURAL JOIN" : "JOIN .. USING", join.operator_span,
                           "Write the condition with ON.");
    return std::nullopt;
  }
  JoinPlanner planner(context_, *std::move(left), *std::move(right), type, join.operator_span);
  if (join.condition != nullptr) {
    ExpressionBinder binder(context_, &planner.scope());
    const ExpressionPtr condition = binder.BindCondition(*join.condition, "ON");
    if (condition == nullptr) return std::nullopt;
    planner.AddCondition(condition);
  }
  if (type == JoinType::kInner) {
    // Parts of WHERE that bind over this join belong to it; the rest is left for an outer join or
    // filter.
    std::erase_if(*where, [&](const sql::ExprPtr& part) {
      QuietScope quiet(context_);
      ExpressionBinder binder(context_, &planner.scope());
      const ExpressionPtr condition = binder.BindCondition(*part, "WHERE");
      if (condition != nullptr) planner.AddCondition(condition);
      return condition != nullptr;
    });
  }
  return planner.Plan();
}

}  // namespace millrace
