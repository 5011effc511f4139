// SPDX-License-Identifier: Apache-2.0
// ProgressLine: how far a job is, on one line of a terminal that is written again and again.
// Nothing if standard error is no terminal. One thread.
#pragma once

#include <string>

#include "cli/application.h"
#include "runtime/metrics/job_snapshot.h"

namespace millrace {

class ProgressLine {
 public:
  ProgressLine(const Application* application, bool wanted)
      : application_(application), shown_(wanted && application->error_is_terminal) {}
  ~ProgressLine() { Clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  bool shown() const { return shown_; }
  void Update(const JobSnapshot& snapshot);
  void Clear();

 private:
  const Application* application_;
  bool shown_;
  bool visible_ = false;
  uint64_t rows_before_ = 0;
  int64_t nanos_before_ = 0;
};

/// 1234567 as 1,234,567.
std::string WithCommas(uint64_t number);

}  // namespace millrace
