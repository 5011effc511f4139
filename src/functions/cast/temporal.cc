// SPDX-License-Identifier: Apache-2.0
// Casts to DATE, TIME, TIMESTAMP and TIMESTAMP_LTZ. Every source is read as a point in time, local
// or UTC, moved through the session's zone if the two sides differ in that, and written in the
// target's unit. Precision is cut downwards, also before 1970 (Flink cuts towards 1970 there).
#include "base/check.h"
#include "data/time/calendar.h"
#include "data/time/time_parse.h"
#include "functions/cast/cast.h"
#include "functions/kernel_support.h"
#include "functions/session_zone.h"

namespace millrace {
namespace {

int32_t CutTime(int32_t milliseconds, int precision) {
  const int32_t step = precision == 0 ? 1000 : precision == 1 ? 100 : precision == 2 ? 10 : 1;
  return milliseconds / step * step;
}

/// Reads a value of a temporal type as a point in time.
TimePoint PointOf(const DataType& type, int64_t value) {
  switch (type.kind()) {
    case TypeKind::kDate: return {value * kSecondsPerDay, 0};
    case TypeKind::kTime: return {value / 1000, static_cast<int32_t>(value % 1000 * 1'000'000)};
    default: {
      const int64_t per_second = TimestampTicksPerSecond(type.precision());
      return {FloorDiv(value, per_second),
              static_cast<int32_t>(FloorMod(value, per_second) * (1'000'000'000 / per_second))};
    }
  }
}

TimePoint MoveThroughZone(TimePoint time, const DataType& from, const DataType& to,
                          const TimeZone& zone) {
  const bool from_utc = from.kind() == TypeKind::kTimestampLtz;
  const bool to_utc = to.kind() == TypeKind::kTimestampLtz;
  if (from_utc && !to_utc) time.seconds = zone.ToLocal(time.seconds);
  if (!from_utc && to_utc) time.seconds = zone.ToUtc(time.seconds);
  return time;
}

template <typename Out>
void SetTicks(Out& out, TimePoint time, const DataType& to, CastFailure failure) {
  if (const auto ticks = TicksOf(time, to.precision())) return out.Set(*ticks);
  if (failure == CastFailure::kNull) return out.Null();
  out.Fail(kValueTooLarge, "a time outside the range of " + to.Nullable().ToString() +
                               " (nanoseconds reach from 1677 to 2262)");
}

template <typename Out>
void SetPoint(Out& out, TimePoint time, const DataType& to, CastFailure failure) {
  if constexpr (std::is_same_v<Out, FixedWriter<int32_t>>) {
    if (to.kind() == TypeKind::kDate) {
      return out.Set(static_cast<int32_t>(FloorDiv(time.seconds, kSecondsPerDay)));
    }
    const auto in_day = static_cast<int32_t>(FloorMod(time.seconds, kSecondsPerDay));
    out.Set(CutTime(in_day * 1000 + time.nanos / 1'000'000, to.precision()));
  } else {
    SetTicks(out, time, to, failure);
  }
}

template <typename To, typename From>
ScalarKernel PointKernel(const DataType& from, const DataType& to, CastFailure failure) {
  return [from, to, failure](KernelContext& ctx, const Arguments& args, int64_t length) {
    const TimeZone& zone = SessionZone(ctx);
    return MapRows<To, From>(ctx, args, length, [&](auto& out, From value) {
      SetPoint(out, MoveThroughZone(PointOf(from, value), from, to, zone), to, failure);
    });
  };
}

bool IsInt32(const DataType& type) {
  return type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime;
}

}  // namespace

ScalarKernel TextToTemporal(const DataType& to, CastFailure failure) {
  if (to.kind() == TypeKind::kDate) {
    return RowKernel<int32_t, std::string_view>([to, failure](auto& out, std::string_view text) {
      const auto days = ParseDateText(text);
      days ? out.Set(*days) : FailCast(out, failure, text, to);
    });
  }
  if (to.kind() == TypeKind::kTime) {
    return RowKernel<int32_t, std::string_view>([to, failure](auto& out, std::string_view text) {
      const auto time = ParseTimeText(text);
      time ? out.Set(CutTime(*time, to.precision())) : FailCast(out, failure, text, to);
    });
  }
  CHECK(to.is_timestamp());
  return [to, failure](KernelContext& ctx, const Arguments& args, int64_t length) {
    const TimeZone& zone = SessionZone(ctx);
    return MapRows<int64_t, std::string_view>(
        ctx, args, length, [&](auto& out, std::string_view text) {
          const auto time = ParseTimestampText(text);
          if (!time) return FailCast(out, failure, text, to);
          SetTicks(out, MoveThroughZone(*time, DataType::Timestamp(), to, zone), to, failure);
        });
  };
}

ScalarKernel TemporalToTemporal(const DataType& from, const DataType& to, CastFailure failure) {
  if (IsInt32(from)) {
    return IsInt32(to) ? PointKernel<int32_t, int32_t>(from, to, failure)
                       : PointKernel<int64_t, int32_t>(from, to, failure);
  }
  return IsInt32(to) ? PointKernel<int32_t, int64_t>(from, to, failure)
                     : PointKernel<int64_t, int64_t>(from, to, failure);
}

}  // namespace millrace
