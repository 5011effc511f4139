// SPDX-License-Identifier: Apache-2.0
// ColumnProfile: what the decoded samples say about one column: NULLs, distinct values, and times
// if it could be the event time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/batch.h"
#include "data/schema.h"

namespace millrace {

/// How a column says when something happened.
enum class EventUnit { kNone, kTimestamp, kSeconds, kMillis, kMicros, kNanos };

struct ColumnProfile {
  std::string name;
  DataType type;
  uint64_t rows = 0;
  uint64_t nulls = 0;
  uint64_t distinct = 0;  // values that are not NULL
  EventUnit unit = EventUnit::kNone;
  // Times, if there is a unit and no NULL:
  int64_t first_ms = 0;     // least
  int64_t last_ms = 0;      // greatest
  int64_t disorder_ms = 0;  // furthest that a row came behind the latest one before it
  double in_order = 0;      // share of the rows that did not come behind the one before them
};

/// `groups`: of each row, in which order in time counts; empty: all rows are of one.
std::vector<ColumnProfile> ProfileColumns(const Schema& schema, const std::vector<Batch>& batches,
                                          const std::vector<uint32_t>& groups);

/// Index of the column that is most likely the event time; -1 if none is.
int ChooseEventTime(const std::vector<ColumnProfile>& columns);

/// Index of the column that is different in every row and looks like a key; -1 if none.
int ChooseKey(const std::vector<ColumnProfile>& columns, int event_time);
/// Index of the column that names what the rows are about (card, device); -1 if none.
int ChooseEntity(const std::vector<ColumnProfile>& columns, int event_time);

/// The next round duration that is not less: 1, 2, 5, 10, 15, 30 seconds and minutes, 1, 2, 6, 12
/// hours, days.
int64_t RoundUpDuration(int64_t ms);

}  // namespace millrace
