// SPDX-License-Identifier: Apache-2.0
// Kernel state of functions with a pattern argument: the session's zone and the last compiled
// pattern, so a constant pattern is compiled once.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "functions/row_kernel.h"
#include "functions/time/java_pattern.h"

namespace millrace {

/// The pattern that most of these functions have when none is given.
constexpr std::string_view kDefaultPattern = "yyyy-MM-dd HH:mm:ss";

class PatternState : public KernelState {
 public:
  explicit PatternState(TimeZone zone) : zone_(zone) {}

  const TimeZone& zone() const { return zone_; }
  /// The compiled pattern, or the sentence that says why there is none.
  const std::expected<JavaPattern, std::string>& Pattern(std::string_view text,
                                                         PatternDialect dialect) {
    if (!compiled_ || text != text_ || dialect != dialect_) {
      text_ = text;
      dialect_ = dialect;
      compiled_ = JavaPattern::Compile(text, dialect);
    }
    return *compiled_;
  }

 private:
  TimeZone zone_;
  std::string text_;
  PatternDialect dialect_ = PatternDialect::kSimple;
  std::optional<std::expected<JavaPattern, std::string>> compiled_;
};

inline PatternState& PatternStateOf(KernelContext& ctx) {
  return StateOf<PatternState>(ctx, [&ctx] {
    return std::make_unique<PatternState>(
        TimeZone::Find(ctx.session.time_zone).value_or(TimeZone::Utc()));
  });
}

/// Runs a kernel of (value, pattern); with one argument the default pattern is appended.
inline Arguments WithDefaultPattern(const Arguments& args) {
  Arguments two = args;
  if (two.size() == 1) two.push_back(arrow::Datum(std::string(kDefaultPattern)));
  return two;
}

inline LocalPoint LocalPointAt(int64_t local_seconds, int64_t nanos = 0) {
  return {FloorDiv(local_seconds, kSecondsPerDay),
          FloorMod(local_seconds, kSecondsPerDay) * 1'000'000'000 + nanos};
}

inline int64_t LocalSeconds(LocalPoint point) {
  return point.days * kSecondsPerDay + point.seconds_of_day();
}

/// The instant of a parsed time as SimpleDateFormat sees it: of a doubled hour the later one.
inline int64_t InstantOf(const ParsedTime& time, const TimeZone& zone) {
  const int64_t local = LocalSeconds(time.point);
  return time.offset_seconds ? local - *time.offset_seconds : zone.ToUtcLater(local);
}

}  // namespace millrace
