// SPDX-License-Identifier: Apache-2.0
// Fuzzes the CSV decoder: any bytes must give valid columns and no crash, and rows that were read
// must read the same after they were written. The first byte chooses the dialect.
#include <arrow/array/array_base.h>

#include <cstdlib>

#include "data/row_format.h"
#include "formats/csv/decoder.h"
#include "formats/csv/encoder.h"

namespace millrace {
namespace {

const Schema& FuzzSchema() {
  static const Schema schema({{"s", DataType::String()},
                              {"i", DataType::Int()},
                              {"u", DataType::String()},
                              {"d", DataType::Double()},
                              {"t", DataType::Timestamp(6)},
                              {"y", DataType::Bytes()}});
  return schema;
}

CsvDialect FuzzDialect(uint8_t choice) {
  CsvDialect dialect;
  if (choice & 1) dialect.escape = '\\';
  if (choice & 2) dialect.null_literal = "NULL";
  if (choice & 4) dialect.delimiter = '\t';
  if (choice & 8) dialect.trim_spaces = true;
  if (choice & 16) dialect.ignore_parse_errors = true;
  if (choice & 32) dialect.allow_comments = true;
  if (choice & 64) dialect.quote.reset();
  return dialect;
}

Batch DecodeAll(const CsvDialect& dialect, std::string text) {
  CsvDecoder decoder(FuzzSchema(), dialect);
  const size_t size = text.size();
  text.append(kDecodePadding, '\0');
  std::vector<RecordSlice> records;
  if (decoder.Frame({text.data(), size}, true, &records) != size) std::abort();
  auto decoded = decoder.Decode({text.data(), size}, records);
  if (!decoded) std::abort();
  for (const auto& column : decoded->batch.columns) {
    if (!column->ValidateFull().ok()) std::abort();
  }
  return decoded->batch;
}

std::string Show(const Batch& batch) {
  std::string shown;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    shown += FormatRow(FuzzSchema(), batch, row) + "\n";
  }
  return shown;
}

}  // namespace
}  // namespace millrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace millrace;
  if (size < 1) return 0;
  const CsvDialect dialect = FuzzDialect(data[0]);
  const Batch batch = DecodeAll(dialect, {reinterpret_cast<const char*>(data) + 1, size - 1});
  // The plain dialect brings everything through.
  if (dialect.delimiter != ',' || !dialect.quote || dialect.escape) return 0;
  CsvDialect plain;
  plain.null_literal = "\x01null";
  // A text that is the literal reads as NULL in any CSV.
  if (Show(batch).find(*plain.null_literal) != std::string::npos) return 0;
  CsvEncoder encoder(FuzzSchema(), plain);
  std::string out;
  std::vector<size_t> ends;
  if (!encoder.Encode(batch, &out, &ends)) std::abort();
  std::string lines;
  size_t begin = 0;
  for (const size_t end : ends) {
    lines += out.substr(begin, end - begin) + "\n";
    begin = end;
  }
  // A field that begins with a byte order mark or ends in a carriage return is cut when read.
  if (lines.find("\xEF\xBB\xBF") != std::string::npos) return 0;
  if (Show(DecodeAll(plain, lines)) != Show(batch)) std::abort();
  return 0;
}
