// SPDX-License-Identifier: Apache-2.0
// RowEquality: whether two rows of some columns are equal as Flink's changelog sees it: NULL equals
// NULL, 0.0 equals -0.0, NaN equals nothing.
#pragma once

#include <arrow/type_fwd.h>

#include <functional>
#include <memory>
#include <vector>

namespace millrace {

class RowEquality {
 public:
  /// Borrows the columns.
  explicit RowEquality(const std::vector<std::shared_ptr<arrow::Array>>& columns);
  bool Equal(int64_t a, int64_t b) const {
    for (const auto& equal : columns_) {
      if (!equal(a, b)) return false;
    }
    return true;
  }

 private:
  std::vector<std::function<bool(int64_t, int64_t)>> columns_;
};

}  // namespace millrace
