// SPDX-License-Identifier: Apache-2.0
// Queries that mean something else than they seem to.
#include <algorithm>
#include <map>

#include "assistants/lint/lint_rules.h"
#include "data/option_text.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

enum class WindowBound { kNone, kStart, kEnd };

/// The bound of a window that a column is, also where a projection has dropped the other one.
WindowBound BoundAt(const PlanNodePtr& node, int column) {
  if (const auto window = node->window_columns()) {
    if (column == window->start) return WindowBound::kStart;
    return column == window->end ? WindowBound::kEnd : WindowBound::kNone;
  }
  const auto* calc = As<CalcNode>(node);
  if (calc == nullptr) return WindowBound::kNone;
  const Expression& value = *calc->projections()[static_cast<size_t>(column)];
  if (value.kind() != ExpressionKind::kInputRef) return WindowBound::kNone;
  return BoundAt(node->children()[0], value.index());
}

std::string NameAt(const PlanNodePtr& node, int column) {
  return node->schema()[static_cast<size_t>(column)].name;
}

}  // namespace

std::optional<HalfWindow> FindHalfWindow(const PlanNodePtr& node) {
  const auto* group = As<GroupAggregateNode>(node);
  if (group == nullptr) return std::nullopt;
  bool by_start = false;
  bool by_end = false;
  std::string named;
  for (const int key : group->keys()) {
    const WindowBound bound = BoundAt(node->children()[0], key);
    by_start |= bound == WindowBound::kStart;
    by_end |= bound == WindowBound::kEnd;
    if (bound != WindowBound::kNone) named = NameAt(node->children()[0], key);
  }
  if (by_start == by_end) return std::nullopt;
  return HalfWindow{named, by_start ? "window_end" : "window_start"};
}

void FindHalfWindows(const LintedStep& step, std::vector<LintFinding>* findings) {
  for (const PlanNodePtr& node : step.nodes()) {
    const auto half = FindHalfWindow(node);
    if (!half) continue;
    LintFinding finding =
        step.Finding("MR1003",
                     "GROUP BY " + half->named + " without " + half->missing +
                         " is no window: results change with every row, and are kept for ever",
                     Severity::kWarning);
    finding.diagnostic.next_step = "Group by " + half->missing + " as well.";
    findings->push_back(std::move(finding));
  }
}

void FindVolatileUpdates(const LintedStep& step, std::vector<LintFinding>* findings) {
  for (const PlanNodePtr& node : step.nodes()) {
    const auto* calc = As<CalcNode>(node);
    if (calc == nullptr || calc->changelog_mode() == ChangelogMode::InsertOnly()) continue;
    std::vector<ExpressionPtr> all = calc->projections();
    if (calc->condition() != nullptr) all.push_back(calc->condition());
    const auto found = std::ranges::find_if(all, [](const ExpressionPtr& expression) {
      return expression->volatility() != Volatility::kImmutable;
    });
    if (found == all.end()) continue;
    LintFinding finding =
        step.Finding("MR1004",
                     (*found)->ToString() +
                         " over rows that are updated: the row that is taken back "
                         "is not the one that was sent",
                     Severity::kWarning);
    finding.diagnostic.next_step =
        "Compute it before the rows are aggregated or joined, or use their event time.";
    findings->push_back(std::move(finding));
  }
}

void FindHiddenErrors(const LintedStep& step, std::vector<LintFinding>* findings) {
  for (const PlanNodePtr& node : step.nodes()) {
    const auto* scan = As<ScanNode>(node);
    if (scan == nullptr) continue;
    for (const auto& [key, value] : scan->table()->raw_options) {
      if (!key.ends_with("ignore-parse-errors") || !EqualsIgnoringCase(value.text, "true")) {
        continue;
      }
      LintFinding finding = step.Finding("MR1007",
                                         "'" + key + "' of '" + scan->table()->name +
                                             "' hides what cannot be read: fields become NULL",
                                         Severity::kWarning);
      finding.about_table = true;
      finding.diagnostic.next_step =
          "Without it such records go to the dead letters, with their bytes and the reason.";
      findings->push_back(std::move(finding));
    }
  }
}

void FindRepeatedReads(std::span<const LintedStep> steps, std::vector<LintFinding>* findings) {
  std::map<std::string, size_t> readers;  // by table: the first statement
  for (size_t i = 0; i < steps.size(); ++i) {
    for (const PlanNodePtr& node : steps[i].nodes()) {
      const auto* scan = As<ScanNode>(node);
      if (scan == nullptr || !steps[i].reads_endless(node)) continue;
      const auto [found, first] = readers.emplace(scan->table()->path, i);
      if (first || found->second == i) continue;
      found->second = i;
      LintFinding finding = steps[i].Finding(
          "MR1006", "'" + scan->table()->name + "' is read once more by this statement alone",
          Severity::kWarning);
      finding.diagnostic.next_step =
          "EXECUTE STATEMENT SET BEGIN .. END; around the INSERTs reads and decodes it once.";
      findings->push_back(std::move(finding));
    }
  }
}

}  // namespace millrace
