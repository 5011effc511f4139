// SPDX-License-Identifier: Apache-2.0
// CsvEncoder: rows as CSV lines, byte for byte as Flink's csv format writes them.
//
// Texts are quoted by Jackson's loose rule: when longer than 24 UTF-16 units, or with a character
// up to the greater of delimiter and quote, or a backslash. Numbers and booleans never are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/csv/csv_dialect.h"
#include "formats/format.h"

namespace millrace {

/// Writes the bare text of one column's values. Bind before the rows of each batch.
class CellEncoder {
 public:
  explicit CellEncoder(bool text) : text_(text) {}
  virtual ~CellEncoder() = default;
  virtual void Bind(const arrow::Array& column) { column_ = &column; }
  bool IsNull(int64_t row) const;
  virtual void Append(int64_t row, std::string* out) = 0;
  /// True if the value is a text, which may need quotes.
  bool text() const { return text_; }

 protected:
  const arrow::Array* column_ = nullptr;
  bool text_;
};

std::unique_ptr<CellEncoder> MakeCellEncoder(const DataType& type, const CsvDialect& dialect);

class CsvEncoder final : public RecordEncoder {
 public:
  CsvEncoder(const Schema& schema, CsvDialect dialect);
  Status Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) override;

 private:
  bool NeedsQuotes(std::string_view text) const;
  void AppendQuoted(std::string_view text, std::string* out) const;

  CsvDialect dialect_;
  unsigned char safe_from_;
  std::vector<std::unique_ptr<CellEncoder>> cells_;
  std::string cell_;
};

}  // namespace millrace
