// SPDX-License-Identifier: Apache-2.0
// RowErrors: which rows of one Run have failed, and why; the first reason of a row counts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "models/model.h"

namespace millrace {

class RowErrors {
 public:
  RowErrors(int64_t rows, std::vector<ModelRunner::RowFailure>* failures)
      : failed_(static_cast<size_t>(rows), 0), failures_(failures), first_(failures->size()) {}

  bool failed(int64_t row) const { return failed_[static_cast<size_t>(row)] != 0; }
  bool any() const { return failures_->size() > first_; }
  int64_t rows() const { return static_cast<int64_t>(failed_.size()); }

  void Fail(int64_t row, std::string message) {
    if (failed(row)) return;
    failed_[static_cast<size_t>(row)] = 1;
    failures_->push_back({row, std::move(message)});
  }
  /// Call once at the end: callers see failures in row order.
  void Sort() {
    std::sort(failures_->begin() + static_cast<std::ptrdiff_t>(first_), failures_->end(),
              [](const auto& a, const auto& b) { return a.row < b.row; });
  }

 private:
  std::vector<uint8_t> failed_;
  std::vector<ModelRunner::RowFailure>* failures_;
  size_t first_;
};

}  // namespace millrace
