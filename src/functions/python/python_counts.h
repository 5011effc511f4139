// SPDX-License-Identifier: Apache-2.0
// What the functions of one name have done since the process started. Counted by shards, read by
// any thread; entries stay.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace millrace {

struct PythonCounts {
  explicit PythonCounts(std::string of) : function(std::move(of)) {}
  const std::string function;
  std::atomic<uint64_t> calls = 0;     // requests
  std::atomic<uint64_t> rows = 0;      // that they were about
  std::atomic<uint64_t> failures = 0;  // rows that failed
  std::atomic<uint64_t> losses = 0;    // workers that ended or were too slow
  std::atomic<uint64_t> nanos = 0;     // waited for workers
};

/// Those of a function; made on first use.
PythonCounts* PythonCountsOf(const std::string& function);
std::vector<const PythonCounts*> AllPythonCounts();

}  // namespace millrace
