// SPDX-License-Identifier: Apache-2.0
// TO_DATE, TO_TIMESTAMP, TO_TIMESTAMP_LTZ: text or a number -> time. What cannot be read is NULL,
// except TO_TIMESTAMP_LTZ(string), which fails its row as in Flink. A day that does not exist is
// not read (Flink takes the last day of the month, or for TO_DATE a day of the next).
#include "data/decimal.h"
#include "data/time/time_parse.h"
#include "functions/cast/parse_number.h"
#include "functions/kernel_support.h"
#include "functions/time/pattern_state.h"
#include "functions/time/register.h"

namespace millrace {
namespace {

constexpr const char* kToDate = "TO_DATE(string [, pattern])";
constexpr const char* kToTimestamp = "TO_TIMESTAMP(string [, pattern])";
constexpr const char* kToTimestampLtz =
    "TO_TIMESTAMP_LTZ(number [, precision]) or TO_TIMESTAMP_LTZ(string [, pattern [, zone]])";

bool AllCharacter(const CallSite& site) {
  for (const Argument& arg : site.args) {
    if (!arg.type.is_character()) return false;
  }
  return true;
}

std::vector<DataType> TypesOf(const CallSite& site) {
  std::vector<DataType> types;
  for (const Argument& arg : site.args) types.push_back(arg.type);
  return types;
}

ScalarKernel PlainDate() {
  return RowKernel<int32_t, std::string_view>([](auto& out, std::string_view text) {
    const auto days = ParseDateText(text);
    days ? out.Set(*days) : out.Null();
  });
}

Result<arrow::Datum> PatternDate(KernelContext& ctx, const Arguments& args, int64_t length) {
  PatternState& state = PatternStateOf(ctx);
  return MapRows<int32_t, std::string_view, std::string_view>(
      ctx, args, length, [&](auto& out, std::string_view text, std::string_view format) {
        const auto& pattern = state.Pattern(format, PatternDialect::kSimple);
        if (!pattern) return out.Fail(kInvalidArgument, "TO_DATE: " + pattern.error());
        const auto parsed = pattern->Parse(text);
        if (!parsed || parsed->carried) return out.Null();
        out.Set(static_cast<int32_t>(parsed->point.days));
      });
}

std::optional<int64_t> Milliseconds(TimePoint time) { return TicksOf(time, 3); }

/// By the pattern, else in the plain form, as Flink falls back to it.
std::optional<int64_t> ReadByPattern(PatternState& state, std::string_view text,
                                     std::string_view format) {
  const auto& pattern = state.Pattern(format, PatternDialect::kFormatter);
  if (!pattern) return std::nullopt;
  if (const auto parsed = pattern->Parse(text)) {
    return parsed->point.days * kMillisPerDay + parsed->point.nanos_of_day / 1'000'000;
  }
  const auto plain = ParseTimestampText(TrimSpaces(text));
  return plain ? Milliseconds(*plain) : std::nullopt;
}

ScalarKernel PlainTimestamp() {
  return RowKernel<int64_t, std::string_view>([](auto& out, std::string_view text) {
    const auto time = ParseTimestampText(text);
    const auto milliseconds = time ? Milliseconds(*time) : std::nullopt;
    milliseconds ? out.Set(*milliseconds) : out.Null();
  });
}

Result<arrow::Datum> PatternTimestamp(KernelContext& ctx, const Arguments& args, int64_t length) {
  PatternState& state = PatternStateOf(ctx);
  return MapRows<int64_t, std::string_view, std::string_view>(
      ctx, args, length, [&](auto& out, std::string_view text, std::string_view format) {
        const auto milliseconds = ReadByPattern(state, text, format);
        milliseconds ? out.Set(*milliseconds) : out.Null();
      });
}

ScalarKernel PlainInstant() {
  return RowKernel<int64_t, std::string_view>([](auto& out, std::string_view text) {
    const auto time = ParseTimestampText(text);
    const auto milliseconds = time ? Milliseconds(*time) : std::nullopt;
    if (milliseconds) return out.Set(*milliseconds);
    out.Fail(kCastFailed, "TO_TIMESTAMP_LTZ: '" + std::string(text.substr(0, 64)) +
                              "' is not of the form 2024-01-31 10:00:00");
  });
}

/// (text, pattern, zone).
Result<arrow::Datum> ZonedInstant(KernelContext& ctx, const Arguments& args, int64_t length) {
  PatternState& state = PatternStateOf(ctx);
  std::string zone_name;
  std::optional<TimeZone> zone;
  return MapRows<int64_t, std::string_view, std::string_view, std::string_view>(
      ctx, args, length,
      [&](auto& out, std::string_view text, std::string_view format, std::string_view name) {
        if (!zone || name != zone_name) {
          zone_name = name;
          zone = TimeZone::Find(name);
        }
        if (!zone) {
          return out.Fail(kInvalidArgument,
                          "TO_TIMESTAMP_LTZ: unknown time zone '" + zone_name + "'");
        }
        const auto local = ReadByPattern(state, text, format);
        if (!local) return out.Null();
        const int64_t seconds = FloorDiv(*local, 1000);
        out.Set(zone->ToUtc(seconds) * 1000 + FloorMod(*local, 1000));
      });
}

/// The value in units of 10^-precision seconds as ticks of `target`; nullopt outside the years 0 to
/// 9999.
std::optional<int64_t> EpochTicks(int64_t value, int32_t precision, int target) {
  if (precision < 0 || precision > 9) return std::nullopt;
  constexpr Int128 kFirstSecond = -62'167'219'200;
  constexpr Int128 kLastSecond = 253'402'300'799;
  const Int128 unit = PowerOfTen(precision);
  if (value < kFirstSecond * unit || value >= (kLastSecond + 1) * unit) return std::nullopt;
  const auto per_second = static_cast<Int128>(TimestampTicksPerSecond(target));
  const Int128 scaled = static_cast<Int128>(value) * per_second;
  const Int128 ticks = scaled / unit - (scaled % unit < 0 ? 1 : 0);
  const auto narrow = static_cast<int64_t>(ticks);
  return narrow == ticks ? std::optional(narrow) : std::nullopt;
}

ScalarKernel NumberInstant(bool with_precision, int target) {
  if (!with_precision) {
    return RowKernel<int64_t, int64_t>([target](auto& out, int64_t value) {
      const auto ticks = EpochTicks(value, 3, target);
      ticks ? out.Set(*ticks) : out.Null();
    });
  }
  return RowKernel<int64_t, int64_t, int32_t>(
      [target](auto& out, int64_t value, int32_t precision) {
        const auto ticks = EpochTicks(value, precision, target);
        ticks ? out.Set(*ticks) : out.Null();
      });
}

Result<ResolvedCall> ResolveText(const std::string& name, const char* accepted,
                                 const CallSite& site, DataType result, ScalarKernel plain,
                                 ScalarKernel by_pattern) {
  if (site.args.empty() || site.args.size() > 2) return WrongArgumentCount(name, site, accepted);
  if (!AllCharacter(site)) return NoSignature(name, site, accepted);
  return ResolvedCall{std::move(result), TypesOf(site),
                      site.args.size() == 1 ? std::move(plain) : std::move(by_pattern)};
}

Result<ResolvedCall> ResolveNumber(const CallSite& site) {
  const bool with_precision = site.args.size() == 2;
  if (site.args.size() > 2 || (with_precision && !site.args[1].type.is_integer())) {
    return NoSignature("TO_TIMESTAMP_LTZ", site, kToTimestampLtz);
  }
  int precision = 3;
  if (with_precision && site.args[1].literal != nullptr && site.args[1].literal->is_valid &&
      site.args[1].literal->type->id() == arrow::Type::INT32) {
    precision = static_cast<const arrow::Int32Scalar&>(*site.args[1].literal).value;
    if (precision < 0 || precision > 9) {
      return UserError("MR0301", "TO_TIMESTAMP_LTZ: the precision is 0 to 9",
                       "0 for seconds, 3 for milliseconds, 6, 9");
    }
  }
  const int target = std::max(precision, 3);
  std::vector<DataType> types = {DataType::BigInt().Nullable(site.args[0].type.nullable())};
  if (with_precision) types.push_back(DataType::Int().Nullable(site.args[1].type.nullable()));
  return ResolvedCall{DataType::TimestampLtz(target), std::move(types),
                      NumberInstant(with_precision, target)};
}

Result<ResolvedCall> ResolveInstant(const CallSite& site) {
  if (site.args.empty() || site.args.size() > 3) {
    return WrongArgumentCount("TO_TIMESTAMP_LTZ", site, kToTimestampLtz);
  }
  if (site.args[0].type.is_numeric()) return ResolveNumber(site);
  if (!AllCharacter(site)) return NoSignature("TO_TIMESTAMP_LTZ", site, kToTimestampLtz);
  if (site.args.size() == 3 && site.args[2].literal != nullptr && site.args[2].literal->is_valid) {
    const auto& name = static_cast<const arrow::BaseBinaryScalar&>(*site.args[2].literal);
    if (!TimeZone::Find(name.view())) {
      return UserError("MR0301",
                       "TO_TIMESTAMP_LTZ: unknown time zone '" + std::string(name.view()) + "'");
    }
  }
  ScalarKernel kernel = site.args.size() == 1   ? PlainInstant()
                        : site.args.size() == 2 ? ScalarKernel(PatternTimestamp)
                                                : ScalarKernel(ZonedInstant);
  return ResolvedCall{DataType::TimestampLtz(3), TypesOf(site), std::move(kernel)};
}

}  // namespace

void RegisterToTimestamp(FunctionRegistry* registry) {
  ScalarFunction to_date;
  to_date.name = "TO_DATE";
  to_date.can_fail = true;
  to_date.doc = {"time", kToDate, "The text as a DATE; NULL if it is none.",
                 "TO_DATE('31.01.2024', 'dd.MM.yyyy')", "2024-01-31"};
  to_date.resolve = [](const CallSite& site) {
    return ResolveText("TO_DATE", kToDate, site, DataType::Date(), PlainDate(), PatternDate);
  };
  registry->Register(std::move(to_date));

  ScalarFunction to_timestamp;
  to_timestamp.name = "TO_TIMESTAMP";
  to_timestamp.doc = {
      "time", kToTimestamp,
      "The text as a TIMESTAMP(3); NULL if it is none. Without a pattern: 2024-01-31 "
      "10:00:00[.123].",
      "TO_TIMESTAMP('31.01.2024 10:00', 'dd.MM.yyyy HH:mm')", "2024-01-31T10:00"};
  to_timestamp.resolve = [](const CallSite& site) {
    return ResolveText("TO_TIMESTAMP", kToTimestamp, site, DataType::Timestamp(3), PlainTimestamp(),
                       PatternTimestamp);
  };
  registry->Register(std::move(to_timestamp));

  ScalarFunction to_timestamp_ltz;
  to_timestamp_ltz.name = "TO_TIMESTAMP_LTZ";
  to_timestamp_ltz.can_fail = true;
  to_timestamp_ltz.doc = {"time", kToTimestampLtz,
                          "An instant: from a number of units of 10^-precision seconds since 1970 "
                          "(default 3, milliseconds), or from a text, read in UTC unless a zone is "
                          "given.",
                          "TO_TIMESTAMP_LTZ(1700000000, 0)", "2023-11-14T22:13:20Z"};
  to_timestamp_ltz.resolve = ResolveInstant;
  registry->Register(std::move(to_timestamp_ltz));
}

}  // namespace millrace
