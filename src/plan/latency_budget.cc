// SPDX-License-Identifier: Apache-2.0
#include "plan/latency_budget.h"

#include <arrow/scalar.h>

#include <algorithm>
#include <set>

#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/join_nodes.h"
#include "plan/nodes/node_text.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"

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

const PlanNode* FindBelow(const PlanNodePtr& node, std::string_view kind) {
  for (const PlanNodePtr& child : node->children()) {
    if (child->kind() == kind) return child.get();
    if (const PlanNode* found = FindBelow(child, kind)) return found;
  }
  return nullptr;
}

/// The slowest watermark below a node holds it back.
struct WatermarkBelow {
  bool known = true;
  int64_t delay_ms = 0;
};

WatermarkBelow SlowestWatermark(const PlanNodePtr& node) {
  WatermarkBelow slowest;
  for (const PlanNodePtr& child : node->children()) {
    WatermarkBelow below = SlowestWatermark(child);
    if (child->kind() == WatermarkNode::kKind) {
      const auto own = WatermarkDelay(*child);
      below = {own.has_value(), own.value_or(0)};
    }
    slowest.known = slowest.known && below.known;
    slowest.delay_ms = std::max(slowest.delay_ms, below.delay_ms);
  }
  return slowest;
}

/// Event time that passes until a row's result goes out. A window join declares no length: it is
/// that of the windows that its rows came with.
int64_t OwnEventTime(const PlanNodePtr& node) {
  const int64_t declared = node->delay().event_time_ms;
  if (declared > 0 || node->kind() != WindowJoinNode::kKind) return declared;
  const PlanNode* window = FindBelow(node, WindowTvfNode::kKind);
  return window == nullptr ? 0 : static_cast<const WindowTvfNode*>(window)->spec().size;
}

std::string Advice(const PlanNode& node, bool window_fits) {
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
  explicit BudgetCheck(int64_t budget_ms) : budget_ms_(budget_ms) {}

  void CheckSettings(const Settings& settings) {
    const int64_t delay = settings.GetDuration("millrace.source.batch-delay").count();
    if (delay <= budget_ms_) return;
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
    if (findings_.size() > before) return;
    // Nothing alone is too slow, but the sum may be.
    const int64_t total = EventTimeTo(root) + SlowestWaited(root);
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
    const Delay delay = node->delay();
    if (!delay.waits_for_watermark && delay.event_time_ms == 0) return;
    const int64_t own = OwnEventTime(node);
    const WatermarkBelow watermark =
        delay.waits_for_watermark ? SlowestWatermark(node) : WatermarkBelow{};
    const int64_t total = own + watermark.delay_ms;
    if (watermark.known && total <= budget_ms_) return;
    BudgetFinding finding;
    finding.operator_id = node->id();
    finding.message = NameOf(*node);
    if (watermark.known) finding.delay_ms = total;
    finding.message += total > budget_ms_
                           ? " can hold a row for " + DurationText(total) + Against()
                           : " waits for a watermark whose delay cannot be told; the latency "
                             "budget is " +
                                 DurationText(budget_ms_);
    finding.detail = delay.reason;
    if (watermark.delay_ms > 0) {
      finding.detail += "; the watermark stays " + DurationText(watermark.delay_ms) + " behind";
    }
    finding.next_step = Advice(*node, own <= budget_ms_);
    findings_.push_back(std::move(finding));
  }

  /// Sum over the operators of the slowest way to a node.
  int64_t EventTimeTo(const PlanNodePtr& node) const {
    int64_t below = 0;
    for (const PlanNodePtr& child : node->children()) below = std::max(below, EventTimeTo(child));
    return below + OwnEventTime(node);
  }

  int64_t SlowestWaited(const PlanNodePtr& node) const {
    int64_t slowest = node->delay().waits_for_watermark ? SlowestWatermark(node).delay_ms : 0;
    for (const PlanNodePtr& child : node->children()) {
      slowest = std::max(slowest, SlowestWaited(child));
    }
    return slowest;
  }

  std::string Against() const { return "; the latency budget is " + DurationText(budget_ms_); }

  int64_t budget_ms_;
  std::set<std::string> seen_;
  std::vector<BudgetFinding> findings_;
};

/// The first line of a statement: enough to find it by.
Span FirstLine(Span span, std::string_view text) {
  const size_t end = text.substr(0, span.end).find('\n', span.begin);
  if (end == std::string_view::npos || end <= span.begin) return span;
  return {span.begin, static_cast<uint32_t>(end)};
}

}  // namespace

std::optional<int64_t> WatermarkDelay(const PlanNode& watermark_node) {
  const auto& node = static_cast<const WatermarkNode&>(watermark_node);
  const Expression* expression = node.watermark().get();
  while (expression->kind() == ExpressionKind::kCast) expression = expression->args()[0].get();
  const auto is_rowtime = [&](const Expression& e) {
    return e.kind() == ExpressionKind::kInputRef && e.index() == node.rowtime();
  };
  if (is_rowtime(*expression)) return 0;
  if (expression->kind() != ExpressionKind::kCall || expression->args().size() != 2 ||
      expression->function()->name != "-" || !is_rowtime(*expression->args()[0])) {
    return std::nullopt;
  }
  const Expression& interval = *expression->args()[1];
  if (interval.kind() != ExpressionKind::kLiteral ||
      interval.type().kind() != TypeKind::kIntervalDayTime) {
    return std::nullopt;
  }
  const auto* value = dynamic_cast<const arrow::Int64Scalar*>(interval.literal().get());
  if (value == nullptr || !value->is_valid) return std::nullopt;
  return std::max<int64_t>(0, value->value);
}

int64_t LatencyBudget(const Settings& settings) {
  return settings.GetDuration("millrace.latency-budget").count();
}

std::vector<BudgetFinding> FindOverBudget(const Step& step) {
  const int64_t budget = LatencyBudget(step.settings);
  if (budget <= 0 || step.kind != Step::Kind::kJob) return {};
  BudgetCheck check(budget);
  check.CheckSettings(step.settings);
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
