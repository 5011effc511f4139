// SPDX-License-Identifier: Apache-2.0
#include "functions/time/local_point.h"

namespace millrace {

LocalPoint LocalPointOf(const DataType& type, int64_t value, const TimeZone& zone) {
  switch (type.kind()) {
    case TypeKind::kDate: return {value, 0};
    case TypeKind::kTime: return {0, value * 1'000'000};
    default: break;
  }
  const int64_t per_second = TimestampTicksPerSecond(type.precision());
  int64_t seconds = FloorDiv(value, per_second);
  const int64_t fraction = FloorMod(value, per_second) * (1'000'000'000 / per_second);
  if (type.kind() == TypeKind::kTimestampLtz) seconds = zone.ToLocal(seconds);
  return {FloorDiv(seconds, kSecondsPerDay),
          FloorMod(seconds, kSecondsPerDay) * 1'000'000'000 + fraction};
}

int64_t ValueOfLocalPoint(const DataType& type, LocalPoint point, const TimeZone& zone) {
  switch (type.kind()) {
    case TypeKind::kDate: return point.days;
    case TypeKind::kTime: return point.nanos_of_day / 1'000'000;
    default: break;
  }
  const int64_t per_second = TimestampTicksPerSecond(type.precision());
  int64_t seconds = point.days * kSecondsPerDay + point.seconds_of_day();
  if (type.kind() == TypeKind::kTimestampLtz) seconds = zone.ToUtc(seconds);
  const int64_t fraction = point.nanos_of_day % 1'000'000'000 / (1'000'000'000 / per_second);
  // Wraps for nanoseconds beyond 2262 rather than overflow.
  return static_cast<int64_t>(static_cast<uint64_t>(seconds) * static_cast<uint64_t>(per_second) +
                              static_cast<uint64_t>(fraction));
}

}  // namespace millrace
