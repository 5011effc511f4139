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

struct OutboxMessage {
  uint64_t sequence = 0;  // ascending within the sink and shard, never given twice
  std::string_view bytes;
};

/// Called by the shard's thread only.
class Outbox {
 public:
  virtual ~Outbox() = default;
  /// Returns the message's sequence. It is not to be sent before Next gives it.
  virtual Result<uint64_t> Add(std::string_view bytes) = 0;
  /// The first decided message above `after`, or false. Its bytes are valid until the next call.
  virtual bool Next(uint64_t after, OutboxMessage* message) = 0;
  /// It was delivered, or given up: the next epoch forgets it.
  virtual void Done(uint64_t sequence) = 0;
  /// False while it holds as much as it may: the sink takes no more rows.
  virtual bool HasRoom() const = 0;
  /// Part of every message's idempotency key: the same in all attempts and after any restart.
  virtual std::string KeyOf(uint64_t sequence) const = 0;
};

}  // namespace millrace
