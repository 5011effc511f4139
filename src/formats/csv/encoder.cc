// SPDX-License-Identifier: Apache-2.0
#include "formats/csv/encoder.h"

#include <arrow/array/array_base.h>

#include <algorithm>

namespace millrace {
namespace {

constexpr size_t kMaxCheckedUnits = 24;

/// Length in UTF-16 units: a character of four bytes has two.
size_t CountUnits(std::string_view text) {
  size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += (byte & 0xC0) != 0x80;
    units += byte >= 0xF0;
  }
  return units;
}

}  // namespace

CsvEncoder::CsvEncoder(const Schema& schema, CsvDialect dialect)
    : dialect_(std::move(dialect)),
      safe_from_(static_cast<unsigned char>(
          std::max({dialect_.delimiter, dialect_.quote.value_or('\0'), '\n'}) + 1)) {
  for (const Column& column : schema) cells_.push_back(MakeCellEncoder(column.type, dialect_));
}

bool CsvEncoder::NeedsQuotes(std::string_view text) const {
  if (text.size() > kMaxCheckedUnits && CountUnits(text) > kMaxCheckedUnits) return true;
  const char escape = dialect_.escape.value_or('\\');
  return std::ranges::any_of(text, [&](char c) {
    return static_cast<unsigned char>(c) < safe_from_ || c == escape || c == *dialect_.quote;
  });
}

void CsvEncoder::AppendQuoted(std::string_view text, std::string* out) const {
  out->push_back(*dialect_.quote);
  for (const char c : text) {
    if (c == *dialect_.quote || c == dialect_.escape) out->push_back(c);
    out->push_back(c);
  }
  out->push_back(*dialect_.quote);
}

Status CsvEncoder::Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) {
  for (size_t i = 0; i < cells_.size(); ++i) cells_[i]->Bind(*batch.columns[i]);
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    for (size_t i = 0; i < cells_.size(); ++i) {
      if (i > 0) out->push_back(dialect_.delimiter);
      if (cells_[i]->IsNull(row)) {
        out->append(dialect_.null_literal.value_or(""));
        continue;
      }
      if (!cells_[i]->text() || !dialect_.quote) {
        cells_[i]->Append(row, out);
        continue;
      }
      cell_.clear();
      cells_[i]->Append(row, &cell_);
      if (NeedsQuotes(cell_)) {
        AppendQuoted(cell_, out);
      } else {
        out->append(cell_);
      }
    }
    ends->push_back(out->size());
  }
  return OkStatus();
}

}  // namespace millrace
