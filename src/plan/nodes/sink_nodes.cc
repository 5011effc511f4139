// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/sink_nodes.h"

#include "connectors/outbox.h"

namespace millrace {
namespace {

constexpr uint64_t kExampleBytesPerSecond = 100 * 1024;

}  // namespace

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

std::string SinkNode::state_description() const {
  TableContext context;
  context.options = table_->connector_options;
  context.extras = table_->extras;
  if (!table_->connector->uses_outbox(context)) return {};
  const auto set = table_->extras.find("outbox.max-bytes");
  const uint64_t bytes = set == table_->extras.end()
                             ? kOutboxBytesDefault
                             : ParseMemorySize(set->second.text).value_or(kOutboxBytesDefault);
  return "messages that are not delivered, at most " + std::to_string(bytes >> 10) +
         " KB: an outage of " + std::to_string(bytes / kExampleBytesPerSecond) +
         " s at 100 messages/s of 1 KB (metric outbox_covers_seconds: at the present rate)";
}

CollectNode::CollectNode(PlanNodePtr input) : PlanNode({input}, input->schema()) {}

PlanNodePtr CollectNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<CollectNode>(children[0]);
}

}  // namespace millrace
