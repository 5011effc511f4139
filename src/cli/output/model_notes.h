// SPDX-License-Identifier: Apache-2.0
// What a user should know of the models that a program asks. Loads them, which a check of the file
// alone does not.
#pragma once

#include <string>
#include <vector>

#include "env/environment.h"
#include "plan/program.h"

namespace millrace {

struct ModelNote {
  std::string name;
  std::string provider;
  std::string version;
  std::string remark;  // usually empty
};

/// One per model that a statement asks, in the order of their use.
Result<std::vector<ModelNote>> DescribeModels(const Program& program, const Environment& env);

}  // namespace millrace
