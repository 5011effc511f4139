// SPDX-License-Identifier: Apache-2.0
// WindowTimes: which windows a time belongs to, and when the watermark closes them.
//
// TUMBLE, HOP and CUMULATE are one scheme of slices: a row belongs to one slice, a window is a run
// of slices, and the slice width is size, slide or step. For a TIMESTAMP_LTZ rowtime all of this
// happens in local time ("local" below: wall time read as if it were UTC) and only the closing time
// is an instant.
#pragma once

#include <cstdint>

#include "data/batch.h"
#include "data/time/time_zone.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {

class WindowTimes {
 public:
  /// MR0305 for an unknown time zone.
  static Result<WindowTimes> Create(const WindowSpec& spec);

  int64_t slice_width() const { return width_; }
  bool shared() const { return spec_.kind != WindowKind::kTumble; }
  /// The order in which Flink merges slices: it shows in LISTAGG, ARRAY_AGG and sums of DOUBLE.
  bool merges_newest_first() const { return spec_.kind == WindowKind::kHop; }
  /// Local time of an instant.
  int64_t ToLocal(EventTime time) const { return utc_ ? time : Shift(time); }
  /// The instant of a local time: in a gap moved forward, of two the earlier.
  EventTime ToInstant(int64_t local) const;

  /// True if windows of this time can be computed without overflow.
  static bool InRange(EventTime time) { return time > -kTimeLimit && time < kTimeLimit; }
  /// End of the slice that a local time falls into.
  int64_t SliceEnd(int64_t local) const;
  int64_t WindowStart(int64_t window_end) const;
  /// End of the last window that contains the slice.
  int64_t LastWindowEnd(int64_t slice_end) const;
  /// The watermark at which a window has fired: that of its last millisecond. An hour that a clock
  /// change skips closes with the first instant after it, a doubled hour with the second.
  EventTime ClosingTime(int64_t window_end) const;

 private:
  static constexpr int64_t kTimeLimit = int64_t{1} << 61;

  WindowTimes(const WindowSpec& spec, TimeZone zone);
  int64_t Shift(EventTime time) const;

  WindowSpec spec_;
  TimeZone zone_;
  bool utc_;
  int64_t width_;
};

}  // namespace millrace
