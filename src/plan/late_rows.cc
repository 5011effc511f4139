// SPDX-License-Identifier: Apache-2.0
#include "plan/late_rows.h"

#include <algorithm>
#include <functional>
#include <set>

#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

void Visit(const PlanNodePtr& node, std::set<const PlanNode*>* seen,
           const std::function<void(const PlanNodePtr&)>& visit) {
  if (!seen->insert(node.get()).second) return;
  visit(node);
  for (const PlanNodePtr& child : node->children()) Visit(child, seen, visit);
}

void VisitAll(const std::vector<PlanNodePtr>& roots,
              const std::function<void(const PlanNodePtr&)>& visit) {
  std::set<const PlanNode*> seen;
  for (const PlanNodePtr& root : roots) Visit(root, &seen, visit);
}

/// Rows of the table come out of `node` as rows of their own.
bool GivesRowsOf(const PlanNodePtr& node, const std::string& table_path) {
  if (const auto* scan = As<ScanNode>(node)) return scan->table()->path == table_path;
  const bool passes = As<CalcNode>(node) || As<WatermarkNode>(node) || As<WindowTvfNode>(node) ||
                      As<UnionNode>(node) || As<PredictNode>(node);
  return passes && std::ranges::any_of(node->children(), [&](const PlanNodePtr& child) {
           return GivesRowsOf(child, table_path);
         });
}

}  // namespace

std::vector<PlanNodePtr> LateRowDroppers(const std::vector<PlanNodePtr>& roots,
                                         const std::string& table_path) {
  std::vector<PlanNodePtr> droppers;
  std::set<std::string> digests;
  VisitAll(roots, [&](const PlanNodePtr& node) {
    const bool drops = node->drops_late_rows() &&
                       std::ranges::any_of(node->children(), [&](const PlanNodePtr& child) {
                         return GivesRowsOf(child, table_path);
                       });
    if (drops && digests.insert(node->digest()).second) droppers.push_back(node);
  });
  return droppers;
}

Status CheckLateRows(const std::vector<PlanNodePtr>& roots) {
  std::set<std::string> tables;
  VisitAll(roots, [&](const PlanNodePtr& node) {
    if (const auto* late = As<LateRowsNode>(node)) tables.insert(late->table()->path);
  });
  for (const std::string& path : tables) {
    const std::string name = path.substr(path.rfind('.') + 1);
    const std::vector<PlanNodePtr> droppers = LateRowDroppers(roots, path);
    if (droppers.empty()) {
      return UserError("MR0210", "nothing here drops late rows of table '" + name + "'",
                       "'" + name + std::string(kLateRowsSuffix) +
                           "' has the rows that a window, a window join or OVER over '" + name +
                           "' left out, in the same statement or STATEMENT SET",
                       "put the INSERT with the window and the one that reads '" + name +
                           std::string(kLateRowsSuffix) + "' into one STATEMENT SET");
    }
    bool circle = false;
    VisitAll(droppers,
             [&](const PlanNodePtr& node) { circle |= As<LateRowsNode>(node) != nullptr; });
    if (circle) {
      return UserError("MR0210",
                       "a window of late rows of table '" + name + "' would drop late rows itself",
                       "what reads '" + name + std::string(kLateRowsSuffix) +
                           "' may not join it with a window over '" + name + "'");
    }
  }
  return OkStatus();
}

}  // namespace millrace
