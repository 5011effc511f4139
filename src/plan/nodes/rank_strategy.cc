// SPDX-License-Identifier: Apache-2.0
// As Flink decides it: the key of a group never changes; COUNT and MAX over rows that only come go
// up, MIN goes down, and SUM goes the way of its argument's sign, where a filter below tells it.
#include "plan/nodes/rank_strategy.h"

#include <arrow/scalar.h>

#include <algorithm>

#include "plan/calc_builder.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "plan/nodes/unique_keys.h"

namespace millrace {
namespace {

enum class Motion { kAny, kNone, kUp, kDown };

/// What is known of the rows of a relation that are replaced.
struct Replaced {
  std::vector<int> key;         // columns
  std::vector<Motion> columns;  // how a value moves when its row is replaced
};

std::optional<double> NumberOf(const ExpressionPtr& expression) {
  const Expression* inner = expression.get();
  while (inner->kind() == ExpressionKind::kCast) inner = inner->args()[0].get();
  if (inner->kind() != ExpressionKind::kLiteral || !inner->literal()->is_valid) return {};
  const auto text = inner->literal()->ToString();
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (!inner->type().is_numeric() || end == text.c_str()) return {};
  return value;
}

bool IsColumn(const ExpressionPtr& expression, int column) {
  const Expression* inner = expression.get();
  while (inner->kind() == ExpressionKind::kCast) inner = inner->args()[0].get();
  return inner->kind() == ExpressionKind::kInputRef && inner->index() == column;
}

/// How a sum of the column moves, by the filters that its rows have passed.
Motion SumOf(const PlanNodePtr& input, int column) {
  const auto* calc = As<CalcNode>(input);
  if (calc == nullptr) return Motion::kAny;
  const ExpressionPtr& from = calc->projections()[static_cast<size_t>(column)];
  if (from->kind() != ExpressionKind::kInputRef) return Motion::kAny;
  for (const ExpressionPtr& part : Conjuncts(calc->condition())) {
    if (part->kind() != ExpressionKind::kCall || part->args().size() != 2) continue;
    const std::string& name = part->function()->name;
    const bool turned = IsColumn(part->args()[1], from->index());
    if (!turned && !IsColumn(part->args()[0], from->index())) continue;
    const auto bound = NumberOf(part->args()[turned ? 0 : 1]);
    if (!bound) continue;
    const bool is_lower = turned ? name.starts_with("<") : name.starts_with(">");
    const bool is_upper = turned ? name.starts_with(">") : name.starts_with("<");
    if (name == "<>") continue;
    if ((is_lower || name == "=") && *bound >= 0) return Motion::kUp;
    if ((is_upper || name == "=") && *bound <= 0) return Motion::kDown;
  }
  return Motion::kAny;
}

std::optional<Replaced> OfGroups(const GroupAggregateNode& group) {
  const PlanNodePtr& input = group.children()[0];
  if (!input->changelog_mode().insert_only() || group.keys().empty()) return std::nullopt;
  Replaced replaced;
  for (size_t i = 0; i < group.keys().size(); ++i) {
    replaced.key.push_back(static_cast<int>(i));
    replaced.columns.push_back(Motion::kNone);
  }
  for (const AggregateCall& call : group.calls()) {
    Motion motion = Motion::kAny;
    if (call.function == "COUNT" || call.function == "MAX") motion = Motion::kUp;
    if (call.function == "MIN") motion = Motion::kDown;
    if (call.function == "SUM" && call.filter < 0) motion = SumOf(input, call.args[0]);
    replaced.columns.push_back(motion);
  }
  return replaced;
}

/// Each number of a partition has rows that come ever earlier in the order.
std::optional<Replaced> OfRank(const RankNode& rank) {
  const RankNode::Fields& fields = rank.fields();
  if (rank.strategy() != RankStrategy::kAppendFast || fields.number.empty()) return std::nullopt;
  Replaced replaced;
  replaced.columns.resize(rank.schema().size(), Motion::kAny);
  const SortKey& first = fields.order[0];
  replaced.columns[static_cast<size_t>(first.column)] =
      first.descending ? Motion::kUp : Motion::kDown;
  for (const int key : fields.partition_keys) {
    replaced.columns[static_cast<size_t>(key)] = Motion::kNone;
  }
  replaced.columns.back() = Motion::kNone;
  replaced.key = fields.partition_keys;
  replaced.key.push_back(static_cast<int>(rank.schema().size()) - 1);
  return replaced;
}

std::optional<Replaced> Describe(const PlanNodePtr& node) {
  if (const auto* rank = As<RankNode>(node)) return OfRank(*rank);
  if (const auto* group = As<GroupAggregateNode>(node)) return OfGroups(*group);
  const auto* calc = As<CalcNode>(node);
  if (calc == nullptr) return std::nullopt;
  const auto below = Describe(calc->children()[0]);
  if (!below) return std::nullopt;
  if (calc->condition() != nullptr) {
    // A filter over what changes turns replacements into deletions.
    std::vector<bool> read(below->columns.size(), false);
    calc->condition()->CollectInputs(&read);
    for (size_t i = 0; i < below->columns.size(); ++i) {
      if (i < read.size() && read[i] && below->columns[i] != Motion::kNone) return std::nullopt;
    }
  }
  Replaced replaced;
  std::vector<int> place(below->columns.size(), -1);
  for (size_t i = 0; i < calc->projections().size(); ++i) {
    const ExpressionPtr& projection = calc->projections()[i];
    const bool plain = projection->kind() == ExpressionKind::kInputRef;
    const auto from = static_cast<size_t>(plain ? projection->index() : 0);
    replaced.columns.push_back(plain ? below->columns[from] : Motion::kAny);
    if (plain && place[from] < 0) place[from] = static_cast<int>(i);
  }
  for (const int column : below->key) {
    if (place[static_cast<size_t>(column)] < 0) return std::nullopt;
    replaced.key.push_back(place[static_cast<size_t>(column)]);
  }
  return replaced;
}

}  // namespace

std::vector<int> ReplacedBy(const PlanNodePtr& input, const std::vector<int>& partition_keys,
                            const std::vector<SortKey>& order) {
  const auto replaced = Describe(input);
  if (!replaced || order.empty() || !ContainsKey(replaced->key, partition_keys)) return {};
  for (const SortKey& key : order) {
    const Motion motion = replaced->columns[static_cast<size_t>(key.column)];
    const bool fits =
        motion == Motion::kNone || motion == (key.descending ? Motion::kUp : Motion::kDown);
    if (!fits) return {};
  }
  return replaced->key;
}

}  // namespace millrace
