// SPDX-License-Identifier: Apache-2.0
#include "operators/io/row_pacer.h"

#include <algorithm>

namespace millrace {

int64_t RowPacer::Due(int64_t now_nanos) {
  if (start_ < 0) start_ = now_nanos;
  const double elapsed = static_cast<double>(now_nanos - start_);
  const int64_t due = static_cast<int64_t>(elapsed / nanos_per_row_) + 1;
  return std::max<int64_t>(0, due - released_);
}

int64_t RowPacer::WaitNanos(int64_t now_nanos) const {
  return std::max<int64_t>(1, DueTime(released_) - now_nanos);
}

std::shared_ptr<const std::vector<int64_t>> RowPacer::Release(int64_t rows) {
  auto stamps = std::make_shared<std::vector<int64_t>>();
  stamps->reserve(static_cast<size_t>(rows));
  for (int64_t row = 0; row < rows; ++row) stamps->push_back(DueTime(released_ + row));
  released_ += rows;
  return stamps;
}

}  // namespace millrace
