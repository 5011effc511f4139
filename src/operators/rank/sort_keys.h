// SPDX-License-Identifier: Apache-2.0
// SortKeys: the columns of an ORDER BY as one string of bytes per row, whose order is that of the
// rows. In memory only: state holds rows, from which they are made again. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "plan/nodes/rank_nodes.h"

namespace millrace {

class SortKeys {
 public:
  SortKeys(std::vector<SortKey> order, const Schema& schema);

  /// Makes the keys of all rows. Columns that the order does not name may be missing.
  void Encode(std::span<const std::shared_ptr<arrow::Array>> columns, int64_t rows);
  std::string_view key(size_t row) const {
    return std::string_view(bytes_).substr(offsets_[row], offsets_[row + 1] - offsets_[row]);
  }
  const std::vector<SortKey>& order() const { return order_; }

 private:
  std::vector<SortKey> order_;
  std::vector<DataType> types_;
  std::string bytes_;
  std::vector<size_t> offsets_;
};

}  // namespace millrace
