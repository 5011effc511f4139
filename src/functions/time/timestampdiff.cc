// SPDX-License-Identifier: Apache-2.0
// TIMESTAMPDIFF(unit, from, to): whole units between two points, cut towards zero, as an INT that
// wraps. Months are counted by the calendar. Points are compared at millisecond resolution, as in
// Flink.
#include "functions/kernel_support.h"
#include "functions/time/local_point.h"
#include "functions/time/month_difference.h"
#include "functions/time/register.h"
#include "functions/time/unit.h"

namespace millrace {

int64_t MonthsBetweenDays(int64_t from, int64_t to) {
  if (to < from) return -MonthsBetweenDays(to, from);
  // No month has more than 31 days: the estimate is never too large.
  int64_t months = (to - from) / 31;
  while (AddMonths(from, months) < to && AddMonths(from, months + 1) <= to) ++months;
  return months;
}

int64_t MonthsBetween(int64_t from_ms, int64_t to_ms) {
  const int64_t from_day = FloorDiv(from_ms, kMillisPerDay);
  const int64_t to_day = FloorDiv(to_ms, kMillisPerDay);
  const int64_t months = MonthsBetweenDays(from_day, to_day);
  const bool same_day = AddMonths(from_day, months) == to_day;
  return same_day && FloorMod(to_ms, kMillisPerDay) < FloorMod(from_ms, kMillisPerDay) ? months - 1
                                                                                       : months;
}

namespace {

constexpr const char* kTimestampdiffAccepted = "TIMESTAMPDIFF(unit, point, point)";

int64_t UnitsBetween(TimeUnit unit, int64_t from_ms, int64_t to_ms) {
  const int64_t difference = to_ms - from_ms;
  switch (unit) {
    case TimeUnit::kYear: return MonthsBetween(from_ms, to_ms) / 12;
    case TimeUnit::kQuarter: return MonthsBetween(from_ms, to_ms) / 3;
    case TimeUnit::kMonth: return MonthsBetween(from_ms, to_ms);
    case TimeUnit::kWeek: return difference / (7 * kMillisPerDay);
    case TimeUnit::kDay: return difference / kMillisPerDay;
    case TimeUnit::kHour: return difference / 3'600'000;
    case TimeUnit::kMinute: return difference / 60'000;
    case TimeUnit::kSecond: return difference / 1000;
    case TimeUnit::kMillisecond: return difference;
    default: return static_cast<int64_t>(static_cast<uint64_t>(difference) * 1000);  // microseconds
  }
}

bool IsDifferenceUnit(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kYear:
    case TimeUnit::kQuarter:
    case TimeUnit::kMonth:
    case TimeUnit::kWeek:
    case TimeUnit::kDay:
    case TimeUnit::kHour:
    case TimeUnit::kMinute:
    case TimeUnit::kSecond:
    case TimeUnit::kMillisecond:
    case TimeUnit::kMicrosecond: return true;
    default: return false;
  }
}

/// The type in which both points are compared; nullopt for kinds that do not mix.
std::optional<DataType> SharedPointType(const DataType& from, const DataType& to) {
  const bool ltz = from.kind() == TypeKind::kTimestampLtz;
  if (ltz != (to.kind() == TypeKind::kTimestampLtz)) return std::nullopt;
  const bool time = from.kind() == TypeKind::kTime;
  if (time != (to.kind() == TypeKind::kTime)) return std::nullopt;
  if (time) return DataType::Time(3);
  return ltz ? DataType::TimestampLtz(3) : DataType::Timestamp(3);
}

Result<ResolvedCall> ResolveTimestampdiff(const CallSite& site) {
  if (site.args.size() != 2)
    return WrongArgumentCount("TIMESTAMPDIFF", site, kTimestampdiffAccepted);
  const auto unit = site.options.empty() ? std::nullopt : FindTimeUnit(site.options[0]);
  if (!unit || !IsDifferenceUnit(*unit)) {
    return UserError("MR0301", "TIMESTAMPDIFF: unknown unit",
                     "accepted: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, "
                     "MILLISECOND, MICROSECOND");
  }
  const DataType& from = site.args[0].type;
  const DataType& to = site.args[1].type;
  const auto shared = IsPoint(from) && IsPoint(to) ? SharedPointType(from, to) : std::nullopt;
  if (!shared) return NoSignature("TIMESTAMPDIFF", site, kTimestampdiffAccepted);
  const auto count = [unit = *unit](auto& out, int64_t a, int64_t b) {
    out.Set(static_cast<int32_t>(UnitsBetween(unit, a, b)));
  };
  ScalarKernel kernel = shared->kind() == TypeKind::kTime
                            ? RowKernel<int32_t, int32_t, int32_t>(count)
                            : RowKernel<int32_t, int64_t, int64_t>(count);
  return ResolvedCall{DataType::Int().Nullable(AnyNullable(site)),
                      {shared->Nullable(from.nullable()), shared->Nullable(to.nullable())},
                      std::move(kernel)};
}

}  // namespace

void RegisterTimestampDiff(FunctionRegistry* registry) {
  ScalarFunction function;
  function.name = "TIMESTAMPDIFF";
  function.doc = {"time", kTimestampdiffAccepted,
                  "The number of whole units from the first to the second.",
                  "TIMESTAMPDIFF(DAY, DATE '2024-02-28', DATE '2024-03-01')", "2"};
  function.resolve = ResolveTimestampdiff;
  registry->Register(std::move(function));
}

}  // namespace millrace
