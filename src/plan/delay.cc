// SPDX-License-Identifier: Apache-2.0
#include "plan/delay.h"

#include <arrow/scalar.h>

#include <algorithm>

#include "plan/nodes/join_nodes.h"
#include "plan/nodes/node_text.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

const PlanNode* FindBelow(const PlanNodePtr& node, std::string_view kind) {
  for (const PlanNodePtr& child : node->children()) {
    if (child->kind() == kind) return child.get();
    if (const PlanNode* found = FindBelow(child, kind)) return found;
  }
  return nullptr;
}

/// The slowest watermark below a node holds it back; nullopt if one cannot be told.
std::optional<int64_t> SlowestWatermark(const PlanNodePtr& node) {
  std::optional<int64_t> slowest = 0;
  for (const PlanNodePtr& child : node->children()) {
    const auto below =
        child->kind() == WatermarkNode::kKind ? WatermarkDelay(*child) : SlowestWatermark(child);
    slowest = slowest && below ? std::optional(std::max(*slowest, *below)) : std::nullopt;
  }
  return slowest;
}

/// Event time that passes until a row's result goes out. A window join declares no length: it is
/// that of the windows that its rows came with.
int64_t OwnEventTime(const PlanNodePtr& node, const Delay& declared) {
  if (declared.event_time_ms > 0 || node->kind() != WindowJoinNode::kKind) {
    return declared.event_time_ms;
  }
  const PlanNode* window = FindBelow(node, WindowTvfNode::kKind);
  return window == nullptr ? 0 : static_cast<const WindowTvfNode*>(window)->spec().size;
}

}  // namespace

std::string OperatorDelay::ToString() const {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " + ") + part; };
  if (event_time_ms > 0) add(DurationText(event_time_ms) + " of event time");
  if (waits_for_watermark) {
    const int64_t behind = watermark_ms.value_or(0);
    add(!watermark_ms ? "watermark of unknown delay"
                      : "watermark" + (behind > 0 ? " " + DurationText(behind) + " behind" : ""));
  }
  if (wall_ms > 0) add(DurationText(wall_ms));
  return text.empty() ? "none" : text;
}

OperatorDelay DelayOf(const PlanNodePtr& node, const Settings& settings) {
  const Delay declared = node->delay();
  OperatorDelay delay{.event_time_ms = OwnEventTime(node, declared),
                      .waits_for_watermark = declared.waits_for_watermark,
                      .wall_ms = declared.wall_ms,
                      .reason = declared.reason};
  if (delay.waits_for_watermark) delay.watermark_ms = SlowestWatermark(node);
  if (declared.ends_with_epoch) {
    delay.wall_ms =
        std::min(delay.wall_ms, settings.GetDuration("execution.checkpointing.interval").count());
  }
  if (node->kind() == ScanNode::kKind) {
    delay.wall_ms = settings.GetDuration("millrace.source.batch-delay").count();
    if (delay.wall_ms > 0) delay.reason = "the source waits to fill a batch";
  }
  return delay;
}

OperatorDelay WorstDelay(const PlanNodePtr& root, const Settings& settings) {
  OperatorDelay worst;
  for (const PlanNodePtr& child : root->children()) {
    const OperatorDelay below = WorstDelay(child, settings);
    worst.event_time_ms = std::max(worst.event_time_ms, below.event_time_ms);
    worst.wall_ms = std::max(worst.wall_ms, below.wall_ms);
    worst.waits_for_watermark |= below.waits_for_watermark;
    worst.watermark_ms = worst.watermark_ms && below.watermark_ms
                             ? std::optional(std::max(*worst.watermark_ms, *below.watermark_ms))
                             : std::nullopt;
  }
  const OperatorDelay own = DelayOf(root, settings);
  worst.event_time_ms += own.event_time_ms;
  worst.wall_ms += own.wall_ms;
  worst.waits_for_watermark |= own.waits_for_watermark;
  worst.watermark_ms = worst.watermark_ms && own.watermark_ms
                           ? std::optional(std::max(*worst.watermark_ms, *own.watermark_ms))
                           : std::nullopt;
  return worst;
}

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

}  // namespace millrace
