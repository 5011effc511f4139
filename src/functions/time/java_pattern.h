// SPDX-License-Identifier: Apache-2.0
// JavaPattern: date and time patterns of Java (`yyyy-MM-dd HH:mm:ss`), compiled once per call site.
//
// Flink uses two engines with different letters and manners, hence two dialects: kFormatter is
// java.time.DateTimeFormatter (DATE_FORMAT of a timestamp, TO_TIMESTAMP), strict; kSimple is
// java.text.SimpleDateFormat (FROM_UNIXTIME, UNIX_TIMESTAMP, TO_DATE), lenient: month 13 is next
// January, and text after the end is ignored. Names are English; weeks begin on Sunday, as in the
// US locale.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/time/time_zone.h"
#include "functions/time/local_point.h"

namespace millrace {

enum class PatternDialect { kFormatter, kSimple };

/// One piece of a pattern: a field letter with its count, a literal, or an end of an optional
/// section.
struct PatternPiece {
  enum class Kind { kField, kLiteral, kOptionalStart, kOptionalEnd };
  Kind kind = Kind::kLiteral;
  char letter = 0;
  int count = 0;
  std::string literal;
};

/// What a text was read as. Local time, unless `offset_seconds` says that it had a zone of its own.
struct ParsedTime {
  LocalPoint point;
  std::optional<int64_t> offset_seconds;
  bool carried = false;  // kSimple: a month or day beyond its range was carried over
};

class JavaPattern {
 public:
  /// The error is a sentence for the user: `unknown pattern letter 'T'`.
  static std::expected<JavaPattern, std::string> Compile(std::string_view pattern,
                                                         PatternDialect dialect);

  /// Appends the text of a local time; the zone and instant serve the zone letters of kSimple.
  void Format(LocalPoint point, const TimeZone& zone, int64_t utc_seconds, std::string* out) const;
  /// True if the pattern has fields that a time without a zone does not have (kFormatter).
  bool needs_zone() const;
  std::optional<ParsedTime> Parse(std::string_view text) const;

 private:
  PatternDialect dialect_ = PatternDialect::kFormatter;
  std::vector<PatternPiece> pieces_;
};

}  // namespace millrace
