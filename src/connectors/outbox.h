// SPDX-License-Identifier: Apache-2.0
// Outbox: messages of one sink on one shard that were decided and wait for delivery. A sink outside
// any transaction puts the finished bytes of a message in; once the epoch that holds them has
// happened they come back to be sent, in order, until the sink says that they arrived. So what was
// decided is what is sent, also after a crash, and its key stays the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

/// What an outbox holds unless 'outbox.max-bytes' says so.
constexpr uint64_t kOutboxBytesDefault = 256 << 20;

/// A sequence is a shard and, below, the number of a message in it.
constexpr int kOutboxShardShift = 48;
constexpr uint64_t kOutboxNumberMask = (uint64_t{1} << kOutboxShardShift) - 1;

struct OutboxMessage {
  uint64_t sequence = 0;   // never given twice by this sink, whatever restarts
  std::string_view bytes;  // valid until Done(sequence)
};

/// Called by the shard's thread only.
class Outbox {
 public:
  virtual ~Outbox() = default;
  /// The sequence of the message that is added next; part of its idempotency key. After a restart
  /// the rows that are read again get the sequences they had.
  virtual uint64_t next_sequence() const = 0;
  /// With `at_once` the sink sends the message itself and Take never gives it (but does after a
  /// restart, when it was in an epoch that happened). Else it is not to be sent before Take.
  /// Answers the bytes as they lie here, valid until Done.
  virtual std::string_view Add(std::string bytes, bool at_once) = 0;
  /// The next message that was decided; each comes once. False: none now.
  virtual bool Take(OutboxMessage* message) = 0;
  /// It was delivered, or given up: the next epoch forgets it.
  virtual void Done(uint64_t sequence) = 0;
  /// False while it holds as much as it may: the sink takes no more rows.
  virtual bool HasRoom() const = 0;
  virtual bool empty() const = 0;
};

}  // namespace millrace
