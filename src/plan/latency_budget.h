// SPDX-License-Identifier: Apache-2.0
// The latency budget at plan time: `SET 'millrace.latency-budget' = '100 ms'` declares how long an
// event may take from its arrival to its action. Operators whose worst-case delay is beyond it are
// named here, with the reason and what to do; what machines and services cost is seen at run time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/program.h"

namespace millrace {

struct BudgetFinding {
  std::string operator_id;          // empty: a setting, or the way to a sink as a whole
  std::optional<int64_t> delay_ms;  // worst case; nullopt: it cannot be told
  std::string message;
  std::string detail;     // why a row is held
  std::string next_step;  // what to do about it
};

/// The declared budget in milliseconds; 0 = none.
int64_t LatencyBudget(const Settings& settings);

/// What cannot meet the budget of a step that runs. Empty without a budget.
std::vector<BudgetFinding> FindOverBudget(const Step& step);

/// The same as warnings MR0420 at the statement. `text` is what spans point into.
void WarnOverBudget(const Step& step, std::string_view text, DiagnosticList* diagnostics);

}  // namespace millrace
