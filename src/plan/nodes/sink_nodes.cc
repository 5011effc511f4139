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

CollectNode::CollectNode(PlanNodePtr input) : PlanNode({input}, input->schema()) {}

PlanNodePtr CollectNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<CollectNode>(children[0]);
}

}  // namespace millrace
