// SPDX-License-Identifier: Apache-2.0
// FLOOR and CEIL: of numbers, and of points in time TO a unit. Weeks begin on Sunday, centuries in
// year 1 of them. TIMESTAMP_LTZ goes by the local calendar, also on days with a change of the
// clock.
#include <cmath>

#include "functions/kernel_support.h"
#include "functions/math/visit_number.h"
#include "functions/time/local_point.h"
#include "functions/time/register.h"
#include "functions/time/unit.h"

namespace millrace {
namespace {

constexpr int64_t kDayNanos = kSecondsPerDay * 1'000'000'000;

/// FLOOR or CEIL of a DECIMAL to DECIMAL(p, 0).
Int128 WholeDecimal(Int128 value, Int128 unit, bool ceil) {
  const Int128 quotient = value / unit;
  const Int128 rest = value % unit;
  if (rest == 0) return quotient;
  if (ceil) return rest > 0 ? quotient + 1 : quotient;
  return rest < 0 ? quotient - 1 : quotient;
}

Result<arrow::Datum> ReturnArgument(KernelContext&, const Arguments& args, int64_t) {
  return args[0];
}

ScalarKernel NumberKernel(const DataType& type, bool ceil) {
  return VisitNumber(type, [&]<typename T>() -> ScalarKernel {
    if constexpr (std::is_floating_point_v<T>) {
      if (ceil) return VectorUnaryKernel<T, T>([](T value) { return std::ceil(value); });
      return VectorUnaryKernel<T, T>([](T value) { return std::floor(value); });
    } else if constexpr (sizeof(T) == sizeof(Int128)) {
      return RowKernel<T, T>([unit = PowerOfTen(type.scale()), ceil](auto& out, T value) {
        out.Set(WholeDecimal(value, unit, ceil));
      });
    } else {
      return ReturnArgument;
    }
  });
}

/// The first day of the unit that holds the day.
int64_t FloorDay(TimeUnit unit, int64_t days) {
  if (unit == TimeUnit::kDay) return days;
  if (unit == TimeUnit::kWeek) return days - IsoDayOfWeek(days) % 7;
  const CivilDate date = CivilFromDays(days);
  switch (unit) {
    case TimeUnit::kMonth: return DaysFromCivil(date.year, date.month, 1);
    case TimeUnit::kQuarter: return DaysFromCivil(date.year, (date.month - 1) / 3 * 3 + 1, 1);
    case TimeUnit::kYear: return DaysFromCivil(date.year, 1, 1);
    case TimeUnit::kDecade: return DaysFromCivil(FloorDiv(date.year, 10) * 10, 1, 1);
    case TimeUnit::kCentury: return DaysFromCivil(FloorDiv(date.year - 1, 100) * 100 + 1, 1, 1);
    default: return DaysFromCivil(FloorDiv(date.year - 1, 1000) * 1000 + 1, 1, 1);
  }
}

/// The first day of the unit after the one that begins on `first`.
int64_t NextUnit(TimeUnit unit, int64_t first) {
  switch (unit) {
    case TimeUnit::kDay: return first + 1;
    case TimeUnit::kWeek: return first + 7;
    case TimeUnit::kMonth: return AddMonths(first, 1);
    case TimeUnit::kQuarter: return AddMonths(first, 3);
    case TimeUnit::kYear: return AddMonths(first, 12);
    case TimeUnit::kDecade: return AddMonths(first, 120);
    case TimeUnit::kCentury: return AddMonths(first, 1200);
    default: return AddMonths(first, 12'000);
  }
}

/// Nanoseconds of a unit shorter than a day; 0 for the others.
int64_t ClockUnit(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kHour: return 3'600'000'000'000;
    case TimeUnit::kMinute: return 60'000'000'000;
    case TimeUnit::kSecond: return 1'000'000'000;
    case TimeUnit::kMillisecond: return 1'000'000;
    case TimeUnit::kMicrosecond: return 1000;
    case TimeUnit::kNanosecond: return 1;
    default: return 0;
  }
}

LocalPoint FloorPoint(TimeUnit unit, LocalPoint point) {
  const int64_t step = ClockUnit(unit);
  if (step > 0) return {point.days, point.nanos_of_day / step * step};
  return {FloorDay(unit, point.days), 0};
}

LocalPoint CeilPoint(TimeUnit unit, LocalPoint point) {
  const LocalPoint floor = FloorPoint(unit, point);
  if (floor.days == point.days && floor.nanos_of_day == point.nanos_of_day) return point;
  const int64_t step = ClockUnit(unit);
  if (step == 0) return {NextUnit(unit, floor.days), 0};
  const int64_t nanos = floor.nanos_of_day + step;
  return nanos < kDayNanos ? LocalPoint{floor.days, nanos} : LocalPoint{floor.days + 1, 0};
}

LocalPoint Move(TimeUnit unit, LocalPoint point, bool ceil) {
  return ceil ? CeilPoint(unit, point) : FloorPoint(unit, point);
}

/// Units shorter than a day move the instant by their rest, so that both of a doubled hour stay
/// apart.
ScalarKernel InstantKernel(TimeUnit unit, const DataType& type, bool ceil) {
  return [=](KernelContext& ctx, const Arguments& args, int64_t length) {
    const TimeZone& zone = SessionZone(ctx);
    const int64_t nanos_per_tick = 1'000'000'000 / TimestampTicksPerSecond(type.precision());
    return MapRows<int64_t, int64_t>(ctx, args, length, [&](auto& out, int64_t value) {
      const LocalPoint point = LocalPointOf(type, value, zone);
      const LocalPoint moved = Move(unit, point, ceil);
      const int64_t delta =
          (moved.days - point.days) * kDayNanos + moved.nanos_of_day - point.nanos_of_day;
      out.Set(value + delta / nanos_per_tick);
    });
  };
}

ScalarKernel PointKernelOf(TimeUnit unit, const DataType& type, bool ceil) {
  if (ClockUnit(unit) > 0 && type.kind() == TypeKind::kTimestampLtz) {
    return InstantKernel(unit, type, ceil);
  }
  return PointToPointKernel(type,
                            [unit, ceil](LocalPoint point) { return Move(unit, point, ceil); });
}

bool Rounds(TimeUnit unit, const DataType& type) {
  switch (unit) {
    case TimeUnit::kIsoYear:
    case TimeUnit::kDayOfYear:
    case TimeUnit::kDayOfWeek:
    case TimeUnit::kIsoDayOfWeek:
    case TimeUnit::kEpoch: return false;
    default: return type.kind() != TypeKind::kTime || ClockUnit(unit) > 0;
  }
}

Result<ResolvedCall> ResolveRounding(bool ceil, const std::string& name,
                                     const std::string& accepted, const CallSite& site) {
  if (site.args.size() != 1) return WrongArgumentCount(name, site, accepted);
  const DataType& type = site.args[0].type;
  if (site.options.empty()) {
    if (!type.is_numeric()) return NoSignature(name, site, accepted);
    const DataType result =
        type.is_decimal() ? DataType::Decimal(type.precision(), 0).Nullable(type.nullable()) : type;
    return ResolvedCall{result, {type}, NumberKernel(type, ceil)};
  }
  const auto unit = FindTimeUnit(site.options[0]);
  if (!IsPoint(type)) return NoSignature(name, site, accepted);
  if (!unit || !Rounds(*unit, type)) {
    return UserError("MR0301",
                     name + ": " + type.Nullable().ToString() + " has no unit " + site.options[0],
                     "accepted: " + accepted);
  }
  return ResolvedCall{
      type.WithTimeAttribute(TimeAttribute::kNone), {type}, PointKernelOf(*unit, type, ceil)};
}

}  // namespace

void RegisterFloorCeil(FunctionRegistry* registry) {
  for (const bool ceil : {false, true}) {
    ScalarFunction function;
    function.name = ceil ? "CEIL" : "FLOOR";
    if (ceil) function.aliases = {"CEILING"};
    const std::string signature =
        function.name + "(number) or " + function.name + "(point TO unit)";
    function.doc = {"math", signature,
                    ceil ? "The least whole number that is not smaller; of a point in time, the "
                           "next beginning of the unit."
                         : "The greatest whole number that is not larger; of a point in time, the "
                           "beginning of the unit.",
                    function.name + "(1.5)", ceil ? "2" : "1"};
    function.resolve = [ceil, name = function.name, signature](const CallSite& site) {
      return ResolveRounding(ceil, name, signature, site);
    };
    registry->Register(std::move(function));
  }
}

}  // namespace millrace
