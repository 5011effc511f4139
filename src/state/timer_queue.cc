// SPDX-License-Identifier: Apache-2.0
#include "state/timer_queue.h"

#include "state/encoding.h"

namespace millrace {

void TimerQueue::Add(EventTime time, std::string_view payload, int key_group) {
  const auto [place, fresh] = timers_.insert({time, std::string(payload), key_group});
  if (!fresh) return;
  memory_bytes_ += BytesOf(*place);
  if (track_ && removed_.erase(*place) == 0) added_.insert(*place);
}

std::set<TimerQueue::Timer>::iterator TimerQueue::Erase(std::set<Timer>::iterator place) {
  memory_bytes_ -= BytesOf(*place);
  if (track_ && added_.erase(*place) == 0) removed_.insert(*place);
  return timers_.erase(place);
}

void TimerQueue::Remove(EventTime time, std::string_view payload, int key_group) {
  const auto place = timers_.find({time, std::string(payload), key_group});
  if (place != timers_.end()) Erase(place);
}

bool TimerQueue::Pop(EventTime now, EventTime* time, std::string* payload) {
  if (timers_.empty() || timers_.begin()->time > now) return false;
  *time = timers_.begin()->time;
  *payload = timers_.begin()->payload;
  Erase(timers_.begin());
  return true;
}

std::string TimerQueue::KeyOf(const Timer& timer) const {
  std::string key;
  PutOrdered(timer.time, &key);
  key += timer.payload;
  return key;
}

Status TimerQueue::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const Timer& timer : removed_) TRY(visit({name_, KeyOf(timer), {}, true, timer.group}));
  for (const Timer& timer : added_) TRY(visit({name_, KeyOf(timer), {}, false, timer.group}));
  removed_.clear();
  added_.clear();
  return OkStatus();
}

Status TimerQueue::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const Timer& timer : timers_) TRY(visit({name_, KeyOf(timer), {}, false, timer.group}));
  return OkStatus();
}

Status TimerQueue::Apply(const StateChange& change) {
  std::string_view key = change.key;
  EventTime time = 0;
  if (!GetOrdered(&key, &time)) return CorruptStateEntry(name_);
  Timer timer{time, std::string(key), change.key_group};
  if (change.deleted) {
    const auto place = timers_.find(timer);
    if (place == timers_.end()) return OkStatus();
    memory_bytes_ -= BytesOf(timer);
    timers_.erase(place);
  } else if (const auto [place, fresh] = timers_.insert(std::move(timer)); fresh) {
    memory_bytes_ += BytesOf(*place);
  }
  return OkStatus();
}

}  // namespace millrace
