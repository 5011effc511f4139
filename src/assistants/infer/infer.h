// SPDX-License-Identifier: Apache-2.0
// Infer: from samples to a CREATE TABLE. The steps: guess types from what is written, decode the
// samples with the format's own decoder and widen what does not fit, look at the decoded columns
// for NULLs, event time and keys, write the statement, compile it, and decode all samples once more
// as the compiled table. So what is proposed was tried.
#pragma once

#include <arrow/io/type_fwd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "assistants/infer/column_profile.h"
#include "assistants/infer/samples.h"
#include "plan/program.h"

namespace millrace {

/// Where the samples came from, and what the table's WITH clause says about that.
struct InferSource {
  std::string title;                                           // "payments.json", "topic payments"
  std::string table;                                           // name of the table, not quoted
  std::vector<std::pair<std::string, std::string>> connector;  // 'connector' = .., 'path' = ..
  Samples samples;                                             // record formats
  /// File formats: the file, and what it is in. Null otherwise.
  const Format* file_format = nullptr;
  std::shared_ptr<arrow::io::RandomAccessFile> file;
  size_t rows_max = 0;
  std::vector<std::string> notes;  // comments above the statement
};

struct InferOptions {
  bool not_null = false;  // NOT NULL for columns that were never NULL
  CompilerOptions compiler;
};

struct Inferred {
  struct EventTime {
    std::string column;       // the one with the WATERMARK
    std::string from;         // the column it is computed from, or the same
    int64_t delay_ms = 0;     // of the watermark
    int64_t disorder_ms = 0;  // as observed
    bool in_order = false;    // no row came behind another
  };

  std::string sql;
  std::string table;
  std::string format;
  std::string shape;  // "JSON lines"
  uint64_t records = 0;
  uint64_t decoded = 0;  // rows of the compiled table
  uint64_t broken = 0;   // records that have no such form, or do not decode
  std::string first_error;
  std::vector<ColumnProfile> columns;
  bool has_event_time = false;
  EventTime event_time;
  std::string key;     // a column that is different in all records; may be empty
  std::string entity;  // a column that records share; may be empty
};

/// MR0904 without a record to look at.
Result<Inferred> InferTable(InferSource source, const InferOptions& options);

/// {"format_version", "sql", "table", "format", "records", "decoded", "columns": [..], ..}
std::string InferredJson(const Inferred& inferred);

/// A table name from a file name or a topic: `payments-2024.json` -> `payments_2024`.
std::string TableNameFrom(std::string_view name);

/// How sure `never NULL` is after n records without one: with 95 % confidence no more than this
/// share of all records (the rule of three), as a text such as "0.3 %".
std::string NullBound(uint64_t records);

}  // namespace millrace
