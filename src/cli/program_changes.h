// SPDX-License-Identifier: Apache-2.0
// What becomes of the state of a program under another version of it, statement by statement.
#pragma once

#include <string>
#include <vector>

#include "cli/application.h"
#include "plan/identity/plan_comparison.h"
#include "plan/program.h"

namespace millrace {

struct StatementChanges {
  std::string title;     // "INSERT INTO totals"
  std::string data_dir;  // where an interrupted run was found; empty for two texts
  PlanComparison comparison;
};

/// Statements are the same ones if they write the same tables. SELECTs keep nothing.
std::vector<StatementChanges> ComparePrograms(const Program& before, const Program& after);
/// Against the interrupted runs in a data directory; statements without one are left out.
Result<std::vector<StatementChanges>> CompareWithDirectory(Disk* disk, const std::string& data_dir,
                                                           const Program& program);

}  // namespace millrace
