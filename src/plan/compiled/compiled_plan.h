// SPDX-License-Identifier: Apache-2.0
// CompiledPlan: the file that COMPILE PLAN writes and EXECUTE PLAN reads. It holds the statement
// with all that it depends on, and the operators that it made, whose ids their state goes by: a
// program that would make others of it refuses. docs/internals/compiled-plans.md has the format.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/identity/plan_identity.h"

namespace millrace {

struct CompiledPlan {
  std::vector<std::string> definitions;  // statements, without `;`
  std::string statement;                 // INSERT or EXECUTE STATEMENT SET
  PlanIdentity operators;

  std::string ToJson() const;
  /// MR0415 if it is damaged, or of another version.
  static Result<CompiledPlan> FromJson(std::string_view text);
};

}  // namespace millrace
