// SPDX-License-Identifier: Apache-2.0
// SimulatedProcessMemory: holds what the test says; freed memory that is kept goes when it is
// asked for.
#pragma once

#include <atomic>

#include "env/process_memory.h"

namespace millrace {

class SimulatedProcessMemory final : public ProcessMemory {
 public:
  explicit SimulatedProcessMemory(uint64_t limit) : limit_(limit) {}

  uint64_t UsedBytes() const override { return used + kept; }
  uint64_t LimitBytes() const override { return limit_; }
  void ReturnFreed() override {
    kept = 0;
    ++returns;
  }

  std::atomic<uint64_t> used{0};
  std::atomic<uint64_t> kept{0};  // freed, but not by the system's count
  std::atomic<int> returns{0};

 private:
  uint64_t limit_;
};

}  // namespace millrace
