// SPDX-License-Identifier: Apache-2.0
#include "state/cold/cold_keys.h"

#include <iterator>

namespace millrace {

void ColdKeys::CollectDeleted(std::vector<std::string> keys) {
  if (!follows_deletions_) return;
  leaving_.insert(leaving_.end(), std::make_move_iterator(keys.begin()),
                  std::make_move_iterator(keys.end()));
}

void ColdKeys::Collected(uint64_t epoch, uint32_t slot_limit) {
  changed_in_.resize(slot_limit);
  for (const uint32_t slot : collected_) changed_in_[slot] = epoch;
  collected_.clear();
  for (const std::string& key : leaving_) gone_.insert_or_assign(key, epoch);
  if (!leaving_.empty()) leaving_in_.emplace_back(epoch, std::exchange(leaving_, {}));
  epoch_ = epoch;
}

void ColdKeys::ForgetGone(uint64_t applied) {
  for (; !leaving_in_.empty() && leaving_in_.front().first <= applied; leaving_in_.pop_front()) {
    for (const std::string& key : leaving_in_.front().second) {
      const auto gone = gone_.find(key);
      // Else it came again and was deleted again.
      if (gone != gone_.end() && gone->second <= applied) gone_.erase(gone);
    }
  }
}

bool ColdKeys::MayLeave(uint64_t applied) {
  if (!follows_deletions_) {
    follows_deletions_ = true;
    followed_since_ = epoch_ + 1;
  }
  return applied >= followed_since_;  // else an earlier deletion may still be on its way
}

}  // namespace millrace
