// SPDX-License-Identifier: Apache-2.0
// RowOrigins: where the rows of a table's batch came from. A row that leaves the pipeline is told
// with the record it was read from, and can be put in again. Asked seldom, so a description is made
// when it is wanted. Immutable, may be shared between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// A record as it was read. Views are valid as long as the RowOrigins that gave them.
struct RecordOrigin {
  std::string split;     // file, partition
  std::string position;  // "byte 350", "offset 12", "row 7"
  std::optional<std::string_view> raw;
  std::optional<std::string_view> key;
  std::optional<int64_t> timestamp_ms;  // as its carrier says
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

class RowOrigins {
 public:
  virtual ~RowOrigins() = default;
  virtual RecordOrigin Of(int32_t row) const = 0;
};

/// What a connector knows of the records of a chunk beside their bytes. Immutable.
class RecordDetails {
 public:
  virtual ~RecordDetails() = default;
  /// Fills timestamp_ms and headers.
  virtual void Describe(size_t record, RecordOrigin* origin) const = 0;
};

}  // namespace millrace
