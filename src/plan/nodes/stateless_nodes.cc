// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/stateless_nodes.h"

#include "plan/nodes/node_text.h"

namespace millrace {
namespace {

Schema ProjectionSchema(const std::vector<ExpressionPtr>& projections,
                        const std::vector<std::string>& names) {
  Schema schema;
  for (size_t i = 0; i < projections.size(); ++i) {
    schema.Append({names[i], projections[i]->type()});
  }
  return schema;
}

/// Where an input column went unchanged, or -1.
int Forwarded(const std::vector<ExpressionPtr>& projections, int column) {
  if (column < 0) return -1;
  for (size_t i = 0; i < projections.size(); ++i) {
    if (projections[i]->kind() == ExpressionKind::kInputRef && projections[i]->index() == column) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

}  // namespace

CalcNode::CalcNode(PlanNodePtr input, ExpressionPtr condition,
                   std::vector<ExpressionPtr> projections, std::vector<std::string> names)
    : PlanNode({std::move(input)}, ProjectionSchema(projections, names)),
      condition_(std::move(condition)),
      projections_(std::move(projections)) {}

PlanNodePtr CalcNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<CalcNode>(children[0], condition_, projections_, schema().names());
}

std::string CalcNode::details() const {
  std::string text = "select=[";
  for (size_t i = 0; i < projections_.size(); ++i) {
    text += (i > 0 ? ", " : "") + projections_[i]->ToString();
    const bool same_name = projections_[i]->kind() == ExpressionKind::kInputRef &&
                           projections_[i]->ToString().ends_with(":" + schema()[i].name);
    if (!same_name) text += " AS " + schema()[i].name;
  }
  text += "]";
  if (condition_) text += ", where=[" + condition_->ToString() + "]";
  return text;
}

std::optional<WindowColumns> CalcNode::window_columns() const {
  const auto window = children()[0]->window_columns();
  if (!window) return std::nullopt;
  WindowColumns mapped{Forwarded(projections_, window->start), Forwarded(projections_, window->end),
                       Forwarded(projections_, window->time), window->sessions, window->proctime};
  if (mapped.start < 0 || mapped.end < 0) return std::nullopt;
  return mapped;
}

UnionNode::UnionNode(std::vector<PlanNodePtr> inputs, Schema schema)
    : PlanNode(std::move(inputs), std::move(schema)) {}

PlanNodePtr UnionNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<UnionNode>(std::move(children), schema());
}

ChangelogMode UnionNode::changelog_mode() const {
  ChangelogMode mode = children()[0]->changelog_mode();
  for (const PlanNodePtr& child : children()) mode = mode.Union(child->changelog_mode());
  return mode;
}

std::string WindowSpec::ToString() const {
  std::string text;
  switch (kind) {
    case WindowKind::kTumble: text = "TUMBLE(size=[" + DurationText(size) + "]"; break;
    case WindowKind::kHop:
      text = "HOP(slide=[" + DurationText(slide) + "], size=[" + DurationText(size) + "]";
      break;
    case WindowKind::kCumulate:
      text = "CUMULATE(step=[" + DurationText(slide) + "], size=[" + DurationText(size) + "]";
      break;
    case WindowKind::kSession: text = "SESSION(gap=[" + DurationText(size) + "]"; break;
  }
  if (offset != 0) text += ", offset=[" + DurationText(offset) + "]";
  if (!time_zone.empty()) text += ", zone=[" + time_zone + "]";
  return text + ")";
}

WindowTvfNode::WindowTvfNode(PlanNodePtr input, int time_column, WindowSpec spec,
                             std::vector<int> partition_keys)
    : PlanNode({input},
               [&] {
                 Schema schema = input->schema();
                 const DataType time = input->schema()[static_cast<size_t>(time_column)].type;
                 schema.Append({"window_start", DataType::Timestamp(3).NotNull()});
                 schema.Append({"window_end", DataType::Timestamp(3).NotNull()});
                 schema.Append({"window_time", time.NotNull()});
                 return schema;
               }()),
      time_column_(time_column),
      spec_(std::move(spec)),
      partition_keys_(std::move(partition_keys)) {}

PlanNodePtr WindowTvfNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<WindowTvfNode>(children[0], time_column_, spec_, partition_keys_);
}

std::string WindowTvfNode::details() const {
  const Schema& input = children()[0]->schema();
  std::string text = "window=[" + spec_.ToString() + "], time=[" +
                     input[static_cast<size_t>(time_column_)].name + "]";
  if (holds_rows()) text += ", partition=[" + ColumnList(input, partition_keys_) + "]";
  return text;
}

bool WindowTvfNode::proctime() const {
  return schema()[schema().size() - 1].type.time_attribute() == TimeAttribute::kProctime;
}

Distribution WindowTvfNode::required_distribution(size_t) const {
  if (!holds_rows()) return Distribution::Any();
  return partition_keys_.empty() ? Distribution::Single() : Distribution::Hash(partition_keys_);
}

Delay WindowTvfNode::delay() const {
  if (!holds_rows()) return {};
  if (proctime()) {
    return {.reason = "a session closes by the clock, " + DurationText(spec_.size) +
                      " after its last row",
            .wall_ms = spec_.size};
  }
  return {true, spec_.size,
          "a session closes when the watermark passes its end, " + DurationText(spec_.size) +
              " after its last row"};
}

std::string WindowTvfNode::state_description() const {
  return holds_rows() ? "rows per key, until their session closes" : "";
}

std::optional<WindowColumns> WindowTvfNode::window_columns() const {
  const int count = static_cast<int>(schema().size());
  return WindowColumns{count - 3, count - 2, count - 1, holds_rows(), proctime()};
}

PredictNode::PredictNode(PlanNodePtr input, ModelPtr model, std::vector<int> args, Schema schema)
    : PlanNode({std::move(input)}, std::move(schema)),
      model_(std::move(model)),
      args_(std::move(args)) {}

PlanNodePtr PredictNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<PredictNode>(children[0], model_, args_, schema());
}

std::string PredictNode::details() const {
  return "model=[" + model_->path + "], args=[" + ColumnList(children()[0]->schema(), args_) + "]";
}

}  // namespace millrace
