// SPDX-License-Identifier: Apache-2.0
#include "plan/shared_scans.h"

#include "plan/nodes/source_nodes.h"

namespace millrace {
namespace {

/// Scans with equal keys read the same data.
std::string ReadKey(const Table& table) { return table.path + "\n" + table.scan_note; }

}  // namespace

SharedScans::SharedScans(const std::vector<PlanNodePtr>& roots) {
  std::set<const PlanNode*> seen;
  for (const PlanNodePtr& root : roots) Collect(root, &seen);
  // Late rows come back whole from the operators that drop them, so they are read whole.
  for (const auto& [path, columns] : late_) {
    for (auto& [key, wanted] : tables_) {
      if (wanted.table->path != path) continue;
      wanted.columns.insert(columns.begin(), columns.end());
      wanted.variants.insert(columns);
    }
  }
}

void SharedScans::Collect(const PlanNodePtr& node, std::set<const PlanNode*>* seen) {
  if (!seen->insert(node.get()).second) return;
  if (const auto* scan = As<ScanNode>(node)) {
    Wanted& wanted = tables_[ReadKey(*scan->table())];
    wanted.table = scan->table();
    wanted.columns.insert(scan->columns().begin(), scan->columns().end());
    wanted.variants.insert(scan->columns());
  }
  if (const auto* late = As<LateRowsNode>(node)) late_[late->table()->path] = late->columns();
  for (const PlanNodePtr& child : node->children()) Collect(child, seen);
}

std::vector<TablePtr> SharedScans::tables() const {
  std::vector<TablePtr> tables;
  for (const auto& [key, wanted] : tables_) tables.push_back(wanted.table);
  return tables;
}

PlanNodePtr SharedScans::WholeOf(const PlanNodePtr& scan) const {
  const auto found = tables_.find(ReadKey(*As<ScanNode>(scan)->table()));
  if (found == tables_.end() || found->second.variants.size() == 1) return scan;
  const Wanted& wanted = found->second;
  std::vector<size_t> columns;
  std::vector<size_t> metadata;
  for (const size_t column : wanted.columns) {
    const bool is_metadata = wanted.table->columns[column].kind == TableColumn::Kind::kMetadata;
    (is_metadata ? metadata : columns).push_back(column);
  }
  columns.insert(columns.end(), metadata.begin(), metadata.end());
  if (columns == As<ScanNode>(scan)->columns()) return scan;
  return std::make_shared<ScanNode>(wanted.table, columns);
}

}  // namespace millrace
