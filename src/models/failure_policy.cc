// SPDX-License-Identifier: Apache-2.0
#include "models/failure_policy.h"

#include <algorithm>

namespace millrace {

OptionSpec ModelFailurePolicyOption() {
  return {.key = "error-handling",
          .type = OptionType::kEnum,
          .default_value = "dead-letter",
          .choices = {"dead-letter", "null", "fail"},
          .help = "What becomes of a row that the model cannot answer."};
}

ModelFailurePolicy GetModelFailurePolicy(const Options& options) {
  std::string text = options.GetString("error-handling");
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (text == "fail") return ModelFailurePolicy::kFail;
  if (text == "null") return ModelFailurePolicy::kNull;
  return ModelFailurePolicy::kDeadLetter;
}

}  // namespace millrace
