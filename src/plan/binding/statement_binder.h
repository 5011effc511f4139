// SPDX-License-Identifier: Apache-2.0
// StatementBinder: one statement -> changes of the session, and steps to carry out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/binding/bind_context.h"
#include "plan/program.h"
#include "sql/ast/definition.h"
#include "sql/ast/inspection.h"

namespace millrace {

struct CompiledPlan;  // plan/compiled/compiled_plan.h

class StatementBinder {
 public:
  StatementBinder(BindContext* context, const std::map<std::string, std::string>* overrides,
                  std::vector<Step>* steps)
      : context_(context), overrides_(overrides), steps_(steps) {}

  void Bind(const sql::Statement& statement);

 private:
  // statement_binder.cc
  void BindSet(const sql::Set& set);
  void BindQuery(const sql::QueryStatement& query);
  void BindInserts(const std::vector<sql::InsertPtr>& inserts, Span span);
  void BindExplain(const sql::Explain& explain);
  void BindUse(const sql::Use& use);
  /// Optimises the roots and adds the step that runs them.
  void AddJob(Span span, std::string title, std::vector<PlanNodePtr> roots, bool is_select);
  void AddOutput(const sql::Statement& statement, std::string title, TextResult output);

  // definition_binder.cc
  bool BindDefinition(const sql::Statement& statement);
  void BindCreateTable(const sql::CreateTable& create);
  void BindCreateView(const sql::CreateView& create);
  void BindCreateModel(const sql::CreateModel& create);
  void BindDrop(const sql::Drop& drop);
  /// DROP without TEMPORARY of what is hidden by a temporary object.
  void ReportHidden(const sql::Drop& drop);
  bool CheckNewName(const sql::QualifiedName& name, bool exists, bool if_not_exists, bool replace,
                    bool* skip);

  // plan_binder.cc
  bool BindPlans(const sql::Statement& statement);
  void BindCompilePlan(const sql::CompilePlan& compile);
  void BindExecutePlan(const sql::StringLiteral& file, Span span);
  /// The job that the statements of a plan make in a session of their own; nullopt after a
  /// diagnostic.
  std::optional<Step> BindStoredPlan(const CompiledPlan& plan, const sql::StringLiteral& file);

  // inspection_binder.cc
  void DescribeNamespace(const sql::Describe& describe);
  bool BindModules(const sql::Statement& statement);
  bool BindInspection(const sql::Statement& statement);
  void BindShow(const sql::Show& show);
  void ShowList(const sql::Show& show);
  void ShowPartitions(const sql::Show& show);
  void BindDescribe(const sql::Describe& describe);

  BindContext* context_;
  const std::map<std::string, std::string>* overrides_;
  std::vector<Step>* steps_;
};

/// INSERT INTO -> SinkNode (insert_binder.cc). Null after a diagnostic.
PlanNodePtr BindInsert(BindContext* context, const sql::Insert& insert);
/// The rows of `query` stored in `table`, columns by position. Null after a diagnostic.
PlanNodePtr BindSink(BindContext* context, const TablePtr& table, PlanNodePtr query, Span span,
                     const std::vector<size_t>& targets,
                     const std::map<size_t, ExpressionPtr>& constants = {});

}  // namespace millrace
