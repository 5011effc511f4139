// SPDX-License-Identifier: Apache-2.0
// ColdExpiry: the time-to-live of keys of which some lie on the disk. In memory an ExpiryList knows
// which is over first. A key that is loaded may be over already (IsOver): then it is as if it had
// not been there. Of those that nobody asks for some are looked at now and then (Sweep), so that
// the disk does not fill up with them; until then they are there and cannot be seen. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "operators/cold_sweep.h"
#include "state/key_table.h"

namespace millrace {

class ColdExpiry {
 public:
  /// When the key of a value on the disk was touched last; nullopt: the value is not one.
  using TouchedOf = std::function<std::optional<int64_t>(std::string_view value)>;

  /// `ttl_ms`: 0 keeps everything.
  ColdExpiry(int64_t ttl_ms, TouchedOf touched_of)
      : ttl_ms_(ttl_ms), touched_of_(std::move(touched_of)) {}

  /// Whether what was touched then is over `now_ms`.
  bool IsOver(int64_t touched_ms, int64_t now_ms) const {
    return ttl_ms_ != 0 && touched_ms < now_ms - ttl_ms_ + 1;
  }
  /// Deletes some keys of this shard that are over and on the disk only.
  Status Sweep(int64_t now_ms, KeyTable* keys);

 private:
  int64_t ttl_ms_;
  TouchedOf touched_of_;
  ColdSweep sweep_;
};

}  // namespace millrace
