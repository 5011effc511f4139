// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/expiry_list.h"

#include <algorithm>

namespace millrace {

void ExpiryList::Touch(uint32_t slot, int64_t time_ms) {
  const uint32_t index = slot + 1;
  if (index >= links_.size()) links_.resize(index + 1);
  Remove(slot);
  Link& link = links_[index];
  link = {links_[0].previous, 0, time_ms, true};
  links_[link.previous].next = index;
  links_[0].previous = index;
}

void ExpiryList::Remove(uint32_t slot) {
  if (!Contains(slot)) return;
  Link& link = links_[slot + 1];
  links_[link.previous].next = link.next;
  links_[link.next].previous = link.previous;
  link.linked = false;
}

std::optional<uint32_t> ExpiryList::PopBefore(int64_t time_ms) {
  const uint32_t index = links_[0].next;
  if (index == 0 || links_[index].time_ms >= time_ms) return std::nullopt;
  Remove(index - 1);
  return index - 1;
}

void ExpiryList::Sort() {
  std::vector<std::pair<int64_t, uint32_t>> slots;
  for (uint32_t index = links_[0].next; index != 0; index = links_[index].next) {
    slots.emplace_back(links_[index].time_ms, index - 1);
  }
  std::sort(slots.begin(), slots.end());
  for (const auto& [time_ms, slot] : slots) Touch(slot, time_ms);
}

}  // namespace millrace
