// SPDX-License-Identifier: Apache-2.0
// RowPacer: releases rows of a replayed file at a fixed rate and stamps each with the time it was
// due. The stamp is the schedule, not the moment of reading: if the pipeline falls behind, the wait
// counts as latency (no coordinated omission).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace millrace {

class RowPacer {
 public:
  explicit RowPacer(double rows_per_second) : nanos_per_row_(1e9 / rows_per_second) {}

  /// Rows that are due at `now` and were not released yet. The first call starts the schedule.
  int64_t Due(int64_t now_nanos);
  /// Nanoseconds until the next row is due.
  int64_t WaitNanos(int64_t now_nanos) const;
  /// Releases `rows` rows: their due times.
  std::shared_ptr<const std::vector<int64_t>> Release(int64_t rows);

 private:
  int64_t DueTime(int64_t row) const {
    return start_ + static_cast<int64_t>(static_cast<double>(row) * nanos_per_row_);
  }

  double nanos_per_row_;
  int64_t start_ = -1;
  int64_t released_ = 0;
};

}  // namespace millrace
