// SPDX-License-Identifier: Apache-2.0
// Schema: the ordered, named columns of a relation.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_type.h"

namespace millrace {

struct Column {
  std::string name;
  DataType type;
  bool operator==(const Column&) const = default;
};

class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<Column> columns) : columns_(std::move(columns)) {}

  size_t size() const { return columns_.size(); }
  const Column& operator[](size_t i) const { return columns_[i]; }
  const std::vector<Column>& columns() const { return columns_; }
  auto begin() const { return columns_.begin(); }
  auto end() const { return columns_.end(); }

  /// Index of the first column of that exact (case-sensitive) name.
  std::optional<size_t> Find(std::string_view name) const;
  std::vector<std::string> names() const;
  void Append(Column column) { columns_.push_back(std::move(column)); }

  std::shared_ptr<arrow::Schema> ToArrow() const;
  /// `(id BIGINT, ts TIMESTAMP(3) *ROWTIME*)`.
  std::string ToString() const;
  bool operator==(const Schema&) const = default;

 private:
  std::vector<Column> columns_;
};

}  // namespace millrace
