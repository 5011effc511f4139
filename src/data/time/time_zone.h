// SPDX-License-Identifier: Apache-2.0
// TimeZone: offsets of an IANA zone or a fixed offset, with Java's rules for the hours around a
// change. Copyable. It remembers the last period it was asked for, so one object serves one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arrow_vendored::date {
class time_zone;
}

namespace millrace {

class TimeZone {
 public:
  /// `Europe/Berlin`, `UTC`, `Z`, `+08:00`, `GMT+8`, `UTC-03:30`; nullopt if unknown.
  static std::optional<TimeZone> Find(std::string_view name);
  static TimeZone Utc() { return TimeZone(nullptr, 0); }

  bool is_utc() const { return zone_ == nullptr && fixed_offset_ == 0; }
  /// Seconds to add to UTC at that instant.
  int64_t OffsetAt(int64_t utc_seconds) const;
  /// The instant of a local time. In a gap the time is moved forward by the gap's length; of two
  /// instants the earlier one is taken.
  int64_t ToUtc(int64_t local_seconds) const;
  /// The same, but of two instants the later one: java.util.Calendar's choice.
  int64_t ToUtcLater(int64_t local_seconds) const;
  /// `EST`, `UTC`, `GMT+08:00`.
  std::string NameAt(int64_t utc_seconds) const;
  int64_t ToLocal(int64_t utc_seconds) const { return utc_seconds + OffsetAt(utc_seconds); }

 private:
  TimeZone(const arrow_vendored::date::time_zone* zone, int64_t offset)
      : zone_(zone), fixed_offset_(offset) {}

  const arrow_vendored::date::time_zone* zone_;  // null: fixed_offset_ always
  int64_t fixed_offset_;
  // The period [period_begin_, period_end_) of UTC seconds in which period_offset_ holds.
  mutable int64_t period_begin_ = 0;
  mutable int64_t period_end_ = 0;
  mutable int64_t period_offset_ = 0;
};

}  // namespace millrace
