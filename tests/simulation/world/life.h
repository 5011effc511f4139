// SPDX-License-Identifier: Apache-2.0
// A life: the processes of one scenario with their ends, then a calm last one that must come to its
// end with everything in the output.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "simulation/world/scenario.h"

namespace millrace {

struct LifeReport {
  std::string violation;
  std::string story;  // a line per process
  uint64_t processes = 0;
  uint64_t deaths = 0;  // by a fault
  uint64_t steps = 0;
  int64_t nanos = 0;   // of simulated time
  uint64_t trace = 0;  // hash of all decisions
  std::array<uint64_t, kFaults> fired{};
};

LifeReport Live(const Scenario& scenario);

}  // namespace millrace
