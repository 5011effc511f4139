// SPDX-License-Identifier: Apache-2.0
// TIMESTAMPADD(unit, count, point): the same arithmetic as point + interval. A DATE moved by hours
// or less becomes a TIMESTAMP(6), as in Flink.
#include "functions/arithmetic/kernels.h"
#include "functions/coercion.h"
#include "functions/kernel_support.h"
#include "functions/time/local_point.h"
#include "functions/time/register.h"
#include "functions/time/unit.h"

namespace millrace {
namespace {

constexpr const char* kTimestampaddAccepted =
    "TIMESTAMPADD(unit, integer, date, time or timestamp)";

/// Months, or milliseconds, of one unit.
struct UnitLength {
  int64_t months = 0;
  int64_t milliseconds = 0;
};

std::optional<UnitLength> LengthOf(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kYear: return UnitLength{12, 0};
    case TimeUnit::kQuarter: return UnitLength{3, 0};
    case TimeUnit::kMonth: return UnitLength{1, 0};
    case TimeUnit::kWeek: return UnitLength{0, 7 * kMillisPerDay};
    case TimeUnit::kDay: return UnitLength{0, kMillisPerDay};
    case TimeUnit::kHour: return UnitLength{0, 3'600'000};
    case TimeUnit::kMinute: return UnitLength{0, 60'000};
    case TimeUnit::kSecond: return UnitLength{0, 1000};
    case TimeUnit::kMillisecond: return UnitLength{0, 1};
    default: return std::nullopt;
  }
}

/// (count, point) -> point + count * unit.
ScalarKernel AddKernel(UnitLength unit, const DataType& point) {
  const bool months = unit.months != 0;
  const DataType interval = months ? DataType::IntervalYearMonth() : DataType::IntervalDayTime();
  const ScalarKernel add = PointPlusInterval(ArithmeticOp::kAdd, point, interval, true);
  const ScalarKernel multiply = NumericArithmetic(ArithmeticOp::kMultiply, interval, interval);
  arrow::Datum factor =
      months ? arrow::Datum(static_cast<int32_t>(unit.months)) : arrow::Datum(unit.milliseconds);
  return [=](KernelContext& ctx, const Arguments& args, int64_t length) -> Result<arrow::Datum> {
    std::unique_ptr<KernelState> state;
    KernelContext inner{ctx.session, ctx.arg_types, interval, ctx.errors, &state};
    TRY_ASSIGN(auto moved_by, multiply(inner, {args[0], factor}, length));
    return add(ctx, {std::move(moved_by), args[1]}, length);
  };
}

Result<ResolvedCall> ResolveTimestampadd(const CallSite& site) {
  if (site.args.size() != 2) return WrongArgumentCount("TIMESTAMPADD", site, kTimestampaddAccepted);
  const auto unit = site.options.empty() ? std::nullopt : FindTimeUnit(site.options[0]);
  const auto length = unit ? LengthOf(*unit) : std::nullopt;
  if (!length) {
    return UserError(
        "MR0301", "TIMESTAMPADD: unknown unit",
        "accepted: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND");
  }
  const DataType& count = site.args[0].type;
  DataType point = site.args[1].type.WithTimeAttribute(TimeAttribute::kNone);
  if (!count.is_integer() || !IsPoint(point)) {
    return NoSignature("TIMESTAMPADD", site, kTimestampaddAccepted);
  }
  const bool within_day = length->months == 0 && length->milliseconds < kMillisPerDay;
  if (point.kind() == TypeKind::kDate && within_day) {
    point = DataType::Timestamp(6).Nullable(point.nullable());
  }
  const DataType factor = length->months != 0 ? DataType::Int() : DataType::BigInt();
  return ResolvedCall{point.Nullable(AnyNullable(site)),
                      {factor.Nullable(count.nullable()), point},
                      AddKernel(*length, point),
                      point.is_timestamp() && point.precision() > 6};
}

}  // namespace

void RegisterTimestampAdd(FunctionRegistry* registry) {
  ScalarFunction function;
  function.name = "TIMESTAMPADD";
  function.can_fail = true;
  function.doc = {"time", kTimestampaddAccepted, "The point in time moved by that many units.",
                  "TIMESTAMPADD(MONTH, 1, DATE '2024-01-31')", "2024-02-29"};
  function.resolve = ResolveTimestampadd;
  registry->Register(std::move(function));
}

}  // namespace millrace
