// SPDX-License-Identifier: Apache-2.0
#include "data/time/time_zone.h"

#include <arrow/vendored/datetime.h>

#include <exception>
#include <string>

namespace millrace {
namespace {

namespace date = arrow_vendored::date;

bool TakeDigits(std::string_view* text, size_t max, int* value) {
  size_t count = 0;
  *value = 0;
  while (count < max && count < text->size() && (*text)[count] >= '0' && (*text)[count] <= '9') {
    *value = *value * 10 + ((*text)[count] - '0');
    ++count;
  }
  text->remove_prefix(count);
  return count > 0;
}

/// `+8`, `+08`, `+0830`, `+08:30`, `+08:30:15`: seconds.
std::optional<int64_t> ParseOffset(std::string_view text) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  int parts[3] = {0, 0, 0};
  for (int i = 0; i < 3 && !text.empty(); ++i) {
    if (i > 0 && text[0] == ':') text.remove_prefix(1);
    if (!TakeDigits(&text, 2, &parts[i])) return std::nullopt;
  }
  if (!text.empty() || parts[0] > 18 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
}

}  // namespace

std::optional<TimeZone> TimeZone::Find(std::string_view name) {
  if (name == "UTC" || name == "Z" || name == "GMT" || name == "UT") return Utc();
  std::string_view rest = name;
  for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (name.starts_with(prefix)) {
      rest = name.substr(prefix.size());
      break;
    }
  }
  if (auto offset = ParseOffset(rest)) return TimeZone(nullptr, *offset);
  // A name is a relative path in the zone database: nothing that climbs out of it.
  if (name.empty() || name[0] == '/' || name.find("..") != std::string_view::npos) {
    return std::nullopt;
  }
  try {
    return TimeZone(date::locate_zone(name), 0);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

int64_t TimeZone::OffsetAt(int64_t utc_seconds) const {
  if (zone_ == nullptr) return fixed_offset_;
  if (utc_seconds < period_begin_ || utc_seconds >= period_end_) {
    const date::sys_info info =
        zone_->get_info(date::sys_seconds(std::chrono::seconds(utc_seconds)));
    period_begin_ = info.begin.time_since_epoch().count();
    period_end_ = info.end.time_since_epoch().count();
    period_offset_ = info.offset.count();
  }
  return period_offset_;
}

int64_t TimeZone::ToUtc(int64_t local_seconds) const {
  if (zone_ == nullptr) return local_seconds - fixed_offset_;
  // The offset of the period before covers both special cases: in a gap it moves forward, in an
  // overlap it is the earlier instant.
  const int64_t probe = local_seconds - OffsetAt(local_seconds);
  constexpr int64_t kMargin = 86'400;
  if (probe - kMargin > period_begin_ && probe + kMargin < period_end_) return probe;
  const date::local_info info =
      zone_->get_info(date::local_seconds(std::chrono::seconds(local_seconds)));
  return local_seconds - info.first.offset.count();
}

int64_t TimeZone::ToUtcLater(int64_t local_seconds) const {
  const int64_t earlier = ToUtc(local_seconds);
  if (zone_ == nullptr) return earlier;
  // After an overlap the offset is smaller; if it gives the same local time, that is the later
  // instant.
  constexpr int64_t kLongestOverlap = 7200;
  const int64_t later = local_seconds - OffsetAt(earlier + kLongestOverlap);
  return later > earlier && ToLocal(later) == local_seconds ? later : earlier;
}

std::string TimeZone::NameAt(int64_t utc_seconds) const {
  if (zone_ != nullptr) {
    return zone_->get_info(date::sys_seconds(std::chrono::seconds(utc_seconds))).abbrev;
  }
  if (fixed_offset_ == 0) return "UTC";
  const int64_t minutes = (fixed_offset_ < 0 ? -fixed_offset_ : fixed_offset_) / 60;
  const auto two = [](int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return std::string("GMT") + (fixed_offset_ < 0 ? "-" : "+") + two(minutes / 60) + ":" +
         two(minutes % 60);
}

}  // namespace millrace
