// SPDX-License-Identifier: Apache-2.0
// CsvSniffer: how a text is cut into fields, found from the text itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace millrace {

struct CsvRecord {
  RecordSlice slice;
  std::vector<std::string> cells;  // without quotes
};

/// Cuts a text into records, quotes as in RFC 4180. Without `whole` an unfinished last record is
/// left out.
std::vector<CsvRecord> CutCsv(std::string_view text, char delimiter, bool whole,
                              size_t records_max);

/// The one of `,` `;` tab `|` that gives the same number of fields, at least two, in nearly all
/// records; nullopt: this is not CSV.
std::optional<char> FindDelimiter(std::string_view text, bool whole);

/// Whether the first record names the columns: its cells are different, not empty, no numbers or
/// times, none of them comes again below itself, and below at least one there are numbers or times.
/// A file of nothing but texts has no header that could be told from a record.
bool LooksLikeHeader(const std::vector<CsvRecord>& records);

}  // namespace millrace
