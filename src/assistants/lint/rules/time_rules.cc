// SPDX-License-Identifier: Apache-2.0
// Event time: watermarks that stand still, that are too fast, and what they leave behind.
#include <algorithm>

#include "assistants/lint/lint_rules.h"
#include "plan/late_rows.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {
namespace {

/// Sources that may have several partitions, of which one can fall silent.
bool HasPartitions(const Table& table) {
  const std::string_view connector = table.connector->name();
  return connector == "kafka" || connector == "upsert-kafka" || connector == "filesystem";
}

bool Reads(const PlanNodePtr& node, const PlanNodePtr& wanted) {
  if (node->digest() == wanted->digest()) return true;
  return std::ranges::any_of(node->children(),
                             [&](const PlanNodePtr& child) { return Reads(child, wanted); });
}

/// The first operator above a watermark for which `holds`; null if there is none.
template <typename Predicate>
PlanNodePtr FirstAbove(const LintedStep& step, const PlanNodePtr& watermark, Predicate holds) {
  for (const PlanNodePtr& node : step.nodes()) {
    if (node != watermark && holds(*node) && Reads(node, watermark)) return node;
  }
  return nullptr;
}

}  // namespace

void FindSilentPartitions(const LintedStep& step, std::vector<LintFinding>* findings) {
  for (const PlanNodePtr& node : step.nodes()) {
    const auto* watermark = As<WatermarkNode>(node);
    if (watermark == nullptr || watermark->limits().idle_timeout_ms > 0) continue;
    for (const TablePtr& table : step.EndlessTables(node)) {
      if (!HasPartitions(*table)) continue;
      const PlanNodePtr waits = FirstAbove(
          step, node, [](const PlanNode& above) { return above.delay().waits_for_watermark; });
      if (waits == nullptr) continue;
      LintFinding finding =
          step.Finding("MR1002",
                       std::string(waits->kind()) + " stands still when a partition of '" +
                           table->name + "' falls silent",
                       Severity::kWarning);
      finding.changes = {step.SetBefore("table.exec.source.idle-timeout", "30 s")};
      finding.diagnostic.next_step =
          "Say when a silent partition is left out: SET 'table.exec.source.idle-timeout' = '30 s';";
      findings->push_back(std::move(finding));
    }
  }
}

void FindZeroDelays(const LintedStep& step, std::vector<LintFinding>* findings) {
  for (const PlanNodePtr& node : step.nodes()) {
    const auto* watermark = As<WatermarkNode>(node);
    if (watermark == nullptr || watermark->watermark()->kind() != ExpressionKind::kInputRef) {
      continue;
    }
    const PlanNodePtr drops =
        FirstAbove(step, node, [](const PlanNode& above) { return above.drops_late_rows(); });
    const auto tables = step.EndlessTables(node);
    if (drops == nullptr || tables.empty()) continue;
    const std::string& column = node->schema()[static_cast<size_t>(watermark->rowtime())].name;
    LintFinding finding = step.Finding("MR1005",
                                       "the watermark of '" + tables[0]->name +
                                           "' has no delay: " + std::string(drops->kind()) +
                                           " drops every row that is out of order",
                                       Severity::kWarning);
    finding.about_table = true;
    finding.diagnostic.next_step =
        "Allow for disorder where the table is declared: WATERMARK FOR " + column + " AS " +
        column + " - INTERVAL '5' SECOND.";
    findings->push_back(std::move(finding));
  }
}

void FindDroppedLateRows(const LintedStep& step, std::vector<LintFinding>* findings) {
  for (const PlanNodePtr& node : step.nodes()) {
    const auto* scan = As<ScanNode>(node);
    if (scan == nullptr || !step.reads_endless(node)) continue;
    const Table& table = *scan->table();
    if (!table.watermark || table.extras.contains(std::string(kLateRows))) continue;
    const auto droppers = LateRowDroppers(step.step().roots, table.path);
    if (droppers.empty()) continue;
    LintFinding finding = step.Finding("MR1009",
                                       std::string(droppers[0]->kind()) + " drops late rows of '" +
                                           table.name + "' and only counts them",
                                       Severity::kInfo);
    finding.about_table = true;
    finding.diagnostic.next_step = "To keep them: SET 'millrace.table." + table.name +
                                   ".late-rows' = 'table' and read " + table.name +
                                   std::string(kLateRowsSuffix) + ".";
    findings->push_back(std::move(finding));
  }
}

}  // namespace millrace
