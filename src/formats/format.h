// SPDX-License-Identifier: Apache-2.0
// Format: bytes <-> batches. Never opens a socket or a file; the connector brings the bytes.
//
// Record formats (json, csv, raw) decode byte records in bulk and encode one record per row. File
// formats (parquet) own a whole file's layout and work over Arrow's file interfaces.
#pragma once

#include <arrow/io/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/batch.h"
#include "data/options.h"
#include "data/schema.h"

namespace millrace {

/// Readable bytes that every buffer handed to a decoder has behind its last byte.
constexpr size_t kDecodePadding = 64;

struct RecordSlice {
  uint32_t offset = 0;
  uint32_t length = 0;
};

/// One record that could not be decoded. `record` indexes the decoded slices.
struct DecodeError {
  uint32_t record = 0;
  std::string
      reason;  // one line, says field and position: "field 'amount': expected DOUBLE, found ..."
};

/// What one call decoded. `rows_of_record` is empty when every good record gave exactly one row.
struct Decoded {
  Batch batch;                          // columns of the decoder's schema; row order = record order
  std::vector<DecodeError> errors;      // ascending; these records gave no row
  std::vector<uint32_t> record_of_row;  // source record of each row
  uint64_t skipped = 0;  // records dropped by ignore-parse-errors, header or comment lines
};

/// Thread-compatible: one per source shard.
class RecordDecoder {
 public:
  virtual ~RecordDecoder() = default;
  /// Finds complete records in a stream of bytes (files): appends their slices (without delimiter)
  /// and returns how many bytes were consumed. With `at_end` the rest is the last record.
  virtual size_t Frame(std::string_view bytes, bool at_end, std::vector<RecordSlice>* records) = 0;
  /// Decodes at most kMaxBatchRows records. `bytes` has kDecodePadding readable bytes behind it.
  virtual Result<Decoded> Decode(std::string_view bytes, std::span<const RecordSlice> records) = 0;
};

class RecordEncoder {
 public:
  virtual ~RecordEncoder() = default;
  /// Appends one record per row to `out` and the end offset of each to `ends`. No delimiter.
  virtual Status Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) = 0;
  /// Bytes between records in a file ("\n"), and bytes that start a file (csv header; empty).
  virtual std::string_view delimiter() const { return "\n"; }
};

class FileReader {
 public:
  virtual ~FileReader() = default;
  /// Next batch of at most kMaxBatchRows rows; num_rows 0 = end. Position counts rows from the
  /// start.
  virtual Result<Batch> Next() = 0;
  virtual Status SeekToRow(uint64_t row) = 0;
};

class FileWriter {
 public:
  virtual ~FileWriter() = default;
  virtual Status Write(const Batch& batch) = 0;
  virtual Status Finish() = 0;
  virtual uint64_t bytes_written() const = 0;
};

class Format {
 public:
  virtual ~Format() = default;
  virtual std::string_view name() const = 0;
  /// Keys without the format's prefix ("ignore-parse-errors"); the catalog adds "json.".
  virtual std::vector<OptionSpec> options() const = 0;
  virtual bool is_file_format() const { return false; }
  /// MR0505 for a column type the format cannot carry, or bad option combinations.
  virtual Status CheckSchema(const Schema& schema, const Options& options,
                             bool for_write) const = 0;
  virtual Result<std::unique_ptr<RecordDecoder>> MakeDecoder(const Schema& schema,
                                                             const Options& options) const;
  virtual Result<std::unique_ptr<RecordEncoder>> MakeEncoder(const Schema& schema,
                                                             const Options& options) const;
  virtual Result<std::unique_ptr<FileReader>> MakeFileReader(
      std::shared_ptr<arrow::io::RandomAccessFile> file, const Schema& schema,
      const Options& options) const;
  virtual Result<std::unique_ptr<FileWriter>> MakeFileWriter(
      std::shared_ptr<arrow::io::OutputStream> file, const Schema& schema,
      const Options& options) const;
  /// True if fields are found by name, so that a decoder or file reader may be made for some of the
  /// columns only; false (csv): it is always made for all physical columns.
  virtual bool decodes_by_name() const { return false; }
  /// What a message without a value gives: a row of NULLs (raw), or nothing.
  virtual bool null_message_is_row() const { return false; }
  /// Changelog formats decode and encode other kinds than inserts (debezium-json).
  virtual ChangelogMode changelog_mode() const { return ChangelogMode::InsertOnly(); }
};

class FormatRegistry {
 public:
  void Register(std::unique_ptr<Format> format);
  const Format* Find(std::string_view name) const;
  std::vector<std::string> Names() const;

 private:
  std::vector<std::unique_ptr<Format>> formats_;
};

/// formats/builtin.cc
void RegisterBuiltinFormats(FormatRegistry* registry);

}  // namespace millrace
