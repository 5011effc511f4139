// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/expiry_list.h"

#include <algorithm>

namespace millrace {

ExpiryList::Link& ExpiryList::At(uint32_t slot) {
  if (slot + 1 >= links_.size()) links_.resize(slot + 2);
  return links_[slot + 1];
}

void ExpiryList::Touch(uint32_t slot, int64_t time_ms) {
  Link& link = At(slot);
  Remove(slot);
  const uint32_t index = slot + 1;
  link = {links_[0].previous, 0, time_ms, State::kLinked};
  links_[link.previous].next = index;
  links_[0].previous = index;
}

void ExpiryList::Place(uint32_t slot, int64_t time_ms) {
  const uint32_t last = links_[0].previous;
  if (last == 0 || links_[last].time_ms <= time_ms) return Touch(slot, time_ms);
  Link& link = At(slot);
  Remove(slot);
  link.time_ms = time_ms;
  link.state = State::kQueued;
  queue_.emplace(time_ms, slot);
  ++in_queue_;
  TidyQueue();
}

bool ExpiryList::Holds(const Queued& queued) const {
  const auto [time_ms, slot] = queued;
  return StateOf(slot) == State::kQueued && links_[slot + 1].time_ms == time_ms;
}

/// Drops what is not queued any more once it is most of the queue.
void ExpiryList::TidyQueue() {
  constexpr size_t kFew = 64;
  if (queue_.size() <= kFew + 2 * in_queue_) return;
  queue_ = {};
  for (uint32_t slot = 0; slot + 1 < links_.size(); ++slot) {
    if (StateOf(slot) == State::kQueued) queue_.emplace(links_[slot + 1].time_ms, slot);
  }
}

void ExpiryList::Remove(uint32_t slot) {
  const State state = StateOf(slot);
  if (state == State::kNone) return;
  Link& link = links_[slot + 1];
  link.state = State::kNone;
  if (state == State::kQueued) {
    --in_queue_;
    return;
  }
  links_[link.previous].next = link.next;
  links_[link.next].previous = link.previous;
}

std::optional<uint32_t> ExpiryList::PopBefore(int64_t time_ms) {
  while (!queue_.empty() && (queue_.top().first < time_ms || !Holds(queue_.top()))) {
    const Queued queued = queue_.top();
    queue_.pop();
    if (!Holds(queued)) continue;
    Remove(queued.second);
    return queued.second;
  }
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
