// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/aggregate_nodes.h"

#include <algorithm>

#include "plan/identity/column_origins.h"
#include "plan/nodes/node_text.h"

namespace millrace {

WindowAggregateNode::WindowAggregateNode(PlanNodePtr input, Fields fields, Schema schema)
    : PlanNode({std::move(input)}, std::move(schema)), fields_(std::move(fields)) {
  TagCalls(children()[0], !children()[0]->changelog_mode().insert_only(), &fields_.calls);
}

PlanNodePtr WindowAggregateNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<WindowAggregateNode>(children[0], fields_, schema());
}

std::string WindowAggregateNode::details() const {
  const Schema& input = children()[0]->schema();
  std::string window = fields_.window.ToString();
  if (fields_.time_column >= 0) {
    window += " on " + input[static_cast<size_t>(fields_.time_column)].name;
  } else {
    window += " attached by " + ColumnList(input, {fields_.start_column, fields_.end_column});
  }
  std::string text = "keys=[" + ColumnList(input, fields_.keys) + "], window=[" + window +
                     "], select=[" + CallList(input, fields_.calls) + "]";
  if (fields_.emit_start) text += " +start";
  if (fields_.emit_end) text += " +end";
  if (fields_.emit_time) text += " +time";
  return text;
}

std::optional<int> WindowAggregateNode::Fields::start_key() const {
  const auto found = std::ranges::find(keys, start_column);
  if (time_column >= 0 || found == keys.end()) return std::nullopt;
  return static_cast<int>(found - keys.begin());
}

Distribution WindowAggregateNode::required_distribution(size_t) const {
  return fields_.keys.empty() ? Distribution::Single() : Distribution::Hash(fields_.keys);
}

Delay WindowAggregateNode::delay() const {
  const int64_t wait =
      fields_.window.kind == WindowKind::kHop || fields_.window.kind == WindowKind::kCumulate
          ? fields_.window.slide
          : fields_.window.size;
  if (fields_.proctime()) {
    return {
        .reason = "a window closes by the clock, up to " + DurationText(wait) + " after the row",
        .wall_ms = wait};
  }
  if (fields_.window.kind == WindowKind::kSession && fields_.time_column >= 0) {
    return {true, wait,
            "a session closes when the watermark passes its end, " + DurationText(wait) +
                " after its last row"};
  }
  return {true, wait,
          "a window closes when the watermark passes its end, up to " + DurationText(wait) +
              " after the row"};
}

std::string WindowAggregateNode::state_description() const {
  return "value per key and slice: " + std::to_string(fields_.calls.size()) +
         " accumulator(s), until the window closes";
}

std::optional<WindowColumns> WindowAggregateNode::window_columns() const {
  int next = static_cast<int>(fields_.keys.size() + fields_.calls.size());
  WindowColumns window;
  window.sessions = fields_.window.kind == WindowKind::kSession;
  window.proctime = fields_.proctime();
  if (fields_.emit_start) window.start = next++;
  if (const auto key = fields_.start_key()) window.start = *key;
  if (fields_.emit_end) window.end = next++;
  if (fields_.emit_time) window.time = next++;
  if (window.start < 0 || window.end < 0) return std::nullopt;
  return window;
}

std::string MiniBatch::ToString() const {
  return std::to_string(rows) + " rows or " + DurationText(latency_ms);
}

std::string WindowEmission::ToString() const {
  const auto delay = [](int64_t delay_ms) {
    return delay_ms == 0 ? std::string("at once") : "after " + DurationText(delay_ms);
  };
  std::string text;
  if (early_delay_ms) text += "early " + delay(*early_delay_ms) + ", ";
  text += "at the end";
  if (late_delay_ms) {
    text += ", late " + delay(*late_delay_ms) + " for " + DurationText(lateness_ms);
  }
  return text;
}

GroupAggregateNode::GroupAggregateNode(PlanNodePtr input, Fields fields, Schema schema)
    : PlanNode({std::move(input)}, std::move(schema)), fields_(std::move(fields)) {
  if (fields_.merges_partials) return;  // they have the tags of the whole
  TagCalls(children()[0], !children()[0]->changelog_mode().insert_only(), &fields_.calls);
}

PlanNodePtr GroupAggregateNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<GroupAggregateNode>(children[0], fields_, schema());
}

std::string GroupAggregateNode::details() const {
  const Schema& input = children()[0]->schema();
  std::string text = "keys=[" + ColumnList(input, fields_.keys) + "], ";
  text += fields_.merges_partials ? std::string("merge=[$partial]")
                                  : "select=[" + CallList(input, fields_.calls) + "]";
  if (fields_.state_ttl_ms > 0) text += ", ttl=[" + DurationText(fields_.state_ttl_ms) + "]";
  if (fields_.mini_batch.enabled()) {
    text += ", mini-batch=[" + fields_.mini_batch.ToString() +
            (fields_.two_phases ? ", two phases]" : "]");
  }
  if (fields_.emission) text += ", emit=[" + fields_.emission->ToString() + "]";
  return text;
}

Distribution GroupAggregateNode::required_distribution(size_t) const {
  return fields_.keys.empty() ? Distribution::Single() : Distribution::Hash(fields_.keys);
}

Delay GroupAggregateNode::delay() const {
  if (fields_.mini_batch.enabled()) {
    const int64_t latency_ms = fields_.mini_batch.latency_ms;
    const std::string twice = fields_.two_phases ? ", on several shards twice" : "";
    return {.reason = "changes are gathered for up to " + DurationText(latency_ms) + twice +
                      " (table.exec.mini-batch.allow-latency)",
            .wall_ms = fields_.two_phases ? 2 * latency_ms : latency_ms,
            .ends_with_epoch = true};
  }
  if (!fields_.emission || fields_.emission->early_delay_ms == 0) return {};
  const WindowEmission& emission = *fields_.emission;
  if (emission.early_delay_ms) {
    return {.reason = "a window sends its result " + DurationText(*emission.early_delay_ms) +
                      " after a change (table.exec.emit.early-fire.delay)",
            .wall_ms = *emission.early_delay_ms};
  }
  return {true, emission.window.size,
          "a window sends its result when the watermark passes its end, up to " +
              DurationText(emission.window.size) + " after the row"};
}

std::string GroupAggregateNode::state_description() const {
  const std::string what =
      "value per key: " + std::to_string(fields_.calls.size()) + " accumulator(s), ";
  if (fields_.emission) {
    const int64_t lateness_ms = fields_.emission->lateness_ms;
    return what + "until the window closes" +
           (lateness_ms > 0 ? " and " + DurationText(lateness_ms) + " longer" : "");
  }
  if (fields_.state_ttl_ms == 0) return what + "kept for ever (table.exec.state.ttl is 0)";
  return what + "kept " + DurationText(fields_.state_ttl_ms) + " after the last change";
}

std::string OverStage::frame_text() const {
  const std::string unit = rows ? "ROWS " : "RANGE ";
  if (preceding < 0) return unit + "UNBOUNDED PRECEDING";
  return unit + (rows ? std::to_string(preceding) : DurationText(preceding)) + " PRECEDING";
}

Schema OverNode::OutputOf(const Schema& input, const std::vector<OverStage>& stages) {
  Schema schema = input;
  for (const OverStage& stage : stages) {
    for (size_t i = 0; i < stage.computed.size(); ++i) {
      schema.Append({stage.names[i], stage.computed[i]->type()});
    }
    for (const AggregateCall& call : stage.calls) schema.Append(call.output);
  }
  return schema;
}

bool OverNode::Fields::all_unbounded() const {
  return std::ranges::all_of(
      stages, [](const OverStage& stage) { return stage.preceding < 0 || stage.calls.empty(); });
}

std::vector<std::string> OverNode::Fields::tables() const {
  std::vector<std::string> tables;
  for (const OverStage& stage : stages) {
    std::string& table = tables.emplace_back();
    if (stage.preceding < 0 || stage.calls.empty()) continue;
    table = stage.rows ? "rows " + std::to_string(stage.preceding) : "frames";
    const std::string name = table;
    for (int same = 2; stage.rows && std::ranges::count(tables, table) > 1; ++same) {
      table = name + " " + std::to_string(same);
    }
  }
  return tables;
}

OverNode::OverNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, OutputOf(input->schema(), fields.stages)), fields_(std::move(fields)) {
  const std::vector<uint32_t> tags = OverCallTags(*this);
  size_t next = 0;
  for (OverStage& stage : fields_.stages) {
    for (AggregateCall& call : stage.calls) call.state_tag = tags[next++];
  }
  column_tags_ = OverColumnTags(*this);
}

PlanNodePtr OverNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<OverNode>(children[0], fields_);
}

std::string OverNode::details() const {
  const Schema& input = children()[0]->schema();
  std::string text = "partition=[" + ColumnList(input, fields_.partition_keys) + "], order=[" +
                     input[static_cast<size_t>(fields_.order_column)].name + "]";
  std::string stages;
  int next = static_cast<int>(input.size());
  for (const OverStage& stage : fields_.stages) {
    if (!stage.computed.empty()) {
      stages += ", compute=[";
      for (size_t i = 0; i < stage.computed.size(); ++i) {
        stages += (i > 0 ? ", " : "") + stage.computed[i]->ToString() + " AS $" +
                  std::to_string(next++) + ":" + stage.names[i];
      }
      stages += "]";
    }
    next += static_cast<int>(stage.calls.size());
    if (stage.calls.empty()) continue;
    stages += ", frame=[" + stage.frame_text() + "]";
    // One emission for all, said where a single frame has always said it.
    if (&stage == &fields_.stages.front()) {
      stages += std::string(", emit=[") + (fields_.on_arrival ? "on-arrival" : "watermark") + "]";
    }
    stages += ", select=[" + CallList(schema(), stage.calls) + "]";
  }
  if (stages.find(", emit=[") == std::string::npos) {
    text += std::string(", emit=[") + (fields_.on_arrival ? "on-arrival" : "watermark") + "]";
  }
  return text + stages;
}

Distribution OverNode::required_distribution(size_t) const {
  return fields_.partition_keys.empty() ? Distribution::Single()
                                        : Distribution::Hash(fields_.partition_keys);
}

Delay OverNode::delay() const {
  if (!fields_.waits()) return {};
  return {true, 0,
          "a row waits until the watermark reaches its time (millrace.over.emit = "
          "'on-arrival' sends it at once)"};
}

std::string OverNode::state_description() const {
  if (fields_.all_unbounded()) return "value per key: running accumulators, kept for ever";
  const bool keeps_keys = std::ranges::any_of(fields_.stages, [](const OverStage& stage) {
    return !stage.calls.empty() && (stage.rows || stage.preceding < 0);
  });
  const bool keeps_times = std::ranges::any_of(
      fields_.stages, [](const OverStage& stage) { return !stage.rows && stage.preceding >= 0; });
  if (!keeps_times) return "last rows per key: those of the frame, kept for ever";
  return std::string("rows per key: those of the widest frame, until they leave it") +
         (keeps_keys ? "; running values kept for ever" : "");
}

}  // namespace millrace
