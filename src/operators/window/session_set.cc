// SPDX-License-Identifier: Apache-2.0
#include "operators/window/session_set.h"

#include <algorithm>

namespace millrace {

/// The row lies outside of the newest session of its key.
uint32_t SessionSet::JoinSlowly(uint32_t key, int64_t time) {
  const auto several = several_.find(key);
  if (several != several_.end()) return JoinAmong(key, &several->second, time);
  const uint32_t id = newest_[key];
  Session& session = sessions_[id];
  if (time > session.end || time + gap_ < session.start) return kNone;
  session.start = std::min(session.start, time);
  session.end = std::max(session.end, time + gap_);
  return id;
}

/// The earliest session that the row touches takes the others in.
uint32_t SessionSet::JoinAmong(uint32_t key, std::deque<uint32_t>* all, int64_t time) {
  const auto first = std::partition_point(all->begin(), all->end(),
                                          [&](uint32_t id) { return sessions_[id].end < time; });
  auto last = first;
  while (last != all->end() && sessions_[*last].start <= time + gap_) ++last;
  if (first == last) return kNone;
  const uint32_t id = *first;
  Session& session = sessions_[id];
  session.start = std::min(session.start, time);
  session.end = std::max(sessions_[*(last - 1)].end, time + gap_);
  if (last - first == 1) return id;
  for (auto other = first + 1; other != last; ++other) {
    absorbed_.push_back(*other);
    sessions_[*other].open = false;
    --open_;
  }
  all->erase(first + 1, last);
  newest_[key] = all->back();
  if (all->size() == 1) several_.erase(key);
  return id;
}

uint32_t SessionSet::Open(uint32_t key, int64_t start, int64_t end) {
  uint32_t id = 0;
  if (free_.empty()) {
    id = id_limit();
    sessions_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  sessions_[id] = {.start = start, .end = end, .queued = 0, .key = key, .open = true};
  ++open_;
  const uint32_t newest = newest_[key];
  if (newest == kNone) {
    newest_[key] = id;
  } else {
    std::deque<uint32_t>& all = several_[key];
    if (all.empty()) all.push_back(newest);
    const auto place = std::partition_point(
        all.begin(), all.end(), [&](uint32_t other) { return sessions_[other].start < start; });
    all.insert(place, id);
    newest_[key] = all.back();
  }
  Queue(id);
  return id;
}

void SessionSet::Queue(uint32_t id) {
  Session& session = sessions_[id];
  session.queued = times_.ClosingTime(session.end);
  heap_.emplace(session.queued, id);
}

uint32_t SessionSet::CloseNext(EventTime watermark) {
  while (!heap_.empty() && heap_.top().first <= watermark) {
    const auto [time, id] = heap_.top();
    heap_.pop();
    const Session& session = sessions_[id];
    // What is left in the heap of a session that was taken in by another one.
    if (!session.open || session.queued != time) continue;
    if (times_.ClosingTime(session.end) > time) {
      Queue(id);
      continue;
    }
    Detach(id);
    return id;
  }
  return kNone;
}

std::vector<uint32_t> SessionSet::SessionsOf(uint32_t key) const {
  if (key >= newest_.size() || newest_[key] == kNone) return {};
  const auto several = several_.find(key);
  if (several == several_.end()) return {newest_[key]};
  return {several->second.begin(), several->second.end()};
}

void SessionSet::Detach(uint32_t id) {
  Session& session = sessions_[id];
  session.open = false;
  --open_;
  const auto several = several_.find(session.key);
  if (several == several_.end()) {
    newest_[session.key] = kNone;
    return;
  }
  std::deque<uint32_t>& all = several->second;
  all.erase(std::ranges::find(all, id));
  newest_[session.key] = all.back();
  if (all.size() == 1) several_.erase(several);
}

size_t SessionSet::memory_bytes() const {
  return sessions_.capacity() * sizeof(Session) + newest_.capacity() * sizeof(uint32_t) +
         heap_.size() * sizeof(Waiting) + several_.size() * 640;
}

}  // namespace millrace
