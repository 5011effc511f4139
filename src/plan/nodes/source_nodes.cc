// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/source_nodes.h"

#include "plan/nodes/node_text.h"

namespace millrace {
namespace {

Schema ScanSchema(const Table& table, const std::vector<size_t>& columns) {
  Schema schema;
  for (size_t index : columns) {
    const TableColumn& column = table.columns[index];
    schema.Append({column.name, column.type.WithTimeAttribute(TimeAttribute::kNone)});
  }
  return schema;
}

ChangelogMode ScanMode(const Table& table) {
  if (table.connector->reads_upserts()) return ChangelogMode::Upsert();
  return table.format != nullptr ? table.format->changelog_mode() : ChangelogMode::InsertOnly();
}

}  // namespace

ScanNode::ScanNode(TablePtr table, std::vector<size_t> columns)
    : PlanNode({}, ScanSchema(*table, columns)),
      table_(std::move(table)),
      columns_(std::move(columns)) {}

std::string ScanNode::details() const {
  std::string text = "table=[" + table_->path + "], columns=[";
  for (size_t i = 0; i < columns_.size(); ++i) {
    text += (i > 0 ? ", " : "") + table_->columns[columns_[i]].name;
  }
  return text + "], connector=[" + std::string(table_->connector->name()) + "]" +
         (table_->scan_note.empty() ? "" : ", options=[" + table_->scan_note + "]");
}

ChangelogMode ScanNode::changelog_mode() const { return ScanMode(*table_); }

LateRowsNode::LateRowsNode(TablePtr table, std::vector<size_t> columns)
    : PlanNode({}, ScanSchema(*table, columns)),
      table_(std::move(table)),
      columns_(std::move(columns)) {}

ChangelogMode LateRowsNode::changelog_mode() const { return ScanMode(*table_); }

ValuesNode::ValuesNode(Schema schema, Batch rows, std::string text)
    : PlanNode({}, std::move(schema)), rows_(std::move(rows)), text_(std::move(text)) {}

WatermarkNode::WatermarkNode(PlanNodePtr input, int rowtime, ExpressionPtr watermark, Limits limits)
    : PlanNode({input},
               [&] {
                 std::vector<Column> columns = input->schema().columns();
                 Column& column = columns[static_cast<size_t>(rowtime)];
                 column.type = column.type.WithTimeAttribute(TimeAttribute::kRowtime);
                 return Schema(std::move(columns));
               }()),
      rowtime_(rowtime),
      watermark_(std::move(watermark)),
      limits_(limits) {}

PlanNodePtr WatermarkNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<WatermarkNode>(children[0], rowtime_, watermark_, limits_);
}

std::string WatermarkNode::details() const {
  std::string text =
      "rowtime=[" + schema()[static_cast<size_t>(rowtime_)].name + "], watermark=[" +
      watermark_->ToString() + "], idle after=[" +
      (limits_.idle_timeout_ms > 0 ? DurationText(limits_.idle_timeout_ms) : "never") + "]";
  // The default is not said.
  if (limits_.future_if_bounded || limits_.future_ms != kFutureLimitMs) {
    text += ", ahead at most=[" +
            (limits_.future_ms > 0 ? DurationText(limits_.future_ms) : "without limit") + "]";
  }
  return text;
}

}  // namespace millrace
