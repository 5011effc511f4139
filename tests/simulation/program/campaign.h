// SPDX-License-Identifier: Apache-2.0
// Campaign: many lives, spread over processes. A process that crashes or hangs takes its seed with
// it, which is told like any other violation.
#pragma once

#include <cstdint>
#include <string>

namespace millrace {

struct Campaign {
  uint64_t seeds = 1000;
  uint64_t from = 1;
  int jobs = 2;
  bool all = false;  // goes on behind a violation
  std::string only;  // of the mutants
};

/// Exit codes.
int RunCampaign(const Campaign& campaign);
int RunOne(uint64_t seed, const std::string& mutant);
int RunMutants(const Campaign& campaign);

}  // namespace millrace
