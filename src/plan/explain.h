// SPDX-License-Identifier: Apache-2.0
// EXPLAIN: the plan of a step as text and JSON, with changelog modes, state and the delay each
// operator adds.
#pragma once

#include <string>

#include "plan/program.h"

namespace millrace {

/// Logical plan, then physical plan with exchanges, changelog modes, state and worst-case delays.
std::string ExplainText(const Step& step);
/// {"title", "operators": [{id, kind, details, inputs, columns, changelog, distribution, state,
/// delay}]}
std::string ExplainJson(const Step& step);

}  // namespace millrace
