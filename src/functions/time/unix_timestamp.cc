// SPDX-License-Identifier: Apache-2.0
// UNIX_TIMESTAMP and CONVERT_TZ. Both read text as java.text.SimpleDateFormat does.
#include <limits>

#include "functions/kernel_support.h"
#include "functions/time/pattern_state.h"
#include "functions/time/register.h"

namespace millrace {
namespace {

constexpr const char* kUnixTimestamp = "UNIX_TIMESTAMP([string [, pattern]])";
constexpr const char* kConvertTz = "CONVERT_TZ(string, from zone, to zone)";

Result<arrow::Datum> CurrentSeconds(KernelContext& ctx, const Arguments&, int64_t) {
  return arrow::Datum(FloorDiv(ctx.session.now_ms, 1000));
}

/// Text that cannot be read gives the least BIGINT, as in Flink.
Result<arrow::Datum> SecondsOfText(KernelContext& ctx, const Arguments& args, int64_t length) {
  PatternState& state = PatternStateOf(ctx);
  return MapRows<int64_t, std::string_view, std::string_view>(
      ctx, WithDefaultPattern(args), length,
      [&](auto& out, std::string_view text, std::string_view format) {
        const auto& pattern = state.Pattern(format, PatternDialect::kSimple);
        if (!pattern) return out.Fail(kInvalidArgument, "UNIX_TIMESTAMP: " + pattern.error());
        const auto parsed = pattern->Parse(text);
        out.Set(parsed ? InstantOf(*parsed, state.zone()) : std::numeric_limits<int64_t>::min());
      });
}

/// Java's short names of zones.
constexpr std::pair<std::string_view, std::string_view> kShortNames[] = {
    {"ACT", "Australia/Darwin"},
    {"AET", "Australia/Sydney"},
    {"AGT", "America/Argentina/Buenos_Aires"},
    {"ART", "Africa/Cairo"},
    {"AST", "America/Anchorage"},
    {"BET", "America/Sao_Paulo"},
    {"BST", "Asia/Dhaka"},
    {"CAT", "Africa/Harare"},
    {"CNT", "America/St_Johns"},
    {"CST", "America/Chicago"},
    {"CTT", "Asia/Shanghai"},
    {"EAT", "Africa/Addis_Ababa"},
    {"ECT", "Europe/Paris"},
    {"IET", "America/Indiana/Indianapolis"},
    {"IST", "Asia/Kolkata"},
    {"JST", "Asia/Tokyo"},
    {"MIT", "Pacific/Apia"},
    {"NET", "Asia/Yerevan"},
    {"NST", "Pacific/Auckland"},
    {"PLT", "Asia/Karachi"},
    {"PNT", "America/Phoenix"},
    {"PRT", "America/Puerto_Rico"},
    {"PST", "America/Los_Angeles"},
    {"SST", "Pacific/Guadalcanal"},
    {"VST", "Asia/Ho_Chi_Minh"}};

/// java.util.TimeZone.getTimeZone: what it does not know, plain offsets included, is UTC.
TimeZone JavaTimeZone(std::string_view name) {
  for (const auto& [short_name, zone] : kShortNames) {
    if (name == short_name) return TimeZone::Find(zone).value_or(TimeZone::Utc());
  }
  const bool plain_offset = !name.empty() && (name[0] == '+' || name[0] == '-');
  const bool utc_offset = name.starts_with("UTC") && name.size() > 3;
  if (plain_offset || utc_offset) return TimeZone::Utc();
  return TimeZone::Find(name).value_or(TimeZone::Utc());
}

/// Looks a zone up again only when the name changes.
class ZoneCache {
 public:
  const TimeZone& Get(std::string_view name) {
    if (!zone_ || name != name_) {
      name_ = name;
      zone_ = JavaTimeZone(name);
    }
    return *zone_;
  }

 private:
  std::string name_;
  std::optional<TimeZone> zone_;
};

Result<arrow::Datum> ConvertZone(KernelContext& ctx, const Arguments& args, int64_t length) {
  const auto pattern = JavaPattern::Compile(kDefaultPattern, PatternDialect::kSimple);
  ZoneCache from_zones;
  ZoneCache to_zones;
  return MapRows<std::string_view, std::string_view, std::string_view, std::string_view>(
      ctx, args, length,
      [&](auto& out, std::string_view text, std::string_view from, std::string_view to) {
        const auto parsed = pattern->Parse(text);
        if (!parsed) return out.Null();
        const int64_t instant = InstantOf(*parsed, from_zones.Get(from));
        const TimeZone& zone = to_zones.Get(to);
        pattern->Format(LocalPointAt(zone.ToLocal(instant)), zone, instant, &out.bytes());
      });
}

Result<std::vector<DataType>> TextArguments(const std::string& name, const char* accepted,
                                            const CallSite& site, size_t most) {
  if (site.args.size() > most) return WrongArgumentCount(name, site, accepted);
  std::vector<DataType> types;
  for (const Argument& arg : site.args) {
    if (!arg.type.is_character()) return NoSignature(name, site, accepted);
    types.push_back(arg.type);
  }
  return types;
}

}  // namespace

void RegisterUnixTimestamp(FunctionRegistry* registry) {
  ScalarFunction unix_timestamp;
  unix_timestamp.name = "UNIX_TIMESTAMP";
  unix_timestamp.volatility = Volatility::kSession;
  unix_timestamp.can_fail = true;
  unix_timestamp.doc = {
      "time", kUnixTimestamp,
      "Seconds since 1970: now, or of a text in the session's time zone "
      "(yyyy-MM-dd HH:mm:ss or the Java pattern). -9223372036854775808 for a text "
      "that cannot be read.",
      "UNIX_TIMESTAMP('1970-01-02', 'yyyy-MM-dd') > 0", "true"};
  unix_timestamp.resolve = [](const CallSite& site) -> Result<ResolvedCall> {
    TRY_ASSIGN(auto types, TextArguments("UNIX_TIMESTAMP", kUnixTimestamp, site, 2));
    ScalarKernel kernel = types.empty() ? CurrentSeconds : SecondsOfText;
    return ResolvedCall{DataType::BigInt().Nullable(AnyNullable(site)), std::move(types),
                        std::move(kernel)};
  };
  registry->Register(std::move(unix_timestamp));

  ScalarFunction convert_tz;
  convert_tz.name = "CONVERT_TZ";
  convert_tz.doc = {
      "time", kConvertTz,
      "A text yyyy-MM-dd HH:mm:ss moved from one time zone to another. An unknown zone "
      "is read as UTC.",
      "CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles')", "1969-12-31 16:00:00"};
  convert_tz.resolve = [](const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.size() != 3) return WrongArgumentCount("CONVERT_TZ", site, kConvertTz);
    TRY_ASSIGN(auto types, TextArguments("CONVERT_TZ", kConvertTz, site, 3));
    return ResolvedCall{DataType::String(), std::move(types), ConvertZone};
  };
  registry->Register(std::move(convert_tz));
}

}  // namespace millrace
