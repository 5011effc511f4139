// SPDX-License-Identifier: Apache-2.0
// Samples: the records that a proposal is made from, in the form their format would decode, and
// beside it as values whose types are to be guessed. What they look like is found from the bytes:
// JSON (lines, one array, objects over several lines), CSV (delimiter, quotes, header) or plain
// text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "assistants/infer/sample_value.h"
#include "formats/format.h"

namespace millrace {

enum class HeaderChoice { kAuto, kYes, kNo };

struct SampleLimits {
  size_t records_max = 10000;
  size_t bytes_max = 8 << 20;
  HeaderChoice header = HeaderChoice::kAuto;
  std::string delimiter;  // csv; empty = found out
};

struct Samples {
  std::string format;                                        // "json", "csv", "raw"
  std::vector<std::pair<std::string, std::string>> options;  // 'csv.field-delimiter' = ';'
  std::string shape;                                         // "JSON lines", "CSV with a header"
  std::string bytes;  // with the padding that decoders want behind the last record
  std::vector<RecordSlice> records;
  std::vector<SampleValue> values;  // an object per record
  uint64_t broken = 0;              // records that have no such form
  bool has_header = false;          // csv: the first line names the columns
  bool over_lines = false;          // json: records are not one per line, as a file must have them
  bool cut = false;                 // there was more than the limits let in
  std::vector<uint32_t> group_of_record;  // file or partition; empty: all are of one
};

/// Records from the beginning of a file or of standard input. `whole`: nothing follows.
Samples ReadSamples(std::string_view bytes, bool whole, const SampleLimits& limits);
/// Records that came one by one (messages of a topic).
Samples ReadMessages(const std::vector<std::string>& messages, const SampleLimits& limits);

/// Says which records came from which file or partition: order in time counts within each only.
/// `ends` are the byte offsets at which each of them ends.
void SetGroups(const std::vector<size_t>& ends, Samples* samples);

}  // namespace millrace
