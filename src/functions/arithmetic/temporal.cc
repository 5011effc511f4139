// SPDX-License-Identifier: Apache-2.0
// DATE, TIME and TIMESTAMP plus or minus an interval. Months go by the calendar (the last day of a
// shorter month); a DATE moves by the whole days of an interval; a TIME stays within its day.
// TIMESTAMP_LTZ moves in UTC, as in Flink. Fractions of an interval stay, whatever the precision of
// the point (as in Flink).
#include "base/check.h"
#include "data/time/calendar.h"
#include "functions/arithmetic/kernels.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

/// A kernel over (point, interval) whatever the order of the arguments; `sign` is -1 for minus.
template <typename Point, typename Interval, typename Op>
ScalarKernel PointKernel(bool interval_first, Op op) {
  if (interval_first) {
    return VectorBinaryKernel<Point, Interval, Point>(
        [op](Interval interval, Point point) { return op(point, interval); });
  }
  return VectorBinaryKernel<Point, Point, Interval>(op);
}

/// Multiplies and adds with wrap-around: rows under NULL hold anything.
int64_t MoveTicks(int64_t ticks, int64_t interval, int64_t factor) {
  return static_cast<int64_t>(static_cast<uint64_t>(ticks) +
                              static_cast<uint64_t>(interval) * static_cast<uint64_t>(factor));
}

/// Keeps the calendar within years that int64 microseconds can hold, so that garbage cannot
/// overflow.
int64_t MonthsLater(int64_t days, int64_t months) {
  constexpr int64_t kFar = 200'000'000;
  if (days > kFar || days < -kFar) return days;
  return AddMonths(days, months);
}

ScalarKernel DatePlus(const DataType& interval, int64_t sign, bool first) {
  if (interval.kind() == TypeKind::kIntervalYearMonth) {
    return PointKernel<int32_t, int32_t>(first, [sign](int32_t days, int32_t months) {
      return static_cast<int32_t>(MonthsLater(days, sign * months));
    });
  }
  return PointKernel<int32_t, int64_t>(first, [sign](int32_t days, int64_t milliseconds) {
    return static_cast<int32_t>(days + sign * (milliseconds / kMillisPerDay));
  });
}

ScalarKernel TimePlus(const DataType& interval, int64_t sign, bool first) {
  if (interval.kind() == TypeKind::kIntervalYearMonth) {
    return PointKernel<int32_t, int32_t>(first, [](int32_t time, int32_t) { return time; });
  }
  return PointKernel<int32_t, int64_t>(first, [sign](int32_t time, int64_t milliseconds) {
    return static_cast<int32_t>(
        FloorMod(time + sign * (milliseconds % kMillisPerDay), kMillisPerDay));
  });
}

ScalarKernel TimestampPlusMonths(int precision, int64_t sign, bool first) {
  const int64_t per_day = TimestampTicksPerSecond(precision) * kSecondsPerDay;
  return PointKernel<int64_t, int32_t>(first, [sign, per_day](int64_t ticks, int32_t months) {
    const int64_t days = FloorDiv(ticks, per_day);
    return MoveTicks(ticks, MonthsLater(days, sign * months) - days, per_day);
  });
}

/// Nanoseconds end in 2262, so their sums are checked; the other units cannot leave 64 bits in
/// practice.
ScalarKernel NanosecondsPlus(int64_t sign, bool first) {
  constexpr int64_t kFactor = 1'000'000;
  const auto move = [sign](auto& out, int64_t ticks, int64_t milliseconds) {
    int64_t delta;
    int64_t moved;
    if (__builtin_mul_overflow(milliseconds, sign * kFactor, &delta) ||
        __builtin_add_overflow(ticks, delta, &moved)) {
      return out.Fail(kValueTooLarge, "a TIMESTAMP(9) ends in 2262");
    }
    out.Set(moved);
  };
  if (first) {
    return RowKernel<int64_t, int64_t, int64_t>(
        [move](auto& out, int64_t interval, int64_t point) { move(out, point, interval); });
  }
  return RowKernel<int64_t, int64_t, int64_t>(move);
}

ScalarKernel TimestampPlus(const DataType& point, const DataType& interval, int64_t sign,
                           bool first) {
  if (interval.kind() == TypeKind::kIntervalYearMonth) {
    return TimestampPlusMonths(point.precision(), sign, first);
  }
  const int64_t per_second = TimestampTicksPerSecond(point.precision());
  if (per_second == 1'000'000'000) return NanosecondsPlus(sign, first);
  const int64_t factor = sign * (per_second / 1000);
  return PointKernel<int64_t, int64_t>(first, [factor](int64_t ticks, int64_t milliseconds) {
    return MoveTicks(ticks, milliseconds, factor);
  });
}

}  // namespace

ScalarKernel PointPlusInterval(ArithmeticOp op, const DataType& point, const DataType& interval,
                               bool interval_first) {
  const int64_t sign = op == ArithmeticOp::kSubtract ? -1 : 1;
  switch (point.kind()) {
    case TypeKind::kDate: return DatePlus(interval, sign, interval_first);
    case TypeKind::kTime: return TimePlus(interval, sign, interval_first);
    default:
      CHECK(point.is_timestamp());
      return TimestampPlus(point, interval, sign, interval_first);
  }
}

}  // namespace millrace
