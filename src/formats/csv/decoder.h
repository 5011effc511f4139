// SPDX-License-Identifier: Apache-2.0
// CsvDecoder: CSV records into columns by position. There is no header, as in Flink.
#pragma once

#include "formats/csv/cell_decoder.h"
#include "formats/format.h"

namespace millrace {

class CsvDecoder final : public RecordDecoder {
 public:
  CsvDecoder(const Schema& schema, CsvDialect dialect);

  /// A quoted field that is not closed within kMaxQuotedRecord bytes makes its first line a bad
  /// record of its own, and framing goes on behind it: one stray quote does not swallow the file.
  size_t Frame(std::string_view bytes, bool at_end, std::vector<RecordSlice>* records) override;
  Result<Decoded> Decode(std::string_view bytes, std::span<const RecordSlice> records) override;

  static constexpr size_t kMaxQuotedRecord = 1 << 20;

 private:
  bool IsComment(std::string_view record) const;
  /// Appends one row; false leaves the reason in `reason_` and the columns to be cut back.
  bool DecodeRecord(std::string_view record);
  bool DecodeField(size_t column, std::string_view text, size_t position);
  bool FinishRow(CsvReader* reader, size_t fields);

  CsvDialect dialect_;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<CellDecoder>> cells_;
  std::vector<bool> nested_;  // by column: ARRAY or ROW
  std::string scratch_;
  std::string reason_;
};

}  // namespace millrace
