// SPDX-License-Identifier: Apache-2.0
// MATCH_RECOGNIZE. The input is projected to what is used; the Match node gives partition columns
// and measures.
#include <arrow/scalar.h>

#include <algorithm>
#include <set>

#include "plan/binding/match/match_expressions.h"
#include "plan/binding/query/query_binder.h"
#include "plan/binding/query/sort_binder.h"

namespace millrace {
namespace {

constexpr int64_t kRepetitionsMax = 10'000;

class MatchBinder {
 public:
  MatchBinder(BindContext* context, const sql::MatchRecognize& match, BoundRelation input)
      : context_(context), match_(match), input_(std::move(input)) {}

  /// Null after a diagnostic.
  PlanNodePtr Bind() {
    if (!CheckClauses() || !BindKeys() || !BindOrder() || !BindPattern(*match_.pattern) ||
        !CheckPattern() || !BindWithin() || !BindAfter()) {
      return nullptr;
    }
    FillScope();
    if (!BindDefinitions() || !BindMeasures()) return nullptr;
    PlanNodePtr below =
        MakeCalc(input_.plan, nullptr, below_.expressions(), UniqueNames(below_.names()));
    return std::make_shared<MatchNode>(std::move(below), std::move(fields_));
  }

 private:
  bool Refuse(std::string message, Span span, std::string next_step, std::string try_text = {}) {
    Diagnostic& diagnostic = context_->Error("MR0430", std::move(message), span);
    diagnostic.next_step = std::move(next_step);
    diagnostic.try_text = std::move(try_text);
    return false;
  }

  bool CheckClauses() {
    if (!input_.plan->changelog_mode().insert_only()) {
      context_->Error("MR0408",
                      "MATCH_RECOGNIZE needs rows that are never updated; its input updates them",
                      match_.input->span);
      return false;
    }
    if (match_.rows == sql::MatchRecognize::Rows::kAllRows) {
      return Refuse("ALL ROWS PER MATCH is not supported", match_.span,
                    "Write ONE ROW PER MATCH, and what is wanted of the rows as measures.");
    }
    if (match_.anchored_start || match_.anchored_end) {
      return Refuse("`^` and `$` have no meaning on a stream, which has no first and last row",
                    match_.pattern->span, "Leave them out.");
    }
    if (!match_.subsets.empty()) {
      return Refuse("SUBSET is not supported", match_.subsets[0].name.span,
                    "Name the variables one by one: SUM(A.x) + SUM(B.x).");
    }
    if (match_.measures.empty()) {
      return Refuse("MATCH_RECOGNIZE without MEASURES would give rows that say nothing",
                    match_.span,
                    "Add MEASURES, for example MEASURES MATCH_ROWTIME() AS matched_at.");
    }
    return true;
  }

  int AddColumn(const ExpressionPtr& column) {
    return below_.Add(column, input_.plan->schema()[static_cast<size_t>(column->index())].name);
  }

  bool BindKeys() {
    for (const sql::ExprPtr& expr : match_.partition_by) {
      ExpressionBinder binder(context_, &input_.scope);
      const ExpressionPtr key = binder.BindTyped(*expr);
      if (key == nullptr) return false;
      if (key->kind() != ExpressionKind::kInputRef) {
        return Refuse("PARTITION BY of MATCH_RECOGNIZE takes columns", expr->span,
                      "Compute it in a subquery: FROM (SELECT *, .. AS k FROM t) "
                      "MATCH_RECOGNIZE (PARTITION BY k ..).");
      }
      const int column = AddColumn(key);
      if (std::ranges::find(fields_.partition_keys, column) != fields_.partition_keys.end()) {
        return Refuse("column '" + below_.names()[static_cast<size_t>(column)] +
                          "' is named twice in PARTITION BY",
                      expr->span, "Leave it out here.");
      }
      fields_.partition_keys.push_back(column);
    }
    return true;
  }

  bool BindOrder() {
    if (match_.order_by.empty()) {
      return Refuse("MATCH_RECOGNIZE needs ORDER BY a time attribute", match_.span,
                    "Add ORDER BY with the rowtime column or a PROCTIME() column.");
    }
    for (const sql::SortItem& item : match_.order_by) {
      ExpressionBinder binder(context_, &input_.scope);
      const ExpressionPtr value = binder.BindTyped(*item.value);
      if (value == nullptr || !CheckSortable(context_, *value, item.span)) return false;
      const BoundSortItem sort = SortItemOf(item, value);
      const TimeAttribute time = value->type().time_attribute();
      if (fields_.order.empty()) {
        if (value->kind() != ExpressionKind::kInputRef || time == TimeAttribute::kNone) {
          return Refuse("MATCH_RECOGNIZE orders by a time attribute first, found " +
                            value->type().Nullable().ToString(),
                        item.span,
                        "Declare WATERMARK FOR the column in CREATE TABLE and order by "
                        "it; further columns may follow.");
        }
        if (sort.descending) {
          return Refuse("a stream is matched in order of time, ascending", item.span,
                        "Leave DESC out.", std::string(context_->TextOf(item.value->span)));
        }
        fields_.proctime = time == TimeAttribute::kProctime;
        scope_.time = value;
      } else if (value->kind() != ExpressionKind::kInputRef) {
        return Refuse("ORDER BY of MATCH_RECOGNIZE takes columns", item.span,
                      "Compute it in a subquery below.");
      }
      fields_.order.push_back({AddColumn(value), sort.descending, sort.nulls_first});
    }
    return true;
  }

  bool BindPattern(const sql::RowPattern& pattern) {
    using Kind = sql::RowPattern::Kind;
    switch (pattern.kind) {
      case Kind::kVariable: return AddElement(pattern.variable, 1, 1, false);
      case Kind::kConcatenation:
        return std::ranges::all_of(pattern.children,
                                   [this](const auto& child) { return BindPattern(*child); });
      case Kind::kQuantified: return BindQuantified(pattern);
      case Kind::kAlternation:
        return Refuse("alternatives (A | B) are not supported in a pattern", pattern.span,
                      "Define one variable whose condition takes both: DEFINE AB AS .. OR ..");
      case Kind::kPermute:
        return Refuse("PERMUTE is not supported in a pattern", pattern.span,
                      "Write the variables in one order.");
      case Kind::kExcluded:
        return Refuse("`{- -}` is not supported in a pattern", pattern.span,
                      "There is one row per match: leave its measures out instead.");
    }
    return false;
  }

  bool BindQuantified(const sql::RowPattern& pattern) {
    const sql::RowPattern& of = *pattern.children[0];
    if (of.kind != sql::RowPattern::Kind::kVariable) {
      return Refuse("groups of variables cannot be repeated", pattern.span,
                    "Only single variables take *, +, ? and {n, m}.");
    }
    const int64_t min = pattern.min.value_or(0);
    const int64_t max = pattern.max.value_or(-1);
    const std::string variable = of.variable.text;
    if (max == 0 || (max > 0 && max < min)) {
      return Refuse("'" + variable + "' can never be repeated that often", pattern.span,
                    "{n, m} takes at least n and at most m rows, m from 1 on.");
    }
    if (std::max(min, max) > kRepetitionsMax) {
      return Refuse(
          "a variable takes at most " + std::to_string(kRepetitionsMax) + " rows by {n, m}",
          pattern.span, "Count them in DEFINE: COUNT(" + variable + ".x) <= n.");
    }
    if (pattern.reluctant && min == 0 && max == 1) {
      return Refuse("a reluctant optional variable is not supported: '" + variable + "'",
                    pattern.span, "Write " + variable + "? or " + variable + "*?.", variable + "?");
    }
    return AddElement(of.variable, min, max, pattern.reluctant);
  }

  bool AddElement(const sql::Identifier& variable, int64_t min, int64_t max, bool reluctant) {
    if (scope_.variables.contains(variable.text)) {
      return Refuse("'" + variable.text + "' stands twice in the pattern", variable.span,
                    "Give each place a variable of its own, defined alike.");
    }
    PatternElement element{
        .name = variable.text, .min = min, .max = max, .reluctant = reluctant, .condition = {}};
    const bool after_greedy = !fields_.pattern.empty() && fields_.pattern.back().greedy();
    if (after_greedy && element.optional() && max <= 1) {
      const std::string& before = fields_.pattern.back().name;
      return Refuse("an optional variable cannot follow a greedy one: '" + variable.text +
                        "' behind '" + before + "'",
                    variable.span,
                    "Make '" + before + "' reluctant (" + before + "+?), or write {0, n} for '" +
                        variable.text + "'.");
    }
    scope_.variables.emplace(variable.text, static_cast<int>(fields_.pattern.size()));
    spans_.push_back(variable.span);
    fields_.pattern.push_back(std::move(element));
    return true;
  }

  bool CheckPattern() {
    const auto optional = [](const PatternElement& element) { return element.optional(); };
    if (std::ranges::all_of(fields_.pattern, optional)) {
      return Refuse("the pattern would match no rows at all: every variable is optional",
                    match_.pattern->span, "At least one variable needs a row: A+ in place of A*.");
    }
    const PatternElement& last = fields_.pattern.back();
    if (!last.greedy()) return true;
    return Refuse(
        "the last variable of a pattern cannot be greedy: it is never known whether "
        "another row of '" +
            last.name + "' comes",
        spans_.back(),
        "Make it reluctant (" + last.name + "+?), or let a variable follow that ends it.");
  }

  bool BindWithin() {
    if (match_.within == nullptr) return true;
    const Scope nothing;
    ExpressionBinder binder(context_, &nothing);
    const ExpressionPtr within = binder.BindTyped(*match_.within);
    if (within == nullptr) return false;
    if (within->kind() != ExpressionKind::kLiteral ||
        within->type().kind() != TypeKind::kIntervalDayTime) {
      return Refuse("WITHIN takes an interval of days to seconds, found " +
                        within->type().Nullable().ToString(),
                    match_.within->span, "For example WITHIN INTERVAL '30' DAY.");
    }
    fields_.within_ms = static_cast<const arrow::Int64Scalar&>(*within->literal()).value;
    return true;
  }

  bool BindAfter() {
    using Skip = sql::MatchRecognize::Skip;
    using Kind = AfterMatch::Kind;
    switch (match_.skip) {
      case Skip::kUnspecified:
      case Skip::kToNextRow: fields_.after.kind = Kind::kToNextRow; return true;
      case Skip::kPastLastRow: fields_.after.kind = Kind::kPastLastRow; return true;
      case Skip::kToFirst: fields_.after.kind = Kind::kToFirst; break;
      case Skip::kToLast: fields_.after.kind = Kind::kToLast; break;
    }
    const auto variable = scope_.variables.find(match_.skip_variable->text);
    if (variable == scope_.variables.end()) return UnknownVariable(*match_.skip_variable);
    fields_.after.element = variable->second;
    const PatternElement& first = fields_.pattern[0];
    const bool first_row = variable->second == 0 && !first.optional() &&
                           (fields_.after.kind == Kind::kToFirst || first.max == 1);
    if (!first_row) return true;
    return Refuse("to go on at '" + variable->first +
                      "' would find the same match for ever: it is where the match begins",
                  match_.skip_span, "Write AFTER MATCH SKIP PAST LAST ROW, or name a later one.",
                  "AFTER MATCH SKIP PAST LAST ROW");
  }

  bool UnknownVariable(const sql::Identifier& name) {
    std::vector<std::string> world;
    for (const PatternElement& element : fields_.pattern) world.push_back(element.name);
    Diagnostic& diagnostic =
        context_->Error("MR0430", "the pattern has no variable '" + name.text + "'", name.span);
    context_->Suggest(&diagnostic, name.text, world);
    return false;
  }

  /// Columns by themselves, and behind each variable, also those that are only defined.
  void FillScope() {
    for (const auto& definition : match_.definitions) {
      scope_.variables.try_emplace(definition.name.text, kNoElement);
    }
    for (ScopeColumn column : input_.scope.columns()) {
      if (column.qualified_only) continue;
      column.qualifier.clear();
      scope_.columns.Add(column);
      column.qualified_only = true;
      for (const auto& [variable, element] : scope_.variables) {
        column.qualifier = variable;
        scope_.columns.Add(column);
      }
    }
    scope_.below = &below_;
    scope_.input = &input_.plan->schema();
  }

  bool BindDefinitions() {
    std::set<std::string> defined;
    bool ok = true;
    for (const auto& definition : match_.definitions) {
      if (!defined.insert(definition.name.text).second) {
        ok = Refuse("'" + definition.name.text + "' is defined twice", definition.name.span,
                    "Join both conditions by AND.");
        continue;
      }
      const int element = scope_.variables.at(definition.name.text);
      MatchExpressionBinder binder(context_, &scope_, /*defines=*/true);
      ExpressionPtr condition = binder.BindDefinition(*definition.value);
      if (condition == nullptr) ok = false;
      // One that is not in the pattern takes no rows.
      if (condition == nullptr || element == kNoElement) continue;
      fields_.pattern[static_cast<size_t>(element)].condition =
          binder.Finish({std::move(condition)});
    }
    return ok;
  }

  bool BindMeasures() {
    std::set<std::string> names;
    for (const int key : fields_.partition_keys) {
      names.insert(below_.names()[static_cast<size_t>(key)]);
    }
    MatchExpressionBinder binder(context_, &scope_, /*defines=*/false);
    std::vector<ExpressionPtr> measures;
    bool ok = true;
    for (const auto& measure : match_.measures) {
      if (!names.insert(measure.name.text).second) {
        ok = Refuse("'" + measure.name.text + "' names two columns of the result",
                    measure.name.span, "Columns of PARTITION BY are there without being named.");
      }
      measures.push_back(binder.BindMeasure(*measure.value));
      fields_.names.push_back(measure.name.text);
      ok = ok && measures.back() != nullptr;
    }
    if (ok) fields_.measures = binder.Finish(std::move(measures));
    return ok;
  }

  BindContext* context_;
  const sql::MatchRecognize& match_;
  BoundRelation input_;
  MatchScope scope_;
  ProjectionBuilder below_;
  std::vector<Span> spans_;  // of the variables in the pattern
  MatchNode::Fields fields_;
};

}  // namespace

PlanNodePtr QueryBinder::BindMatch(const sql::MatchRecognize& match) {
  std::vector<sql::ExprPtr> no_conditions;  // those around it are about matches
  auto input = BindFrom(*match.input, &no_conditions);
  if (!input) return nullptr;
  return MatchBinder(context_, match, *std::move(input)).Bind();
}

}  // namespace millrace
