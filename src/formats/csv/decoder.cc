// SPDX-License-Identifier: Apache-2.0
#include "formats/csv/decoder.h"

#include <arrow/array/util.h>
#include <arrow/util/utf8.h>

#include <algorithm>

namespace millrace {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kFoundMax = 40;

}  // namespace

CsvDecoder::CsvDecoder(const Schema& schema, CsvDialect dialect)
    : dialect_(std::move(dialect)), names_(schema.names()) {
  for (const Column& column : schema) {
    cells_.push_back(MakeCellDecoder(column.type, dialect_));
    const TypeKind kind = column.type.kind();
    nested_.push_back(kind == TypeKind::kArray || kind == TypeKind::kRow);
  }
}

size_t CsvDecoder::Frame(std::string_view bytes, bool at_end, std::vector<RecordSlice>* records) {
  size_t begin = 0;
  while (begin < bytes.size()) {
    size_t end = CsvReader::FindEnd(dialect_, bytes, begin);
    if (end == std::string_view::npos) {
      const size_t line_end = bytes.find('\n', begin);
      const bool unclosed = line_end != std::string_view::npos;
      if (!at_end && (!unclosed || bytes.size() - begin < kMaxQuotedRecord)) break;
      end = unclosed ? line_end : bytes.size();
    }
    const size_t cut = end > begin && bytes[end - 1] == '\r' ? end - 1 : end;
    records->push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(cut - begin)});
    begin = std::min(end + 1, bytes.size());
  }
  return begin;
}

Result<Decoded> CsvDecoder::Decode(std::string_view bytes, std::span<const RecordSlice> records) {
  Decoded decoded;
  int64_t rows = 0;
  for (const auto& cell : cells_) cell->column()->Reserve(static_cast<int64_t>(records.size()));
  decoded.record_of_row.reserve(records.size());
  const bool valid = arrow::util::ValidateUTF8(bytes);
  for (size_t i = 0; i < records.size(); ++i) {
    std::string_view record = bytes.substr(records[i].offset, records[i].length);
    if (record.starts_with(kByteOrderMark)) record.remove_prefix(kByteOrderMark.size());
    if (dialect_.allow_comments && IsComment(record)) {
      ++decoded.skipped;
      continue;
    }
    bool good = valid || arrow::util::ValidateUTF8(record);
    if (!good) reason_ = "invalid UTF-8";
    if (good && DecodeRecord(record)) {
      ++rows;
      decoded.record_of_row.push_back(static_cast<uint32_t>(i));
      continue;
    }
    for (const auto& cell : cells_) {
      if (cell->column()->length() > rows) cell->column()->Truncate(rows);
    }
    if (dialect_.ignore_parse_errors) {
      ++decoded.skipped;
    } else {
      decoded.errors.push_back({.record = static_cast<uint32_t>(i), .reason = reason_});
    }
  }
  decoded.batch.num_rows = rows;
  for (const auto& cell : cells_) {
    decoded.batch.columns.push_back(arrow::MakeArray(cell->column()->Finish()));
  }
  return decoded;
}

/// With allow-comments, empty lines count as comments too, as in Flink.
bool CsvDecoder::IsComment(std::string_view record) const {
  const size_t start = record.find_first_not_of(" \t");
  return record.empty() || (start != std::string_view::npos && record[start] == '#');
}

bool CsvDecoder::DecodeRecord(std::string_view record) {
  CsvReader reader(dialect_, record, &scratch_);
  std::string_view text;
  size_t fields = 0;
  for (; fields < cells_.size() && reader.Next(&text); ++fields) {
    if (!DecodeField(fields, text, reader.field_start())) return false;
  }
  return FinishRow(&reader, fields);
}

bool CsvDecoder::DecodeField(size_t column, std::string_view text, size_t position) {
  CellDecoder& cell = *cells_[column];
  // As in Flink: in an ARRAY or ROW the literal stands for an element, also where it is the only
  // one.
  if ((dialect_.null_literal && *dialect_.null_literal == text && !nested_[column]) ||
      (dialect_.empty_as_null && text.empty())) {
    cell.column()->AppendNull();
    return true;
  }
  if (cell.Decode(text)) [[likely]]
    return true;
  if (dialect_.ignore_parse_errors) {
    cell.column()->AppendNull();
    return true;
  }
  reason_ = "field '" + names_[column] + "': expected " + cell.expected() + ", found \"" +
            std::string(text.substr(0, kFoundMax)) + (text.size() > kFoundMax ? "..." : "") +
            "\" at byte " + std::to_string(position);
  return false;
}

bool CsvDecoder::FinishRow(CsvReader* reader, size_t fields) {
  std::string_view text;
  size_t extra = 0;
  bool extra_is_empty = false;
  while (fields == cells_.size() && reader->Next(&text)) {
    ++extra;
    extra_is_empty = text.empty();
  }
  if (!reader->error().empty()) {
    reason_ = reader->error();
    return false;
  }
  const bool trailing_comma = extra == 1 && extra_is_empty && dialect_.allow_trailing_comma;
  if (extra > 0 && !trailing_comma && !dialect_.ignore_trailing_unmappable) {
    reason_ = "expected " + std::to_string(cells_.size()) + " fields, found " +
              std::to_string(fields + extra);
    return false;
  }
  if (fields < cells_.size() &&
      (!dialect_.ignore_parse_errors || dialect_.fail_on_missing_columns)) {
    reason_ =
        "expected " + std::to_string(cells_.size()) + " fields, found " + std::to_string(fields);
    return false;
  }
  for (; fields < cells_.size(); ++fields) cells_[fields]->column()->AppendNull();
  return true;
}

}  // namespace millrace
