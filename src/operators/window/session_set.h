// SPDX-License-Identifier: Apache-2.0
// SessionSet: the open sessions of all keys. A row opens [time, time + gap); windows of a key that
// overlap or touch are one.
//
// Most rows go to the newest session of their key, which is found in one step; the older ones of a
// key, if it has any, lie in order of their starts, which is the order of their ends, and are
// searched. A session waits for its closing time in a heap under the time that it had when it was
// put there: one that has grown since goes back when that time has come, so a row that makes its
// session longer costs nothing there. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "operators/window/window_times.h"

namespace millrace {

struct Session {
  int64_t start = 0;  // local times
  int64_t end = 0;
  EventTime queued = 0;  // the time under which it waits
  uint32_t key = 0;
  bool open = false;
};

class SessionSet {
 public:
  static constexpr uint32_t kNone = 0xFFFFFFFF;

  SessionSet(const WindowTimes& times, int64_t gap) : times_(times), gap_(gap) {}

  /// Makes room for keys below this.
  void FitKeys(uint32_t limit) {
    if (newest_.size() < limit) newest_.resize(limit, kNone);
  }
  bool has_sessions(uint32_t key) const { return newest_[key] != kNone; }
  uint32_t newest(uint32_t key) const { return newest_[key]; }

  /// The open session that a row of this local time belongs to and makes longer; kNone if it
  /// touches none. Sessions that the row connects with it are closed and named in absorbed(): the
  /// owner releases them.
  uint32_t Join(uint32_t key, int64_t time) {
    const uint32_t id = newest_[key];
    if (id == kNone) return kNone;
    Session& session = sessions_[id];
    if (time < session.start || time > session.end) return JoinSlowly(key, time);
    if (session.end < time + gap_) session.end = time + gap_;
    return id;
  }
  std::vector<uint32_t>& absorbed() { return absorbed_; }
  /// The watermark at which the session of a row that touches no other would be over.
  EventTime ClosingTimeOf(int64_t time) const { return times_.ClosingTime(time + gap_); }
  /// The same of an open session, as it is now.
  EventTime ClosingTimeOfSession(uint32_t id) const {
    return times_.ClosingTime(sessions_[id].end);
  }
  /// REQUIRES: Join found none.
  uint32_t Open(uint32_t key, int64_t start, int64_t end);
  uint32_t Open(uint32_t key, int64_t time) { return Open(key, time, time + gap_); }

  /// Not later than the first closing time; kMaxWatermark if nothing is open.
  EventTime next_closing() const { return heap_.empty() ? kMaxWatermark : heap_.top().first; }
  /// Closes a session that is over at this watermark, earliest first; kNone if there is none.
  uint32_t CloseNext(EventTime watermark);
  /// Takes an open session out, which is over or leaves memory.
  void Detach(uint32_t id);
  /// The id may be given to another session.
  void Release(uint32_t id) { free_.push_back(id); }
  /// The open sessions of a key, in order.
  std::vector<uint32_t> SessionsOf(uint32_t key) const;

  int64_t gap() const { return gap_; }
  const Session& session(uint32_t id) const { return sessions_[id]; }
  /// Every id is below this.
  uint32_t id_limit() const { return static_cast<uint32_t>(sessions_.size()); }
  size_t open_count() const { return open_; }
  size_t memory_bytes() const;

 private:
  using Waiting = std::pair<EventTime, uint32_t>;

  uint32_t JoinSlowly(uint32_t key, int64_t time);
  uint32_t JoinAmong(uint32_t key, std::deque<uint32_t>* all, int64_t time);
  void Queue(uint32_t id);

  const WindowTimes& times_;
  int64_t gap_;
  std::vector<Session> sessions_;  // by id
  std::vector<uint32_t> free_;
  std::vector<uint32_t> newest_;  // by key
  /// All sessions of keys that have had several at once, by start.
  std::unordered_map<uint32_t, std::deque<uint32_t>> several_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> heap_;
  std::vector<uint32_t> absorbed_;
  size_t open_ = 0;
};

}  // namespace millrace
