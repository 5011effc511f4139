// SPDX-License-Identifier: Apache-2.0
// Late rows as a relation: `<table>$late` has the rows of a table that an operator of the same job
// dropped because they came behind the watermark, once for each operator that did. The relation is
// a leaf of the plan (LateRowsNode); which operators feed it is read off the roots of a job.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/node.h"

namespace millrace {

inline constexpr std::string_view kLateRows = "late-rows";  // extra option of a table
inline constexpr std::string_view kLateRowsSuffix = "$late";

/// The operators that drop late rows of this table: rows reach them as the table gave them, through
/// projections, filters and model calls only. In the order of the roots, each once.
std::vector<PlanNodePtr> LateRowDroppers(const std::vector<PlanNodePtr>& roots,
                                         const std::string& table_path);

/// Every LateRowsNode of a job has an operator that feeds it, and none of these reads late rows.
Status CheckLateRows(const std::vector<PlanNodePtr>& roots);

}  // namespace millrace
