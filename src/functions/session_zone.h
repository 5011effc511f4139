// SPDX-License-Identifier: Apache-2.0
// The session's time zone as kernel state: looked up once per call site and shard.
#pragma once

#include "data/time/time_zone.h"
#include "functions/row_kernel.h"

namespace millrace {

struct SessionZoneState : KernelState {
  explicit SessionZoneState(TimeZone zone) : zone(zone) {}
  TimeZone zone;
};

/// The zone of ctx.session, kept in ctx.state. REQUIRES: the kernel has no other state. A name that
/// the session accepted earlier is known; an unknown one reads as UTC.
inline const TimeZone& SessionZone(KernelContext& ctx) {
  return StateOf<SessionZoneState>(
             ctx,
             [&ctx] {
               return std::make_unique<SessionZoneState>(
                   TimeZone::Find(ctx.session.time_zone).value_or(TimeZone::Utc()));
             })
      .zone;
}

}  // namespace millrace
