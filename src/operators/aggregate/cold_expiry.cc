// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/cold_expiry.h"

namespace millrace {

Status ColdExpiry::Sweep(int64_t now_ms, KeyTable* keys) {
  if (ttl_ms_ == 0 || !sweep_.IsTime(now_ms)) return OkStatus();
  return keys->Sweep(ColdSweep::kEntries, [&](std::string_view, std::string_view value) {
    const std::optional<int64_t> touched = touched_of_(value);
    const bool over = touched && IsOver(*touched, now_ms);
    return over ? KeyTable::Judgement::kIsDeleted : KeyTable::Judgement::kStays;
  });
}

}  // namespace millrace
