// SPDX-License-Identifier: Apache-2.0
// COMPILE PLAN, EXECUTE PLAN and COMPILE AND EXECUTE PLAN. A stored plan is bound in a session of
// its own, which has its definitions and, unless it is to be alone, the tables of this one.
#include <algorithm>

#include "plan/binding/statement_binder.h"
#include "plan/compiled/compiled_plan.h"
#include "plan/compiled/session_history.h"
#include "plan/identity/plan_comparison.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace millrace {
namespace {

constexpr const char* kForce = "table.plan.force-recompile";
constexpr const char* kCompileObjects = "table.plan.compile.catalog-objects";
constexpr const char* kRestoreObjects = "table.plan.restore.catalog-objects";

/// A path, or a URI of a local file.
std::string PlanPath(std::string_view file) {
  constexpr std::string_view kSchemes[] = {"file://", "file:"};
  for (const std::string_view scheme : kSchemes) {
    if (file.starts_with(scheme)) return std::string(file.substr(scheme.size()));
  }
  return std::string(file);
}

/// Settings that a plan depends on; those of a run are the business of who executes it.
bool IsOfPlan(std::string_view key) {
  constexpr std::string_view kPrefixes[] = {"table.", "millrace.table.", "millrace.over."};
  return !key.starts_with("table.plan.") &&
         std::ranges::any_of(kPrefixes,
                             [key](std::string_view prefix) { return key.starts_with(prefix); });
}

std::vector<std::string> DefinitionsFor(const BindContext& context, std::string_view statement) {
  std::vector<std::string> definitions;
  for (const auto& [key, value] : context.settings->values()) {
    if (!IsOfPlan(key) || value.secret) continue;
    definitions.push_back("SET " + sql::QuoteString(key) + " = " + sql::QuoteString(value.text));
  }
  const bool with_tables = context.settings->GetString(kCompileObjects) == "ALL";
  for (std::string& text : context.history->Needed(statement, with_tables)) {
    definitions.push_back(std::move(text));
  }
  return definitions;
}

/// The table that a statement creates, alters or drops.
const sql::QualifiedName* TableOf(const sql::Statement& statement) {
  if (const auto* create = sql::As<sql::CreateTable>(statement)) return &create->name;
  if (const auto* alter = sql::As<sql::AlterTable>(statement)) return &alter->name;
  const auto* drop = sql::As<sql::Drop>(statement);
  return drop != nullptr && drop->object == sql::ObjectKind::kTable ? &drop->name : nullptr;
}

/// The first operator whose state, position or output would not go on.
const OperatorChange* FirstChange(const PlanComparison& comparison) {
  const auto found = std::ranges::find_if(comparison.changes, [](const OperatorChange& change) {
    return change.fate != StateFate::kKept && change.role() != OperatorIdentity::Role::kPassing;
  });
  return found == comparison.changes.end() ? nullptr : &*found;
}

Diagnostic& Refuse(BindContext* context, const sql::StringLiteral& file, const std::string& what) {
  return context->Error("MR0415", "plan '" + file.value + "' " + what, file.span);
}

}  // namespace

bool StatementBinder::BindPlans(const sql::Statement& statement) {
  if (const auto* compile = sql::As<sql::CompilePlan>(statement)) {
    BindCompilePlan(*compile);
  } else if (const auto* execute = sql::As<sql::ExecutePlan>(statement)) {
    BindExecutePlan(execute->file, execute->span);
  } else {
    return false;
  }
  return true;
}

void StatementBinder::BindCompilePlan(const sql::CompilePlan& compile) {
  const std::string path = PlanPath(compile.file.value);
  const auto there = context_->env.disk->Stat(path);
  const bool exists = context_->compiled_plans.contains(path) || (there && there->has_value());
  if (exists && !context_->settings->GetBoolean(kForce)) {
    if (compile.execute) return BindExecutePlan(compile.file, compile.span);
    if (compile.if_not_exists) return;
    Refuse(context_, compile.file, "is there already").next_step =
        "Write IF NOT EXISTS to keep it, remove the file, or SET '" + std::string(kForce) +
        "' = 'true'.";
    return;
  }
  const size_t before = steps_->size();
  Bind(*compile.statement);
  if (steps_->size() == before) return;
  Step job = std::move(steps_->back());
  steps_->pop_back();
  CompiledPlan plan;
  const auto* set = sql::As<sql::StatementSet>(compile.statement);
  plan.statement =
      (set == nullptr ? "" : "EXECUTE ") + std::string(context_->TextOf(compile.statement->span));
  plan.definitions = DefinitionsFor(*context_, plan.statement);
  plan.operators = PlanIdentity::Of(job.roots);
  Step file;
  file.kind = Step::Kind::kPlanFile;
  file.span = compile.span;
  file.title = "COMPILE PLAN";
  file.path = path;
  file.content = plan.ToJson();
  context_->compiled_plans[path] = file.content;
  steps_->push_back(std::move(file));
  if (compile.execute) steps_->push_back(std::move(job));
}

void StatementBinder::BindExecutePlan(const sql::StringLiteral& file, Span span) {
  const std::string path = PlanPath(file.value);
  std::string text;
  if (const auto compiled = context_->compiled_plans.find(path);
      compiled != context_->compiled_plans.end()) {
    text = compiled->second;
  } else if (auto read = context_->env.disk->ReadAll(path)) {
    text = *std::move(read);
  } else {
    Refuse(context_, file, "cannot be read").detail = read.error().message;
    return;
  }
  const auto plan = CompiledPlan::FromJson(text);
  if (!plan) {
    Refuse(context_, file, "cannot be used: " + plan.error().message).detail = plan.error().detail;
    return;
  }
  auto step = BindStoredPlan(*plan, file);
  if (!step) return;
  const PlanComparison comparison = ComparePlans(plan->operators, PlanIdentity::Of(step->roots));
  if (const OperatorChange* change = FirstChange(comparison)) {
    Diagnostic& diagnostic =
        Refuse(context_, file, "now makes other operators than those that it was compiled with");
    diagnostic.detail = std::string(FateName(change->fate)) + ": " + change->shown().description;
    if (!change->reason.empty()) diagnostic.detail += ", " + change->reason;
    diagnostic.next_step = "Compile it anew, or SET '" + std::string(kRestoreObjects) +
                           "' = 'ALL_ENFORCED' if a table of this session is the cause.";
    return;
  }
  step->span = span;
  steps_->push_back(*std::move(step));
}

std::optional<Step> StatementBinder::BindStoredPlan(const CompiledPlan& plan,
                                                    const sql::StringLiteral& file) {
  std::string text;
  for (const std::string& definition : plan.definitions) text += definition + ";\n";
  text += plan.statement + ";\n";
  const std::string objects = context_->settings->GetString(kRestoreObjects);
  Catalog catalog;
  if (objects != "ALL_ENFORCED") catalog.PutTables(*context_->catalog);
  const Catalog tables = catalog;
  Settings settings = *context_->settings;
  DiagnosticList found;
  BindContext inner = *context_;
  inner.catalog = &catalog;
  inner.settings = &settings;
  inner.diagnostics = &found;
  inner.source = text;
  inner.history = nullptr;
  inner.kept_source = nullptr;
  std::vector<Step> steps;
  const sql::ParsedScript script = sql::ParseScript(text, &found);
  for (const sql::StatementPtr& statement : script.statements) {
    const sql::QualifiedName* table = TableOf(*statement);
    const bool of_session =
        table != nullptr && tables.FindTable(catalog.Resolve(*table)) != nullptr;
    if (of_session || (table != nullptr && objects == "IDENTIFIER")) continue;
    StatementBinder(&inner, overrides_, &steps).Bind(*statement);
  }
  for (const Diagnostic& diagnostic : found.entries()) {
    if (diagnostic.severity != Severity::kError) continue;
    Refuse(context_, file, "does not compile here: " + diagnostic.message).detail =
        diagnostic.detail;
    return std::nullopt;
  }
  if (steps.empty() || steps.back().kind != Step::Kind::kJob) {
    Refuse(context_, file, "cannot be used: it has no statement");
    return std::nullopt;
  }
  return std::move(steps.back());
}

}  // namespace millrace
