// SPDX-License-Identifier: Apache-2.0
// TextListWriter: builds an ARRAY<STRING> column row by row.
#pragma once

#include <arrow/array/data.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/function.h"

namespace millrace {

/// Per row either Null, or Append once per element; then EndRow.
class TextListWriter {
 public:
  explicit TextListWriter(int64_t length) { row_ends_.reserve(static_cast<size_t>(length) + 1); }

  void Append(std::string_view element);
  void AppendNull();
  void Null() { null_ = true; }
  void EndRow();
  /// The column in the Arrow form of `type`, an ARRAY of text.
  std::shared_ptr<arrow::ArrayData> Finish(const DataType& type);
  /// The elements alone, and where each row ends in them (beginning with 0).
  std::shared_ptr<arrow::ArrayData> FinishElements(const DataType& element);
  const std::vector<int32_t>& row_ends() const { return row_ends_; }
  std::shared_ptr<arrow::Buffer> RowEndsBuffer() const;
  std::shared_ptr<arrow::Buffer> Validity() const;
  int64_t null_count() const { return null_count_; }

 private:
  std::string bytes_;
  std::vector<int32_t> element_ends_ = {0};
  std::vector<bool> element_valid_;
  std::vector<int32_t> row_ends_ = {0};
  std::vector<bool> row_valid_;
  bool null_ = false;
  int64_t null_count_ = 0;
  int64_t null_elements_ = 0;
};

}  // namespace millrace
