// SPDX-License-Identifier: Apache-2.0
#include "functions/time/datetime_difference.h"

#include "functions/kernel_support.h"
#include "functions/time/local_point.h"
#include "functions/time/month_difference.h"
#include "functions/time/unit.h"

namespace millrace {
namespace {

constexpr const char* kDatetimeDifferenceAccepted =
    "(point - point) unit, both dates or timestamps, or both times";

/// Both points in milliseconds: TIME as int32, all else as int64.
template <typename Point>
ScalarKernel DifferenceKernel(bool months) {
  if (months) {
    return RowKernel<int32_t, Point, Point>(
        [](auto& out, Point a, Point b) { out.Set(static_cast<int32_t>(MonthsBetween(b, a))); });
  }
  return RowKernel<int64_t, Point, Point>([](auto& out, Point a, Point b) {
    out.Set(static_cast<int64_t>(a) - static_cast<int64_t>(b));
  });
}

}  // namespace

Result<ResolvedCall> ResolveDatetimeDifference(const CallSite& site) {
  if (site.args.size() != 2) return WrongArgumentCount("-", site, kDatetimeDifferenceAccepted);
  const DataType& left = site.args[0].type;
  const DataType& right = site.args[1].type;
  const bool time = left.kind() == TypeKind::kTime;
  const bool ltz = left.kind() == TypeKind::kTimestampLtz;
  const bool mixed =
      time != (right.kind() == TypeKind::kTime) || ltz != (right.kind() == TypeKind::kTimestampLtz);
  const auto unit = FindTimeUnit(site.options[0]);
  if (!IsPoint(left) || !IsPoint(right) || mixed || !unit)
    return NoSignature("-", site, kDatetimeDifferenceAccepted);
  const bool months = *unit <= TimeUnit::kMonth;
  const DataType point = time  ? DataType::Time(3)
                         : ltz ? DataType::TimestampLtz(3)
                               : DataType::Timestamp(3);
  const DataType interval = months ? DataType::IntervalYearMonth() : DataType::IntervalDayTime();
  return ResolvedCall{interval.Nullable(AnyNullable(site)),
                      {point.Nullable(left.nullable()), point.Nullable(right.nullable())},
                      time ? DifferenceKernel<int32_t>(months) : DifferenceKernel<int64_t>(months),
                      false};
}

}  // namespace millrace
