// SPDX-License-Identifier: Apache-2.0
// A DATE, TIME, TIMESTAMP or TIMESTAMP_LTZ value as a calendar day and a time of day, in local
// time.
#pragma once

#include "data/data_type.h"
#include "data/time/calendar.h"
#include "data/time/time_zone.h"
#include "functions/row_kernel.h"
#include "functions/session_zone.h"

namespace millrace {

struct LocalPoint {
  int64_t days = 0;          // since 1970-01-01; 0 for a TIME
  int64_t nanos_of_day = 0;  // 0 for a DATE

  int64_t seconds_of_day() const { return nanos_of_day / 1'000'000'000; }
};

inline bool IsPoint(const DataType& type) {
  return type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime || type.is_timestamp();
}

/// A value of the type as its column stores it; TIMESTAMP_LTZ is moved into the zone.
LocalPoint LocalPointOf(const DataType& type, int64_t value, const TimeZone& zone);
/// The way back, to the same type.
int64_t ValueOfLocalPoint(const DataType& type, LocalPoint point, const TimeZone& zone);

/// A kernel over points of `type` in its first argument: f(out, LocalPoint). Out is the result's
/// value type.
template <typename Out, typename F>
ScalarKernel PointKernel(const DataType& type, F f) {
  return [type, f](KernelContext& ctx, const Arguments& args, int64_t length) {
    const TimeZone& zone = SessionZone(ctx);
    const auto row = [&](auto& out, auto value) { f(out, LocalPointOf(type, value, zone)); };
    if (type.is_timestamp()) return MapRows<Out, int64_t>(ctx, args, length, row);
    return MapRows<Out, int32_t>(ctx, args, length, row);
  };
}

/// A kernel that moves points of `type` to other points of `type`: f(LocalPoint) -> LocalPoint.
template <typename F>
ScalarKernel PointToPointKernel(const DataType& type, F f) {
  return [type, f](KernelContext& ctx, const Arguments& args, int64_t length) {
    const TimeZone& zone = SessionZone(ctx);
    const auto row = [&](auto& out, auto value) {
      const LocalPoint moved = f(LocalPointOf(type, value, zone));
      out.Set(static_cast<decltype(value)>(ValueOfLocalPoint(type, moved, zone)));
    };
    if (type.is_timestamp()) return MapRows<int64_t, int64_t>(ctx, args, length, row);
    return MapRows<int32_t, int32_t>(ctx, args, length, row);
  };
}

}  // namespace millrace
