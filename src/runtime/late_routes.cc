// SPDX-License-Identifier: Apache-2.0
#include "runtime/late_routes.h"

#include <algorithm>

#include "data/row_format.h"
#include "plan/late_rows.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {

bool KeepsLateRows(const JobGraph& graph, const Table& table) {
  const auto mode = table.extras.find(std::string(kLateRows));
  if (mode == table.extras.end() || mode->second.text == "drop") return false;
  return mode->second.text == "dead-letter" ||
         std::ranges::any_of(graph.nodes(), [&](const GraphNode& node) {
           const auto* late = As<LateRowsNode>(node.plan);
           return late != nullptr && late->table()->path == table.path;
         });
}

bool AnyLateRowsKept(const JobGraph& graph) {
  return std::ranges::any_of(graph.nodes(), [&](const GraphNode& node) {
    const auto* scan = As<ScanNode>(node.plan);
    return scan != nullptr && KeepsLateRows(graph, *scan->table());
  });
}

void LateRoutes::Take(const Batch& batch, int64_t row) {
  auto kept = std::dynamic_pointer_cast<const KeptRows>(batch.origins);
  if (kept == nullptr) return;
  const int32_t place = batch.origin_row(row);
  if (place < 0) return;
  const Table& table = kept->table();
  if (outputs_.contains(table.name)) {
    ++metrics_->rows_late_kept;
    if (taken_.empty() || taken_.back().first != kept) taken_.emplace_back(std::move(kept), 0);
    taken_.back().second.push_back(place);
    return;
  }
  const auto mode = table.extras.find(std::string(kLateRows));
  if (mode == table.extras.end() || mode->second.text != "dead-letter") return;
  const RecordOrigin origin = kept->Of(place);
  const std::string text = FormatRow(kept->schema(), kept->rows(), place);
  letters_->Add({.table = table.name,
                 .stage = "late",
                 .operation = operation_,
                 .reason = "the row came behind the watermark, too late for " + operation_,
                 .origin = &origin,
                 .row = text});
}

void LateRoutes::Flush(EventTime watermark) {
  for (auto& [kept, rows] : taken_) {
    Batch batch = kept->rows().Take(rows);
    batch.split = kNoSplit;
    batch.open_splits = nullptr;
    outputs_[kept->table().name].Push(std::move(batch));
  }
  taken_.clear();
  for (auto& [table, output] : outputs_) output.Push(Watermark{watermark});
}

bool LateRoutes::Drained() {
  return std::ranges::all_of(outputs_, [](auto& output) { return output.second.Drained(); });
}

void LateRoutes::PushBarrier(Barrier barrier) {
  for (auto& [table, output] : outputs_) output.PushBarrier(barrier);
}

void LateRoutes::PushEnd() {
  for (auto& [table, output] : outputs_) output.PushEnd();
}

}  // namespace millrace
