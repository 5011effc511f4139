// SPDX-License-Identifier: Apache-2.0
// PostedRows: the records in the body of a request. Where one record ends and the next begins is
// found here; whether a record is right, the table's decoder says. Not trusted: every byte may be
// anything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/format.h"

namespace millrace {

/// What a Content-Type says about a body.
enum class BodyKind {
  kTable,   // nothing: the table's own format
  kJson,    // one object, or an array of them
  kNdjson,  // one object per line
  kCsv,     // one row per line
  kUnknown,
};

struct BodyType {
  BodyKind kind = BodyKind::kTable;
  bool csv_header = false;      // text/csv; header=present
  bool simple_request = false;  // a type that a page may send to any origin without asking
};

/// "application/json; charset=utf-8" and the like. Charsets other than UTF-8 are kUnknown.
BodyType ParseBodyType(std::string_view content_type);

/// One object: itself; an array: its elements. MR0741 for a broken array, MR0742 for more than
/// `rows_max`.
Result<std::vector<RecordSlice>> SplitJson(std::string_view body, size_t rows_max);
/// Lines that are not blank.
Result<std::vector<RecordSlice>> SplitLines(std::string_view body, size_t rows_max);

}  // namespace millrace
