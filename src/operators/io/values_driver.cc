// SPDX-License-Identifier: Apache-2.0
#include "operators/io/values_driver.h"

namespace millrace {

Result<SourceDriver::Polled> ValuesDriver::Poll(int64_t max_rows, bool flush) {
  if (flush) return Polled{Polled::Kind::kIdle, {}, 0};
  const auto start = static_cast<int64_t>(position_.row);
  const int64_t rows = std::min(std::max<int64_t>(1, max_rows), rows_.num_rows - start);
  if (rows <= 0) {
    position_.done = true;
    return Polled{Polled::Kind::kEnd, {}, 0};
  }
  Batch batch = rows_.Slice(start, rows);
  batch.arrival = clock_->MonotonicNanos();
  batch.timing.decoded_at = batch.arrival;
  position_.row += static_cast<uint64_t>(rows);
  counters_.records_in += static_cast<uint64_t>(rows);
  counters_.rows_out += static_cast<uint64_t>(rows);
  return Polled{Polled::Kind::kData, std::move(batch), 0};
}

Status ValuesDriver::AddSplit(const SplitPosition& split) {
  position_ = split;
  return OkStatus();
}

}  // namespace millrace
