// SPDX-License-Identifier: Apache-2.0
#include "assistants/lint/lint.h"

#include <algorithm>
#include <set>

#include "assistants/lint/lint_rules.h"
#include "diagnostics/first_line.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {
namespace {

constexpr void (*kLintRules[])(const LintedStep&, std::vector<LintFinding>*) = {
    FindGrowingState, FindSilentPartitions, FindHalfWindows,   FindVolatileUpdates,
    FindZeroDelays,   FindHiddenErrors,     FindOneShardState, FindDroppedLateRows,
};

/// Whether rows of a table can come for ever, by what its options say.
bool IsEndless(const Table& table) {
  const std::string_view connector = table.connector->name();
  const Options& options = table.connector_options;
  if (connector == "datagen") {
    if (options.Has("number-of-rows")) return false;
    return std::ranges::none_of(options.values(), [](const auto& option) {
      return option.first.ends_with(".kind") && option.second.text == "sequence";
    });
  }
  if (connector == "nexmark") return !options.Has("events.num");
  if (connector == "filesystem") return options.Has("source.monitor-interval");
  if (connector == "kafka") return options.GetString("scan.bounded.mode") == "unbounded";
  return connector != "stdin";
}

void AddNodes(const PlanNodePtr& node, std::set<std::string>* seen,
              std::vector<PlanNodePtr>* nodes) {
  if (!seen->insert(node->digest()).second) return;
  for (const PlanNodePtr& child : node->children()) AddNodes(child, seen, nodes);
  nodes->push_back(node);
}

void AddEndless(const PlanNodePtr& node, std::set<std::string>* seen,
                std::vector<TablePtr>* tables) {
  if (const auto* scan = As<ScanNode>(node)) {
    if (IsEndless(*scan->table()) && seen->insert(scan->table()->path).second) {
      tables->push_back(scan->table());
    }
  }
  for (const PlanNodePtr& child : node->children()) AddEndless(child, seen, tables);
}

}  // namespace

LintedStep::LintedStep(const Step& step, std::string_view text)
    : step_(&step), place_(FirstLine(step.span, text)) {
  std::set<std::string> seen;
  for (const PlanNodePtr& root : step.roots) AddNodes(root, &seen, &nodes_);
}

std::vector<TablePtr> LintedStep::EndlessTables(const PlanNodePtr& node) const {
  std::set<std::string> seen;
  std::vector<TablePtr> tables;
  AddEndless(node, &seen, &tables);
  return tables;
}

LintFinding LintedStep::Finding(std::string_view code, std::string message,
                                Severity severity) const {
  LintFinding finding;
  finding.diagnostic = MakeDiagnostic(code, std::move(message), place_);
  finding.diagnostic.severity = severity;
  return finding;
}

LintChange LintedStep::SetBefore(std::string_view key, std::string_view value) const {
  return {.offset = step_->span.begin,
          .text = "SET '" + std::string(key) + "' = '" + std::string(value) + "';\n"};
}

std::vector<LintFinding> Lint(const Program& program, std::string_view text) {
  std::vector<LintedStep> steps;
  for (const Step& step : program.steps) {
    if (step.kind == Step::Kind::kJob) steps.emplace_back(step, text);
  }
  std::vector<LintFinding> findings;
  for (const LintedStep& step : steps) {
    for (const auto rule : kLintRules) rule(step, &findings);
  }
  FindRepeatedReads(steps, &findings);
  std::set<std::string> said;
  std::erase_if(findings, [&](const LintFinding& finding) {
    return finding.about_table &&
           !said.insert(finding.diagnostic.code + finding.diagnostic.message).second;
  });
  std::ranges::stable_sort(
      findings, {}, [](const LintFinding& finding) { return finding.diagnostic.span.begin; });
  return findings;
}

std::string ApplyLintChanges(std::string_view text, const std::vector<LintFinding>& findings) {
  std::vector<LintChange> changes;
  for (const LintFinding& finding : findings) {
    changes.insert(changes.end(), finding.changes.begin(), finding.changes.end());
  }
  std::ranges::stable_sort(changes, {}, &LintChange::offset);
  std::set<std::string> made;  // a SET holds for the statements behind it, too
  std::string result;
  size_t done = 0;
  for (const LintChange& change : changes) {
    if (!made.insert(change.text).second) continue;
    result += text.substr(done, change.offset - done);
    result += change.text;
    done = change.offset;
  }
  return result + std::string(text.substr(done));
}

}  // namespace millrace
