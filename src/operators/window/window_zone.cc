// SPDX-License-Identifier: Apache-2.0
#include "operators/window/window_zone.h"

#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {

std::string WindowZoneOf(const PlanNodePtr& node) {
  if (const auto* window = As<WindowTvfNode>(node)) return window->spec().time_zone;
  const auto* aggregate = As<WindowAggregateNode>(node);
  if (aggregate && aggregate->fields().time_column >= 0) {
    return aggregate->fields().window.time_zone;
  }
  return node->children().empty() ? std::string() : WindowZoneOf(node->children()[0]);
}

}  // namespace millrace
