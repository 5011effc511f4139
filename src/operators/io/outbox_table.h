// SPDX-License-Identifier: Apache-2.0
// OutboxTable: the outbox of one sink on one shard, as state: the bytes of every message that is
// not delivered yet, by sequence. A message is put into the delta of the epoch in which it was made
// and given out once that epoch has happened; what was delivered is deleted by a later delta. A
// message that was sent at once and delivered within its own epoch is never written at all.
//
// A sequence is the shard (16 bits) and a number that only grows and is state itself, so messages
// of a shard that this run does not have can lie in the table of another. One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/outbox.h"
#include "env/clock.h"
#include "state/state_store.h"

namespace millrace {

/// How an outbox is, for others.
struct OutboxStatus {
  uint64_t messages = 0;
  uint64_t bytes = 0;
  uint64_t bytes_max = 0;       // 0: there is no outbox
  int64_t oldest_age_ms = 0;    // of the messages that are not delivered
  double bytes_per_second = 0;  // that came in, over about a minute

  /// How long a receiver may be away until the outbox is full, if rows come as they do now;
  /// nullopt: hardly any come.
  std::optional<double> covers_seconds() const {
    if (bytes_per_second < 1) return std::nullopt;
    return static_cast<double>(bytes_max - std::min(bytes, bytes_max)) / bytes_per_second;
  }
};

class OutboxTable final : public Outbox, public StateTable {
 public:
  struct Settings {
    int shard = 0;
    uint64_t bytes_max = 0;
    Clock* clock = nullptr;  // outlives the table
  };
  explicit OutboxTable(Settings settings);

  // The sink.
  uint64_t next_sequence() const override { return next_; }
  std::string_view Add(std::string bytes, bool at_once) override;
  bool Take(OutboxMessage* message) override;
  void Done(uint64_t sequence) override;
  bool HasRoom() const override { return bytes_ < settings_.bytes_max; }
  bool empty() const override { return messages_.empty(); }

  // Its driver.
  /// What was added so far belongs to this epoch.
  void OnBarrier(uint64_t epoch) { barriers_[epoch] = barrier_ = next_; }
  /// That epoch has happened.
  void OnDecided(uint64_t epoch);
  /// Something was added behind the last barrier.
  bool waits_for_epoch() const { return next_ > barrier_; }
  OutboxStatus status() const;

  // State.
  std::string_view name() const override { return "outbox"; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  /// What is read back was decided.
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return messages_.size(); }
  size_t memory_bytes() const override { return bytes_; }

 private:
  struct Message {
    std::string bytes;
    int64_t added_ms = 0;
    bool at_once = false;
    bool written = false;  // in a delta
  };
  Status Put(uint64_t sequence, const Message& message,
             const std::function<Status(const StateChange&)>& visit) const;
  Status PutNext(const std::function<Status(const StateChange&)>& visit) const;

  Settings settings_;
  uint64_t first_;                         // the first sequence of this shard
  uint64_t next_;                          // of the next message
  uint64_t collected_;                     // below: handed over or gone
  uint64_t decided_;                       // below: decided
  uint64_t barrier_;                       // the sequence at the last barrier
  std::map<uint64_t, uint64_t> barriers_;  // epoch -> next sequence at its barrier
  std::map<uint64_t, Message> messages_;
  std::deque<uint64_t> ready_;                 // decided, not taken; some may be gone
  std::vector<uint64_t> deleted_;              // since the last delta, of those that were in one
  std::map<std::string, std::string> others_;  // counters of other shards, kept for them
  size_t bytes_ = 0;
  double rate_ = 0;  // bytes per second at rate_ms_, decaying
  int64_t rate_ms_ = 0;
};

}  // namespace millrace
