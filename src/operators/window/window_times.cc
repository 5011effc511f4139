// SPDX-License-Identifier: Apache-2.0
#include "operators/window/window_times.h"

#include "data/time/calendar.h"

namespace millrace {
namespace {

constexpr int64_t kMillisPerHour = 3'600'000;

/// Start of the interval of length `size` that `time` falls into.
int64_t AlignDown(int64_t time, int64_t offset, int64_t size) {
  return time - FloorMod(time - offset, size);
}

}  // namespace

WindowTimes::WindowTimes(const WindowSpec& spec, TimeZone zone)
    : spec_(spec),
      zone_(zone),
      utc_(zone.is_utc()),
      width_(spec.kind == WindowKind::kTumble ? spec.size : spec.slide) {}

Result<WindowTimes> WindowTimes::Create(const WindowSpec& spec) {
  if (spec.time_zone.empty()) return WindowTimes(spec, TimeZone::Utc());
  const std::optional<TimeZone> zone = TimeZone::Find(spec.time_zone);
  if (!zone.has_value()) return UserError("MR0503", "unknown time zone '" + spec.time_zone + "'");
  return WindowTimes(spec, *zone);
}

int64_t WindowTimes::Shift(EventTime time) const {
  return time + zone_.OffsetAt(FloorDiv(time, 1000)) * 1000;
}

EventTime WindowTimes::ToInstant(int64_t local) const {
  if (utc_) return local;
  return zone_.ToUtc(FloorDiv(local, 1000)) * 1000 + FloorMod(local, 1000);
}

int64_t WindowTimes::SliceEnd(int64_t local) const {
  return AlignDown(local, spec_.offset, width_) + width_;
}

int64_t WindowTimes::WindowStart(int64_t window_end) const {
  if (spec_.kind == WindowKind::kCumulate)
    return AlignDown(window_end - 1, spec_.offset, spec_.size);
  return window_end - spec_.size;
}

int64_t WindowTimes::LastWindowEnd(int64_t slice_end) const {
  switch (spec_.kind) {
    case WindowKind::kHop: return slice_end + spec_.size - spec_.slide;
    case WindowKind::kCumulate:
      return AlignDown(slice_end - 1, spec_.offset, spec_.size) + spec_.size;
    default: return slice_end;
  }
}

EventTime WindowTimes::ClosingTime(int64_t window_end) const {
  const int64_t last = window_end - 1;
  if (utc_) return last;
  const EventTime instant = ToInstant(last);
  const EventTime hour_later = ToInstant(last + kMillisPerHour);
  if (instant == hour_later) return instant - FloorMod(instant, kMillisPerHour);
  if (hour_later - instant > kMillisPerHour) return instant + kMillisPerHour;
  return instant;
}

}  // namespace millrace
