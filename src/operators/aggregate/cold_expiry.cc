// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/cold_expiry.h"

namespace millrace {
namespace {

// So many keys each time cost next to nothing.
constexpr int64_t kEveryMillis = 100;
constexpr size_t kKeysAtOnce = 256;

}  // namespace

Status ColdExpiry::Sweep(int64_t now_ms, KeyTable* keys) {
  if (ttl_ms_ == 0 || now_ms < next_ms_) return OkStatus();
  next_ms_ = now_ms + kEveryMillis;
  return keys->Sweep(kKeysAtOnce, [&](std::string_view, std::string_view value) {
    const std::optional<int64_t> touched = touched_of_(value);
    const bool over = touched && IsOver(*touched, now_ms);
    return over ? KeyTable::Judgement::kIsDeleted : KeyTable::Judgement::kStays;
  });
}

}  // namespace millrace
