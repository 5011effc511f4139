// SPDX-License-Identifier: Apache-2.0
// DATE_FORMAT and FROM_UNIXTIME: time -> text by a Java pattern.
#include "functions/kernel_support.h"
#include "functions/time/pattern_state.h"
#include "functions/time/register.h"

namespace millrace {
namespace {

constexpr const char* kDateFormat = "DATE_FORMAT(timestamp or string, pattern)";
constexpr const char* kFromUnixtime = "FROM_UNIXTIME(seconds [, pattern])";

void FailPattern(StringWriter& out, const std::string& why) {
  out.Fail(kInvalidArgument, "DATE_FORMAT: " + why);
}

/// A timestamp of `type`; its zone letters have no meaning, as in java.time.
ScalarKernel FormatTimestamp(const DataType& type) {
  return [type](KernelContext& ctx, const Arguments& args, int64_t length) {
    PatternState& state = PatternStateOf(ctx);
    return MapRows<std::string_view, int64_t, std::string_view>(
        ctx, args, length, [&](auto& out, int64_t value, std::string_view text) {
          const auto& pattern = state.Pattern(text, PatternDialect::kFormatter);
          if (!pattern) return FailPattern(out, pattern.error());
          if (pattern->needs_zone()) return FailPattern(out, "a timestamp has no zone to show");
          pattern->Format(LocalPointOf(type, value, state.zone()), state.zone(), 0, &out.bytes());
        });
  };
}

/// A text `2024-01-31 10:00:00`, read and shown in UTC.
Result<arrow::Datum> FormatText(KernelContext& ctx, const Arguments& args, int64_t length) {
  PatternState& state = PatternStateOf(ctx);
  const TimeZone utc = TimeZone::Utc();
  const auto parser = JavaPattern::Compile(kDefaultPattern, PatternDialect::kSimple);
  return MapRows<std::string_view, std::string_view, std::string_view>(
      ctx, args, length, [&](auto& out, std::string_view time, std::string_view text) {
        const auto parsed = parser->Parse(time);
        if (!parsed) return out.Null();
        const auto& pattern = state.Pattern(text, PatternDialect::kSimple);
        if (!pattern) return FailPattern(out, pattern.error());
        pattern->Format(parsed->point, utc, LocalSeconds(parsed->point), &out.bytes());
      });
}

Result<arrow::Datum> FormatUnixtime(KernelContext& ctx, const Arguments& args, int64_t length) {
  PatternState& state = PatternStateOf(ctx);
  constexpr int64_t kFar = 1'000'000'000'000'000;  // beyond the year 30 million
  return MapRows<std::string_view, int64_t, std::string_view>(
      ctx, WithDefaultPattern(args), length,
      [&](auto& out, int64_t seconds, std::string_view text) {
        const auto& pattern = state.Pattern(text, PatternDialect::kSimple);
        if (!pattern) {
          return out.Fail(kInvalidArgument, "FROM_UNIXTIME: " + pattern.error());
        }
        if (seconds > kFar || seconds < -kFar) {
          return out.Fail(kInvalidArgument, "FROM_UNIXTIME: too far from 1970");
        }
        pattern->Format(LocalPointAt(state.zone().ToLocal(seconds)), state.zone(), seconds,
                        &out.bytes());
      });
}

Result<ResolvedCall> ResolveDateFormat(const CallSite& site) {
  if (site.args.size() != 2) return WrongArgumentCount("DATE_FORMAT", site, kDateFormat);
  const DataType& type = site.args[0].type;
  const DataType& pattern = site.args[1].type;
  if (!pattern.is_character() || !(type.is_timestamp() || type.is_character())) {
    return NoSignature("DATE_FORMAT", site, kDateFormat);
  }
  ScalarKernel kernel = type.is_timestamp() ? FormatTimestamp(type) : ScalarKernel(FormatText);
  return ResolvedCall{DataType::String(), {type, pattern}, std::move(kernel)};
}

Result<ResolvedCall> ResolveFromUnixtime(const CallSite& site) {
  if (site.args.empty() || site.args.size() > 2) {
    return WrongArgumentCount("FROM_UNIXTIME", site, kFromUnixtime);
  }
  const DataType& seconds = site.args[0].type;
  if (!seconds.is_integer() || (site.args.size() == 2 && !site.args[1].type.is_character())) {
    return NoSignature("FROM_UNIXTIME", site, kFromUnixtime);
  }
  std::vector<DataType> types = {DataType::BigInt().Nullable(seconds.nullable())};
  if (site.args.size() == 2) types.push_back(site.args[1].type);
  return ResolvedCall{DataType::String(), std::move(types), FormatUnixtime};
}

}  // namespace

void RegisterDateFormat(FunctionRegistry* registry) {
  ScalarFunction date_format;
  date_format.name = "DATE_FORMAT";
  date_format.can_fail = true;
  date_format.doc = {
      "time", kDateFormat,
      "The time as text, by a Java pattern: yyyy-MM-dd HH:mm:ss.SSS, EEE, MMM, a, ...",
      "DATE_FORMAT(TIMESTAMP '2024-02-09 03:04:05', 'd MMM yyyy, HH:mm')", "9 Feb 2024, 03:04"};
  date_format.resolve = ResolveDateFormat;
  registry->Register(std::move(date_format));

  ScalarFunction from_unixtime;
  from_unixtime.name = "FROM_UNIXTIME";
  from_unixtime.volatility = Volatility::kSession;
  from_unixtime.can_fail = true;
  from_unixtime.doc = {
      "time", kFromUnixtime,
      "Seconds since 1970 as text in the session's time zone; the pattern is a Java "
      "pattern, yyyy-MM-dd HH:mm:ss by default.",
      "FROM_UNIXTIME(0, 'yyyy')", "1970"};
  from_unixtime.resolve = ResolveFromUnixtime;
  registry->Register(std::move(from_unixtime));
}

}  // namespace millrace
