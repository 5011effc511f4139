// SPDX-License-Identifier: Apache-2.0
// How long rows are kept back on purpose on their way through a plan: windows and watermarks in
// event time, files and buffers by the wall clock. EXPLAIN, the graph and the latency budget read
// it from here. What machines and services cost is seen at run time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "plan/node.h"
#include "plan/settings.h"

namespace millrace {

/// Of one operator, with what the settings decide.
struct OperatorDelay {
  int64_t event_time_ms = 0;
  bool waits_for_watermark = false;
  /// How far the watermark that it waits for stays behind the rows; nullopt: it cannot be told.
  std::optional<int64_t> watermark_ms = 0;
  int64_t wall_ms = 0;
  std::string reason;

  bool any() const { return waits_for_watermark || event_time_ms > 0 || wall_ms > 0; }
  /// All of it, as far as it is known.
  int64_t total_ms() const { return event_time_ms + watermark_ms.value_or(0) + wall_ms; }
  /// "1 min of event time + watermark (5 s behind) + 200 ms", or "none".
  std::string ToString() const;
};

OperatorDelay DelayOf(const PlanNodePtr& node, const Settings& settings);

/// The longest delay on the way from any source to the root, added up over its operators. The
/// watermark counts once: whoever waits for it waits for the same one. No reason.
OperatorDelay WorstDelay(const PlanNodePtr& root, const Settings& settings);

/// How far the watermark stays behind the rows, from its expression: 0 for `ts`, 5000 for
/// `ts - INTERVAL '5' SECOND`; nullopt for anything else.
std::optional<int64_t> WatermarkDelay(const PlanNode& watermark_node);

}  // namespace millrace
