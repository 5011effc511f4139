// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/statement_binder.h"

#include <algorithm>

#include "data/time/time_zone.h"
#include "diagnostics/nearest.h"
#include "plan/binding/option_binder.h"
#include "plan/binding/query/query_binder.h"
#include "plan/explain.h"
#include "plan/late_rows.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/rules/gather_changes.h"
#include "plan/rules/optimizer.h"
#include "sql/printer.h"

namespace millrace {
namespace {

/// What the statement is called in a `not supported yet`: its first two words, but for some.
std::string StatementName(std::string_view text) {
  static constexpr std::string_view kOfOtherLength[] = {"CREATE OR ALTER MATERIALIZED TABLE",
                                                        "CREATE MATERIALIZED TABLE",
                                                        "ALTER MATERIALIZED TABLE",
                                                        "ALTER TEMPORARY SYSTEM FUNCTION",
                                                        "ALTER TEMPORARY FUNCTION",
                                                        "UPDATE",
                                                        "DELETE",
                                                        "CALL"};
  std::string upper;
  for (const char c : text.substr(0, 100)) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (space && upper.ends_with(' ')) continue;
    upper += space ? ' ' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  for (const std::string_view name : kOfOtherLength) {
    if ((upper + " ").starts_with(std::string(name) + " ")) return std::string(name);
  }
  const size_t second = upper.find(' ');
  return upper.substr(0, upper.find_first_of(" (", second == std::string::npos ? 0 : second + 1));
}

/// Whether the two differ in one place, by two letters at most.
bool DifferBySlip(std::string_view a, std::string_view b) {
  const auto [from_a, from_b] = std::ranges::mismatch(a, b);
  std::string_view rest_a(from_a, a.end());
  std::string_view rest_b(from_b, b.end());
  while (!rest_a.empty() && !rest_b.empty() && rest_a.back() == rest_b.back()) {
    rest_a.remove_suffix(1);
    rest_b.remove_suffix(1);
  }
  return std::max(rest_a.size(), rest_b.size()) <= 2;
}

/// Flink's settings are many and those without a meaning here are accepted; one that is nearly a
/// known one is a slip.
void WarnMisspelt(BindContext* context, const sql::StringLiteral& key) {
  if (key.value.starts_with("millrace.")) return;  // known, or refused
  std::vector<std::string> world;
  for (const OptionSpec& spec : KnownSettings()) {
    if (spec.key == key.value) return;
    if (DifferBySlip(spec.key, key.value)) world.push_back(spec.key);
  }
  const auto nearest = NearestNames(key.value, world, 1);
  if (nearest.empty()) return;
  Diagnostic& diagnostic = context->Warning(
      "MR0512", "setting '" + key.value + "' is not known and has no effect", key.span);
  diagnostic.candidates = nearest;
}

}  // namespace

void StatementBinder::Bind(const sql::Statement& statement) {
  if (const auto* set = sql::As<sql::Set>(statement)) {
    BindSet(*set);
  } else if (const auto* reset = sql::As<sql::Reset>(statement)) {
    if (reset->key) {
      context_->settings->Reset(reset->key->value);
    } else {
      context_->settings->ResetAll();
    }
    context_->session.time_zone = context_->settings->GetString("table.local-time-zone");
  } else if (const auto* query = sql::As<sql::QueryStatement>(statement)) {
    BindQuery(*query);
  } else if (const auto* insert = sql::As<sql::Insert>(statement)) {
    BindInserts({std::make_shared<sql::Insert>(*insert)}, statement.span);
  } else if (const auto* statement_set = sql::As<sql::StatementSet>(statement)) {
    BindInserts(statement_set->inserts, statement.span);
  } else if (const auto* explain = sql::As<sql::Explain>(statement)) {
    BindExplain(*explain);
  } else if (const auto* use = sql::As<sql::Use>(statement)) {
    BindUse(*use);
  } else if (!BindDefinition(statement) && !BindInspection(statement) && !BindPlans(statement)) {
    context_->NotSupported(StatementName(context_->TextOf(statement.span)), statement.span);
  }
}

void StatementBinder::AddOutput(const sql::Statement& statement, std::string title,
                                TextResult output) {
  Step step;
  step.kind = Step::Kind::kOutput;
  step.span = statement.span;
  step.title = std::move(title);
  step.output = std::move(output);
  steps_->push_back(std::move(step));
}

void StatementBinder::BindSet(const sql::Set& set) {
  if (!set.option) {
    TextResult output{{"key", "value"}, {}, {}};
    for (const auto& [key, value] : context_->settings->values()) {
      output.rows.push_back({key, value.secret ? "***" : value.text});
    }
    AddOutput(set, "SET", std::move(output));
    return;
  }
  const std::string& key = set.option->key.value;
  if (overrides_->contains(key)) return;
  auto value = ResolveReferences(set.option->value.value, context_->env);
  if (!value) {
    context_->Report(value.error(), set.option->value.span);
    return;
  }
  if (key == "table.local-time-zone" && !TimeZone::Find(value->text)) {
    context_->Error("MR0503", "unknown time zone '" + value->text + "'", set.option->value.span)
        .next_step = "Write an id such as 'Europe/Berlin' or 'UTC', or an offset such as '+02:00'.";
    return;
  }
  const Status status = context_->settings->Set(key, *std::move(value));
  if (!status) {
    const bool about_key = status.error().code == "MR0512";
    Diagnostic& diagnostic =
        context_->Report(status.error(), about_key ? set.option->key.span : set.option->value.span);
    diagnostic.next_step.clear();
    if (about_key && !status.error().hint.empty()) {
      const std::string nearest = status.error().hint.substr(0, status.error().hint.find(','));
      diagnostic.candidates = {nearest};
      diagnostic.try_text = sql::QuoteString(nearest);
    }
    return;
  }
  context_->session.time_zone = context_->settings->GetString("table.local-time-zone");
  WarnMisspelt(context_, set.option->key);
}

void StatementBinder::AddJob(Span span, std::string title, std::vector<PlanNodePtr> roots,
                             bool is_select) {
  Step step;
  step.kind = Step::Kind::kJob;
  step.span = span;
  step.title = std::move(title);
  step.is_select = is_select;
  auto gathered = GatherChanges(Optimize(std::move(roots)), *context_->settings);
  if (!gathered) {
    context_->Report(gathered.error(), span);
    return;
  }
  step.roots = *std::move(gathered);
  if (const Status status = CheckLateRows(step.roots); !status) {
    context_->Report(status.error(), span);
    return;
  }
  step.settings = *context_->settings;
  step.session = context_->session;
  steps_->push_back(std::move(step));
}

void StatementBinder::BindQuery(const sql::QueryStatement& query) {
  QueryBinder queries(context_);
  PlanNodePtr plan = queries.BindWhole(*query.query);
  if (plan == nullptr) return;
  AddJob(query.span, "SELECT", {std::make_shared<CollectNode>(std::move(plan))},
         /*is_select=*/true);
}

void StatementBinder::BindInserts(const std::vector<sql::InsertPtr>& inserts, Span span) {
  std::vector<PlanNodePtr> roots;
  std::string title;
  for (const sql::InsertPtr& insert : inserts) {
    PlanNodePtr sink = BindInsert(context_, *insert);
    if (sink == nullptr) continue;
    title += (title.empty() ? "INSERT INTO " : ", ") + insert->table.ToString();
    roots.push_back(std::move(sink));
  }
  if (roots.size() != inserts.size() || inserts.empty()) return;
  AddJob(span, std::move(title), std::move(roots), /*is_select=*/false);
}

void StatementBinder::BindExplain(const sql::Explain& explain) {
  std::vector<Step> inner;
  StatementBinder binder(context_, overrides_, &inner);
  binder.Bind(*explain.statement);
  TextResult output;
  for (const Step& step : inner) {
    if (step.kind != Step::Kind::kJob) continue;
    output.text += ExplainText(step);
    if (std::ranges::find(explain.details, sql::ExplainDetail::kJsonExecutionPlan) !=
        explain.details.end()) {
      output.text += "-- operators as JSON\n" + ExplainJson(step) + "\n\n";
    }
  }
  if (output.text.empty() && !context_->diagnostics->has_errors()) {
    context_->NotSupported("EXPLAIN of this statement", explain.statement->span);
    return;
  }
  AddOutput(explain, "EXPLAIN", std::move(output));
}

void StatementBinder::BindUse(const sql::Use& use) {
  const auto& parts = use.name.parts;
  Catalog& catalog = *context_->catalog;
  const bool ok = use.catalog        ? catalog.Use(parts[0].text, "")
                  : parts.size() > 1 ? catalog.Use(parts[0].text, parts[1].text)
                                     : catalog.Use(catalog.current_catalog(), parts[0].text);
  if (ok) return;
  Diagnostic& diagnostic =
      context_->Error("MR0207",
                      std::string("unknown ") + (use.catalog ? "catalog" : "database") + " '" +
                          use.name.ToString() + "'",
                      use.name.span);
  context_->Suggest(&diagnostic, parts.back().text,
                    use.catalog ? catalog.CatalogNames() : catalog.DatabaseNames());
}

}  // namespace millrace
