// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/rank_nodes.h"

#include "plan/nodes/node_text.h"
#include "plan/nodes/rank_strategy.h"

namespace millrace {
namespace {

/// The columns of the input, and the number behind them.
Schema Numbered(const Schema& input, const std::string& number) {
  Schema schema = input;
  if (!number.empty()) schema.Append({number, DataType::BigInt().NotNull()});
  return schema;
}

std::string RangeText(const RankRange& range) {
  return "rank=[" + std::to_string(range.first) + ".." + std::to_string(range.last) + "]";
}

Distribution ByKeys(const std::vector<int>& keys) {
  return keys.empty() ? Distribution::Single() : Distribution::Hash(keys);
}

std::string KeptFor(int64_t ttl_ms) {
  return ttl_ms > 0 ? "for " + DurationText(ttl_ms) : "for ever";
}

}  // namespace

std::string OrderText(const Schema& schema, const std::vector<SortKey>& order) {
  std::string text;
  for (const SortKey& key : order) {
    const Column& column = schema[static_cast<size_t>(key.column)];
    text += (text.empty() ? "" : ", ") + column.name + (key.descending ? " DESC" : " ASC");
    // NULL is the least value unless the order says otherwise.
    if (key.nulls_first == key.descending) text += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  }
  return text;
}

RowNumberNode::RowNumberNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, Numbered(input->schema(), fields.name)), fields_(std::move(fields)) {}

PlanNodePtr RowNumberNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<RowNumberNode>(children[0], fields_);
}

std::string RowNumberNode::details() const {
  const Schema& input = children()[0]->schema();
  return "partition=[" + ColumnList(input, fields_.partition_keys) + "], order=[" +
         OrderText(input, fields_.order) + "], number=[" + fields_.name + "]";
}

ChangelogMode RowNumberNode::changelog_mode() const {
  return fields_.over != nullptr ? fields_.over->changelog_mode() : ChangelogMode::All();
}

std::optional<WindowColumns> RowNumberNode::window_columns() const {
  return children()[0]->window_columns();
}

std::string_view RankStrategyName(RankStrategy strategy) {
  constexpr std::string_view kNames[] = {"AppendFast", "UpdateFast", "Retract"};
  return kNames[static_cast<int>(strategy)];
}

RankNode::RankNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, Numbered(input->schema(), fields.number)), fields_(std::move(fields)) {
  if (input->changelog_mode().insert_only()) return;
  row_key_ = ReplacedBy(input, fields_.partition_keys, fields_.order);
  strategy_ = row_key_.empty() ? RankStrategy::kRetract : RankStrategy::kUpdateFast;
}

PlanNodePtr RankNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<RankNode>(children[0], fields_);
}

std::string RankNode::details() const {
  const Schema& input = children()[0]->schema();
  std::string text = "strategy=[" + std::string(RankStrategyName(strategy_)) + "], " +
                     RangeText(fields_.range) + ", partition=[" +
                     ColumnList(input, fields_.partition_keys) + "], order=[" +
                     OrderText(input, fields_.order) + "]";
  if (!row_key_.empty()) text += ", key=[" + ColumnList(input, row_key_) + "]";
  if (!fields_.number.empty()) text += ", number=[" + fields_.number + "]";
  if (fields_.state_ttl_ms > 0) text += ", ttl=[" + DurationText(fields_.state_ttl_ms) + "]";
  return text;
}

ChangelogMode RankNode::changelog_mode() const {
  const bool limits = fields_.order.empty() && strategy_ == RankStrategy::kAppendFast;
  return limits ? ChangelogMode::InsertOnly() : ChangelogMode::All();
}

Distribution RankNode::required_distribution(size_t) const {
  return ByKeys(fields_.partition_keys);
}

bool RankNode::keeps_one_row() const {
  return fields_.range.is_one() && strategy_ != RankStrategy::kRetract;
}

std::string RankNode::state_description() const {
  const std::string rows = strategy_ == RankStrategy::kRetract
                               ? "all rows"
                               : "up to " + std::to_string(fields_.range.last) + " row(s)";
  const std::string where = fields_.partition_keys.empty() ? "" : " per key";
  return rows + where + ", " + KeptFor(fields_.state_ttl_ms);
}

DeduplicateNode::DeduplicateNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, input->schema()), fields_(std::move(fields)) {}

PlanNodePtr DeduplicateNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<DeduplicateNode>(children[0], fields_);
}

std::string DeduplicateNode::details() const {
  std::string text = std::string("keep=[") + (fields_.keep_last ? "last" : "first") + "], key=[" +
                     ColumnList(schema(), fields_.keys) + "], order=[" +
                     ColumnList(schema(), {fields_.time_column}) + "]";
  if (fields_.state_ttl_ms > 0) text += ", ttl=[" + DurationText(fields_.state_ttl_ms) + "]";
  return text;
}

ChangelogMode DeduplicateNode::changelog_mode() const {
  if (!fields_.keep_last) return ChangelogMode::InsertOnly();
  return ChangelogMode::InsertOnly().With(ChangeKind::kUpdateBefore).With(ChangeKind::kUpdateAfter);
}

Distribution DeduplicateNode::required_distribution(size_t) const { return ByKeys(fields_.keys); }

Delay DeduplicateNode::delay() const {
  if (!fields_.waits()) return {};
  return {true, 0, "the first row of a key is known when the watermark has come to its time"};
}

std::string DeduplicateNode::state_description() const {
  return "one row per key, " + KeptFor(fields_.state_ttl_ms);
}

std::optional<WindowColumns> DeduplicateNode::window_columns() const {
  return children()[0]->window_columns();
}

WindowRankNode::WindowRankNode(PlanNodePtr input, Fields fields)
    : PlanNode({input}, Numbered(input->schema(), fields.number)), fields_(std::move(fields)) {}

PlanNodePtr WindowRankNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<WindowRankNode>(children[0], fields_);
}

std::string WindowRankNode::details() const {
  const Schema& input = children()[0]->schema();
  std::string text = "window=[" + ColumnList(input, {fields_.window.start, fields_.window.end}) +
                     "], " + RangeText(fields_.range) + ", partition=[" +
                     ColumnList(input, fields_.partition_keys) + "], order=[" +
                     OrderText(input, fields_.order) + "]";
  if (fields_.last_wins) text += ", last of equal rows";
  if (!fields_.number.empty()) text += ", number=[" + fields_.number + "]";
  return text;
}

Distribution WindowRankNode::required_distribution(size_t) const {
  return ByKeys(fields_.partition_keys);
}

Delay WindowRankNode::delay() const {
  return {true, 0, "the first rows of a window go out when the watermark passes its end"};
}

std::string WindowRankNode::state_description() const {
  return "up to " + std::to_string(fields_.range.last) +
         " row(s) per key and window, until the window closes";
}

std::optional<WindowColumns> WindowRankNode::window_columns() const { return fields_.window; }

TemporalSortNode::TemporalSortNode(PlanNodePtr input, std::vector<SortKey> order)
    : PlanNode({input}, input->schema()), order_(std::move(order)) {}

PlanNodePtr TemporalSortNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<TemporalSortNode>(children[0], order_);
}

std::string TemporalSortNode::details() const {
  return "order=[" + OrderText(schema(), order_) + "]";
}

Delay TemporalSortNode::delay() const {
  return {true, 0, "a row goes out when the watermark has come to its time"};
}

std::string TemporalSortNode::state_description() const {
  return "rows, until the watermark has come to their time";
}

std::optional<WindowColumns> TemporalSortNode::window_columns() const {
  return children()[0]->window_columns();
}

}  // namespace millrace
