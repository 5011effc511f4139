// SPDX-License-Identifier: Apache-2.0
#include "data/event_time.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include "base/check.h"
#include "data/time/calendar.h"

namespace millrace {
namespace {

int64_t TicksPerMilli(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::MICRO: return 1000;
    case arrow::TimeUnit::NANO: return 1'000'000;
    default: CHECK(unit == arrow::TimeUnit::MILLI); return 1;
  }
}

}  // namespace

EventTimeReader::EventTimeReader(const arrow::Array& column)
    : column_(&column), ticks_(column.data()->GetValues<int64_t>(1)) {
  CHECK(column.type_id() == arrow::Type::TIMESTAMP);
  ticks_per_milli_ = TicksPerMilli(static_cast<const arrow::TimestampType&>(*column.type()).unit());
}

std::optional<EventTime> EventTimeReader::operator[](int64_t row) const {
  if (column_->IsNull(row)) return std::nullopt;
  return time(row);
}

EventTime EventTimeReader::time(int64_t row) const {
  return ticks_per_milli_ == 1 ? ticks_[row] : FloorDiv(ticks_[row], ticks_per_milli_);
}

}  // namespace millrace
