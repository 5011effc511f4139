// SPDX-License-Identifier: Apache-2.0
#include "plan/latency_budget.h"

#include <algorithm>
#include <set>

#include "diagnostics/first_line.h"
#include "plan/delay.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/join_nodes.h"
#include "plan/nodes/node_text.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {
namespace {

constexpr std::string_view kCode = "MR0420";
constexpr size_t kDetailsShown = 72;

/// Kind and the beginning of what it does.
std::string NameOf(const PlanNode& node) {
  if (node.kind() == SinkNode::kKind) {
    return "table " + static_cast<const SinkNode&>(node).table()->name;
  }
  if (node.kind() == CollectNode::kKind) return "the SELECT's rows";
  std::string details = node.details();
  if (details.size() > kDetailsShown) {
    size_t cut = details.rfind(", ", kDetailsShown);
    if (cut == std::string::npos) cut = details.find(", ");
    if (cut != std::string::npos) details = details.substr(0, cut) + ", ..";
  }
  return std::string(node.kind()) + "(" + details + ")";
}

std::string Advice(const PlanNode& node, bool window_fits) {
  if (node.kind() == SinkNode::kKind) {
    const Table& table = *static_cast<const SinkNode&>(node).table();
    return "Lower '" + table.connector->sink_hold_time(table.connector_options).option +
           "', or write to a table that sends each row at once.";
  }
  if (node.kind() == OverNode::kKind) {
    return "SET 'millrace.over.emit' = 'on-arrival' sends each row at once, over the rows seen so "
           "far.";
  }
  if (node.kind() == IntervalJoinNode::kKind) {
    return "Use an inner join, which sends matches at once, or a shorter interval.";
  }
  if (window_fits) return "Let the watermark stay less far behind the rows.";
  return "Use a shorter window or slide, or compute the value per row with OVER and SET "
         "'millrace.over.emit' = 'on-arrival'.";
}

class BudgetCheck {
 public:
  BudgetCheck(const Settings& settings, int64_t budget_ms)
      : settings_(settings), budget_ms_(budget_ms) {}

  void CheckSettings() {
    const int64_t delay = settings_.GetDuration("millrace.source.batch-delay").count();
    if (delay <= budget_ms_) return;
    sources_too_slow_ = true;
    findings_.push_back({.operator_id = {},
                         .delay_ms = delay,
                         .message = "'millrace.source.batch-delay' holds rows for up to " +
                                    DurationText(delay) + Against(),
                         .detail = "a source waits that long to fill a batch",
                         .next_step = "Leave the setting out: batches grow by themselves under "
                                      "load."});
  }

  void CheckRoot(const PlanNodePtr& root) {
    const size_t before = findings_.size();
    Check(root);
    if (findings_.size() > before || sources_too_slow_) return;
    // Nothing alone is too slow, but the sum may be.
    const int64_t total = WorstDelay(root, settings_).total_ms();
    if (total <= budget_ms_) return;
    findings_.push_back({.operator_id = root->id(),
                         .delay_ms = total,
                         .message = "on the way to " + NameOf(*root) + " rows can be held for " +
                                    DurationText(total) + Against(),
                         .detail = "several operators, each within the budget, hold a row one "
                                   "after the other",
                         .next_step = "`millrace explain` shows the delay of each."});
  }

  std::vector<BudgetFinding> Take() { return std::move(findings_); }

 private:
  void Check(const PlanNodePtr& node) {
    if (!seen_.insert(node->digest()).second) return;
    for (const PlanNodePtr& child : node->children()) Check(child);
    if (node->kind() == ScanNode::kKind) return;  // CheckSettings speaks of all sources
    const OperatorDelay delay = DelayOf(node, settings_);
    const int64_t total = delay.total_ms();
    if (!delay.any() || (delay.watermark_ms && total <= budget_ms_)) return;
    BudgetFinding finding;
    finding.operator_id = node->id();
    finding.message = NameOf(*node);
    if (delay.watermark_ms) finding.delay_ms = total;
    finding.message += total > budget_ms_
                           ? " can hold a row for " + DurationText(total) + Against()
                           : " waits for a watermark whose delay cannot be told; the latency "
                             "budget is " +
                                 DurationText(budget_ms_);
    finding.detail = delay.reason;
    if (delay.waits_for_watermark && delay.watermark_ms.value_or(0) > 0) {
      finding.detail += "; the watermark stays " + DurationText(*delay.watermark_ms) + " behind";
    }
    finding.next_step = Advice(*node, delay.event_time_ms <= budget_ms_);
    findings_.push_back(std::move(finding));
  }

  std::string Against() const { return "; the latency budget is " + DurationText(budget_ms_); }

  const Settings& settings_;
  int64_t budget_ms_;
  bool sources_too_slow_ = false;  // which is said once
  std::set<std::string> seen_;
  std::vector<BudgetFinding> findings_;
};

}  // namespace

int64_t LatencyBudget(const Settings& settings) {
  return settings.GetDuration("millrace.latency-budget").count();
}

std::vector<BudgetFinding> FindOverBudget(const Step& step) {
  const int64_t budget = LatencyBudget(step.settings);
  if (budget <= 0 || step.kind != Step::Kind::kJob) return {};
  BudgetCheck check(step.settings, budget);
  check.CheckSettings();
  for (const PlanNodePtr& root : step.roots) check.CheckRoot(root);
  return check.Take();
}

void WarnOverBudget(const Step& step, std::string_view text, DiagnosticList* diagnostics) {
  for (BudgetFinding& finding : FindOverBudget(step)) {
    Diagnostic diagnostic;
    diagnostic.severity = Severity::kWarning;
    diagnostic.code = kCode;
    diagnostic.message = std::move(finding.message);
    diagnostic.detail = std::move(finding.detail);
    diagnostic.next_step = std::move(finding.next_step);
    diagnostic.At(FirstLine(step.span, text));
    diagnostics->Add(std::move(diagnostic));
  }
}

}  // namespace millrace
