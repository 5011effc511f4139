// SPDX-License-Identifier: Apache-2.0
// CellDecoder: appends one CSV field to a column.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "data/data_type.h"
#include "formats/columns/column_builder.h"
#include "formats/csv/csv_dialect.h"

namespace millrace {

class CellDecoder {
 public:
  explicit CellDecoder(std::string expected) : expected_(std::move(expected)) {}
  virtual ~CellDecoder() = default;
  /// False when the text is no value of the type; nothing was appended then.
  virtual bool Decode(std::string_view text) = 0;
  ColumnBuilder* column() const { return column_; }
  /// The type, for messages.
  const std::string& expected() const { return expected_; }

 protected:
  ColumnBuilder* column_ = nullptr;
  std::string expected_;
};

/// REQUIRES: CsvSupports(type).
std::unique_ptr<CellDecoder> MakeCellDecoder(const DataType& type, const CsvDialect& dialect);
/// ARRAY and ROW: elements between array delimiters. MAP and deeper nesting have no CSV form, as in
/// Flink.
std::unique_ptr<CellDecoder> MakeNestedCellDecoder(const DataType& type, const CsvDialect& dialect);
bool CsvSupports(const DataType& type, bool nested = false);

}  // namespace millrace
