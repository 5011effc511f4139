// SPDX-License-Identifier: Apache-2.0
// CsvDialect: how fields stand in a line, and CsvReader, which takes a line apart.
//
// The rules are those of the Jackson reader that Flink uses: a quote counts only at the very start
// of a field (behind blanks with trim-spaces), blanks may follow the closing one, a quoted field
// may hold line feeds, `""` is a quote.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "data/options.h"

namespace millrace {

struct CsvDialect {
  char delimiter = ',';
  std::optional<char> quote = '"';
  std::optional<char> escape;
  std::string array_delimiter = ";";
  std::optional<std::string> null_literal;
  bool allow_comments = false;
  bool trim_spaces = false;
  bool empty_as_null = false;
  bool ignore_parse_errors = false;
  bool fail_on_missing_columns = false;
  bool ignore_trailing_unmappable = false;
  bool allow_trailing_comma = true;
  bool scientific_decimals = true;
};

Result<CsvDialect> ReadCsvDialect(const Options& options);

/// Walks the fields of one record. Fields without escapes point into the record.
class CsvReader {
 public:
  CsvReader(const CsvDialect& dialect, std::string_view record, std::string* scratch)
      : dialect_(dialect), record_(record), scratch_(scratch) {}

  /// The next field; false at the end of the record or for a broken field (see error()).
  bool Next(std::string_view* field);
  /// What is wrong, or empty.
  const std::string& error() const { return error_; }
  /// Byte position of the field returned last.
  size_t field_start() const { return field_start_; }
  /// Byte position of the end of the field returned last.
  size_t position() const { return at_; }

  /// The end of the record that starts at `begin`: its line feed, outside quotes. npos without one.
  static size_t FindEnd(const CsvDialect& dialect, std::string_view bytes, size_t begin);

 private:
  bool Quoted(std::string_view* field);
  std::string_view Unquoted();
  char Unescape(char c) const;
  bool Fail(std::string reason);

  const CsvDialect& dialect_;
  std::string_view record_;
  std::string* scratch_;
  std::string error_;
  size_t at_ = 0;
  size_t field_start_ = 0;
  bool started_ = false;
};

}  // namespace millrace
