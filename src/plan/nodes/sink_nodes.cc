// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/sink_nodes.h"

namespace millrace {

SinkNode::SinkNode(PlanNodePtr input, TablePtr table)
    : PlanNode({std::move(input)}, table->write_schema()), table_(std::move(table)) {}

PlanNodePtr SinkNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<SinkNode>(children[0], table_);
}

std::string SinkNode::details() const {
  std::string text = "table=[" + table_->path + "], columns=[";
  for (size_t i = 0; i < schema().size(); ++i) text += (i > 0 ? ", " : "") + schema()[i].name;
  return text + "], connector=[" + std::string(table_->connector->name()) + "]" +
         (table_->scan_note.empty() ? "" : ", options=[" + table_->scan_note + "]");
}

Delay SinkNode::delay() const {
  HoldTime held = table_->connector->sink_hold_time(table_->connector_options);
  return {.reason = std::move(held.reason),
          .wall_ms = held.ms,
          .ends_with_epoch = held.ends_with_epoch};
}

CollectNode::CollectNode(PlanNodePtr input) : PlanNode({input}, input->schema()) {}

PlanNodePtr CollectNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<CollectNode>(children[0]);
}

}  // namespace millrace
