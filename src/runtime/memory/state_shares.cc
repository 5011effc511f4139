// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory/state_shares.h"

#include <algorithm>

namespace millrace {

StateShares::Member::Member(StateShares* shares) : shares_(shares) {
  const std::lock_guard lock(shares_->mutex_);
  shares_->members_.push_back(this);
}

StateShares::Member::~Member() {
  const std::lock_guard lock(shares_->mutex_);
  std::erase(shares_->members_, this);
}

uint64_t StateShares::Member::Allowed(uint64_t total) const {
  const std::lock_guard lock(shares_->mutex_);
  uint64_t others = 0;
  for (const Member* member : shares_->members_) {
    if (member != this) others += member->used_.load(std::memory_order_relaxed);
  }
  const uint64_t part = total / shares_->members_.size();
  return std::max(part, total - std::min(total, others));
}

}  // namespace millrace
