// SPDX-License-Identifier: Apache-2.0
// Event time of rows: a rowtime column of any timestamp unit read as milliseconds.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <optional>

#include "data/batch.h"

namespace millrace {

/// Reads a TIMESTAMP or TIMESTAMP_LTZ column as milliseconds, rounded down. Borrows the column.
class EventTimeReader {
 public:
  explicit EventTimeReader(const arrow::Array& column);

  /// NULL is nullopt: a row without event time, which fails the job or goes to the dead letters.
  std::optional<EventTime> operator[](int64_t row) const;
  /// As above, for a row known not to be NULL.
  EventTime time(int64_t row) const;

 private:
  const arrow::Array* column_;
  const int64_t* ticks_;
  int64_t ticks_per_milli_;
};

}  // namespace millrace
