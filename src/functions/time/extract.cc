// SPDX-License-Identifier: Apache-2.0
// EXTRACT(unit FROM point or interval) and its short forms YEAR(point) .. SECOND(point), all
// BIGINT. Times before 1970 have the fields of their calendar day (Flink is off by one there), a
// DATE has zero for the fields of a time, and TIMESTAMP_LTZ is read in the session's zone.
#include "base/time_units.h"
#include "functions/kernel_support.h"
#include "functions/time/local_point.h"
#include "functions/time/register.h"
#include "functions/time/unit.h"

namespace millrace {
namespace {

constexpr const char* kExtractAccepted = "EXTRACT(unit FROM date, time, timestamp or interval)";

int64_t YearPart(TimeUnit unit, int64_t year) {
  switch (unit) {
    case TimeUnit::kMillennium: return year > 0 ? (year + 999) / 1000 : year / 1000 - 1;
    case TimeUnit::kCentury: return year > 0 ? (year + 99) / 100 : year / 100 - 1;
    case TimeUnit::kDecade: return FloorDiv(year, 10);
    default: return year;
  }
}

int64_t DayField(TimeUnit unit, int64_t days) {
  switch (unit) {
    case TimeUnit::kIsoYear: return IsoWeekOf(days).year;
    case TimeUnit::kWeek: return IsoWeekOf(days).week;
    case TimeUnit::kDayOfYear: return DayOfYear(days);
    case TimeUnit::kDayOfWeek: return IsoDayOfWeek(days) % 7 + 1;
    case TimeUnit::kIsoDayOfWeek: return IsoDayOfWeek(days);
    default: break;
  }
  const CivilDate date = CivilFromDays(days);
  if (unit == TimeUnit::kQuarter) return (date.month - 1) / 3 + 1;
  if (unit == TimeUnit::kMonth) return date.month;
  if (unit == TimeUnit::kDay) return date.day;
  return YearPart(unit, date.year);
}

int64_t ClockField(TimeUnit unit, int64_t nanos_of_day) {
  switch (unit) {
    case TimeUnit::kHour: return nanos_of_day / (3600 * kSecond);
    case TimeUnit::kMinute: return nanos_of_day / (60 * kSecond) % 60;
    case TimeUnit::kSecond: return nanos_of_day / kSecond % 60;
    case TimeUnit::kMillisecond: return nanos_of_day % kSecond / 1'000'000;
    case TimeUnit::kMicrosecond: return nanos_of_day % kSecond / 1000;
    default: return nanos_of_day % kSecond;
  }
}

bool IsClockUnit(TimeUnit unit) { return unit >= TimeUnit::kHour && unit < TimeUnit::kEpoch; }

int64_t FieldOf(TimeUnit unit, LocalPoint point) {
  if (unit == TimeUnit::kEpoch) return point.days * kSecondsPerDay + point.seconds_of_day();
  return IsClockUnit(unit) ? ClockField(unit, point.nanos_of_day) : DayField(unit, point.days);
}

int64_t DayTimeField(TimeUnit unit, int64_t milliseconds) {
  switch (unit) {
    case TimeUnit::kDay: return milliseconds / kMillisPerDay;
    case TimeUnit::kHour: return milliseconds / 3'600'000 % 24;
    case TimeUnit::kMinute: return milliseconds / 60'000 % 60;
    case TimeUnit::kSecond: return milliseconds / 1000 % 60;
    default: return milliseconds % 1000;
  }
}

int64_t YearMonthField(TimeUnit unit, int64_t months) {
  switch (unit) {
    case TimeUnit::kMillennium: return months / 12'000;
    case TimeUnit::kCentury: return months / 1200;
    case TimeUnit::kYear: return months / 12;
    case TimeUnit::kQuarter: return months % 12 / 3 + 1;
    default: return months % 12;
  }
}

bool Extracts(TimeUnit unit, const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kTime: return unit >= TimeUnit::kHour && unit <= TimeUnit::kMillisecond;
    case TypeKind::kIntervalDayTime:
      return unit == TimeUnit::kDay || (unit >= TimeUnit::kHour && unit <= TimeUnit::kMillisecond);
    case TypeKind::kIntervalYearMonth:
      return unit <= TimeUnit::kMonth && unit != TimeUnit::kIsoYear && unit != TimeUnit::kDecade;
    case TypeKind::kDate: return unit != TimeUnit::kMicrosecond && unit != TimeUnit::kNanosecond;
    default: return true;
  }
}

ScalarKernel ExtractKernel(TimeUnit unit, const DataType& type) {
  if (type.kind() == TypeKind::kIntervalDayTime) {
    return VectorUnaryKernel<int64_t, int64_t>(
        [unit](int64_t value) { return DayTimeField(unit, value); });
  }
  if (type.kind() == TypeKind::kIntervalYearMonth) {
    return VectorUnaryKernel<int64_t, int32_t>(
        [unit](int32_t value) { return YearMonthField(unit, value); });
  }
  return PointKernel<int64_t>(
      type, [unit](auto& out, LocalPoint point) { out.Set(FieldOf(unit, point)); });
}

Result<ResolvedCall> ResolveExtract(const std::string& name, TimeUnit unit, const CallSite& site,
                                    const std::string& accepted) {
  if (site.args.size() != 1) return WrongArgumentCount(name, site, accepted);
  const DataType& type = site.args[0].type;
  if (!IsPoint(type) && !type.is_interval()) return NoSignature(name, site, accepted);
  if (!Extracts(unit, type)) {
    return UserError("MR0301", name + ": " + type.Nullable().ToString() + " has no such unit",
                     "accepted: " + accepted);
  }
  return ResolvedCall{
      DataType::BigInt().Nullable(type.nullable()), {type}, ExtractKernel(unit, type)};
}

struct ShortForm {
  const char* name;
  TimeUnit unit;
  const char* summary;
  const char* result;  // for TIMESTAMP '2024-02-29 12:34:56'
};

constexpr ShortForm kShortForms[] = {
    {"DAYOFMONTH", TimeUnit::kDay, "The day of the month, 1 to 31.", "29"},
    {"DAYOFWEEK", TimeUnit::kDayOfWeek, "The day of the week, 1 = Sunday to 7.", "5"},
    {"DAYOFYEAR", TimeUnit::kDayOfYear, "The day of the year, 1 to 366.", "60"},
    {"HOUR", TimeUnit::kHour, "The hour, 0 to 23.", "12"},
    {"MINUTE", TimeUnit::kMinute, "The minute, 0 to 59.", "34"},
    {"MONTH", TimeUnit::kMonth, "The month, 1 to 12.", "2"},
    {"QUARTER", TimeUnit::kQuarter, "The quarter, 1 to 4.", "1"},
    {"SECOND", TimeUnit::kSecond, "The second, 0 to 59.", "56"},
    {"WEEK", TimeUnit::kWeek, "The ISO week, 1 to 53.", "9"},
    {"YEAR", TimeUnit::kYear, "The year.", "2024"}};

}  // namespace

void RegisterExtract(FunctionRegistry* registry) {
  ScalarFunction extract;
  extract.name = "EXTRACT";
  extract.volatility = Volatility::kImmutable;
  extract.doc = {
      "time", "EXTRACT(unit FROM point)",
      "A field of a date, time, timestamp or interval. Units: YEAR, QUARTER, MONTH, WEEK, "
      "DAY, DOW, DOY, ISODOW, ISOYEAR, DECADE, CENTURY, MILLENNIUM, HOUR, MINUTE, SECOND, "
      "MILLISECOND, MICROSECOND, NANOSECOND, EPOCH.",
      "EXTRACT(MONTH FROM DATE '2024-02-29')", "2"};
  extract.resolve = [](const CallSite& site) -> Result<ResolvedCall> {
    const auto unit = site.options.empty() ? std::nullopt : FindTimeUnit(site.options[0]);
    if (!unit) return UserError("MR0301", "EXTRACT: unknown unit", kExtractAccepted);
    return ResolveExtract("EXTRACT", *unit, site, kExtractAccepted);
  };
  registry->Register(std::move(extract));
  for (const ShortForm& form : kShortForms) {
    ScalarFunction function;
    function.name = form.name;
    function.doc = {"time", function.name + "(point)", form.summary,
                    function.name + "(TIMESTAMP '2024-02-29 12:34:56')", form.result};
    function.resolve = [name = function.name, unit = form.unit,
                        accepted = function.doc.signature](const CallSite& site) {
      return ResolveExtract(name, unit, site, accepted);
    };
    registry->Register(std::move(function));
  }
}

}  // namespace millrace
