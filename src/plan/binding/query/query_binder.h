// SPDX-License-Identifier: Apache-2.0
// QueryBinder: queries -> plans. One object per statement; common tables live on its stack.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/binding/bind_context.h"
#include "plan/binding/scope.h"
#include "plan/node.h"
#include "plan/nodes/temporal_join_node.h"
#include "sql/ast/query.h"

namespace millrace {

/// A relation in FROM: its plan and the names under which its columns are seen.
struct BoundRelation {
  PlanNodePtr plan;
  Scope scope;
};

class JoinPlanner;

class QueryBinder {
 public:
  explicit QueryBinder(BindContext* context) : context_(context) {}

  /// Null after a diagnostic. The schema of the plan has unique column names. `nested`: part of
  /// another query, where an order without LIMIT says nothing.
  PlanNodePtr Bind(const sql::Query& query, bool nested = true);
  /// A statement's query, complete.
  PlanNodePtr BindWhole(const sql::Query& query);
  PlanNodePtr BindBody(const sql::QueryBody& body);

  /// FROM (from_binder.cc). Inner joins take their conditions out of `where` (bound later by them).
  std::optional<BoundRelation> BindFrom(const sql::TableRef& ref, std::vector<sql::ExprPtr>* where);
  /// A table, view or common table by name; no alias applied.
  PlanNodePtr BindTableName(const sql::QualifiedName& name, const std::vector<sql::Hint>& hints);

  /// The elements of a collection, or the rows of a table function, beside the rows of `outer`.
  std::optional<BoundRelation> BindUnnest(const sql::TableRef& table, BoundRelation outer,
                                          bool keeps_empty);
  /// A relation that FROM can name, beside tables; answers its name.
  std::string AddRelation(BoundRelation relation) {
    std::string name = "$relation" + std::to_string(relations_.size());
    relations_[name] = std::move(relation);
    return name;
  }

  /// How long a regular join keeps rows of a relation of FROM.
  int64_t JoinTtl(const sql::TableRef& side);

  /// STATE_TTL of the SELECT whose FROM is bound next: milliseconds by the name of a relation.
  /// Answers those that held before.
  std::map<std::string, int64_t> SetStateTtls(std::map<std::string, int64_t> ttls) {
    return std::exchange(state_ttls_, std::move(ttls));
  }
  /// Whether a regular join, which state time-to-live is for, was bound since the last call.
  void NoteRegularJoin() { joined_regularly_ = true; }
  bool TakeJoinedRegularly() { return std::exchange(joined_regularly_, false); }

  BindContext* context() const { return context_; }

 private:
  PlanNodePtr BindSelect(const sql::Select& select);
  PlanNodePtr BindSorted(const sql::Query& query, bool nested);
  bool UnifySides(const sql::SetOperation& operation, PlanNodePtr* left, PlanNodePtr* right);
  PlanNodePtr BindSetOperation(const sql::SetOperation& operation);
  PlanNodePtr BindValues(const sql::Values& values);
  PlanNodePtr BindView(const View& view, Span span);  // view_binder.cc
  PlanNodePtr BindViewOfOtherText(const View& view, Span span);

  std::optional<BoundRelation> BindRelation(const sql::TableRef& ref, PlanNodePtr plan,
                                            const std::string& default_name);
  std::optional<BoundRelation> BindJoin(const sql::Join& join, std::vector<sql::ExprPtr>* where);
  std::optional<BoundRelation> BindUnnestJoin(const sql::Join& join, const sql::TableRef& table,
                                              std::vector<sql::ExprPtr>* where);
  std::optional<BoundRelation> BindLateralJoin(const sql::Join& join,
                                               const sql::DerivedTable& table,
                                               std::vector<sql::ExprPtr>* where);
  /// The right side of FOR SYSTEM_TIME AS OF, and what the time of the left side makes of the join.
  std::optional<BoundRelation> BindVersions(const sql::NamedTable& table);
  bool BindVersionTime(const sql::Join& join, const sql::NamedTable& table, const Scope& left,
                       const PlanNodePtr& right, JoinPlanner* planner);
  /// The right side of JOIN LATERAL SNAPSHOT(..), and what it says about the join.
  std::optional<BoundRelation> BindSnapshot(const sql::Join& join, const sql::FunctionTable& table,
                                            std::optional<SnapshotJoinNode::Fields>* fields);
  PlanNodePtr BindMatch(const sql::MatchRecognize& match);
  bool CheckCondition(const sql::Join& join);
  /// ON without what went elsewhere, and what stands for the subqueries in it.
  struct JoinCondition {
    std::vector<sql::ExprPtr> parts;
    std::map<const sql::Expr*, ExpressionPtr> values;
  };
  bool TakeSubqueries(const sql::Join& join, bool inner, BoundRelation* left,
                      JoinCondition* condition, std::vector<sql::ExprPtr>* where);
  void TakeWhere(JoinPlanner* planner, std::vector<sql::ExprPtr>* where);
  PlanNodePtr BindFunctionTable(const sql::FunctionTable& table);
  PlanNodePtr BindWindowFunction(const sql::FunctionCall& call);
  PlanNodePtr BindPredict(const sql::FunctionCall& call);
  PlanNodePtr BindChangelogFunction(const sql::FunctionCall& call);
  /// `partitioned`: the function takes its rows by keys.
  PlanNodePtr BindTableArgument(const sql::Expr& expr, bool partitioned = false);

  BindContext* context_;
  std::map<std::string, PlanNodePtr> common_tables_;
  std::map<std::string, BoundRelation> relations_;
  std::map<std::string, int64_t> state_ttls_;
  bool joined_regularly_ = false;
  int view_depth_ = 0;
};

/// Whether it is a call of a table function of the user's.
bool IsRowFunction(const BindContext& context, const sql::TableRef& ref);

/// Rows of UNNEST, or of one whose columns were renamed, for which a condition over them holds.
/// Those of a LEFT JOIN stay without the elements for which it does not.
PlanNodePtr KeepElements(const PlanNodePtr& elements, const ExpressionPtr& condition);

/// Decides what is open until a whole statement is known; null after a diagnostic.
PlanNodePtr CompleteQuery(BindContext* context, const PlanNodePtr& plan);

/// One row without columns: what is computed without FROM.
PlanNodePtr SingleRow();

/// SELECT DISTINCT and UNION: one row per distinct row, as a changelog.
PlanNodePtr MakeDistinct(BindContext* context, PlanNodePtr input,
                         std::optional<int64_t> state_ttl_ms = std::nullopt);

/// INTERSECT ALL and EXCEPT ALL of two relations of equal types (set_operations.cc).
PlanNodePtr MakeAll(BindContext* context, const PlanNodePtr& left, const PlanNodePtr& right,
                    bool intersect, Span span);

/// Makes names unique as Flink does: a, a -> a, a0.
std::vector<std::string> UniqueNames(std::vector<std::string> names);

}  // namespace millrace
