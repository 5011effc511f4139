// SPDX-License-Identifier: Apache-2.0
// SharedScans: within one job a table is read once, though its readers want different columns. The
// runtime builds its graph by this, and EXPLAIN shows it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "plan/node.h"
#include "plan/table.h"

namespace millrace {

class SharedScans {
 public:
  SharedScans() = default;
  explicit SharedScans(const std::vector<PlanNodePtr>& roots);

  /// The scan that reads what `scan` and the others of its table want, physical columns first; the
  /// same node if nobody wants other columns.
  PlanNodePtr WholeOf(const PlanNodePtr& scan) const;
  /// That are read, in a fixed order.
  std::vector<TablePtr> tables() const;

 private:
  struct Wanted {
    TablePtr table;
    std::set<size_t> columns;
    std::set<std::vector<size_t>> variants;
  };
  void Collect(const PlanNodePtr& node, std::set<const PlanNode*>* seen);

  std::map<std::string, Wanted> tables_;
  std::map<std::string, std::vector<size_t>> late_;  // all columns, by path of the table
};

}  // namespace millrace
