// SPDX-License-Identifier: Apache-2.0
// MemoryOutbox: an outbox for tests of sinks; Decide says that the epoch of all messages happened.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "connectors/outbox.h"

namespace millrace {

class MemoryOutbox final : public Outbox {
 public:
  uint64_t next_sequence() const override { return next_; }
  std::string_view Add(std::string bytes, bool at_once) override {
    if (!at_once) waiting_.push_back(next_);
    return messages_.emplace(next_++, std::move(bytes)).first->second;
  }
  bool Take(OutboxMessage* message) override {
    if (ready_.empty()) return false;
    *message = {.sequence = ready_.front(), .bytes = messages_.at(ready_.front())};
    ready_.pop_front();
    return true;
  }
  void Done(uint64_t sequence) override { messages_.erase(sequence); }
  bool HasRoom() const override { return true; }
  bool empty() const override { return messages_.empty(); }

  void Decide() {
    for (const uint64_t sequence : waiting_) ready_.push_back(sequence);
    waiting_.clear();
  }
  void SetNext(uint64_t next) { next_ = next; }
  /// A crash and a start from the last decision: what was not decided is read again.
  void Restart() {
    for (const uint64_t sequence : waiting_) messages_.erase(sequence);
    if (!waiting_.empty()) next_ = waiting_.front();
    waiting_.clear();
    ready_.clear();
    for (const auto& [sequence, bytes] : messages_) ready_.push_back(sequence);
  }

 private:
  uint64_t next_ = 0;
  std::map<uint64_t, std::string> messages_;
  std::deque<uint64_t> waiting_;
  std::deque<uint64_t> ready_;
};

}  // namespace millrace
