// SPDX-License-Identifier: Apache-2.0
// ExchangeSender: the outgoing end of one exchange edge on one shard. Cuts batches by the owner of
// their keys; everything else goes to all receivers. What a full queue does not take waits here,
// and the operator in front is not run until all of it is gone: one call's output is the bound. One
// thread.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "data/batch.h"
#include "data/key_codec.h"
#include "runtime/exchange/exchange_queue.h"

namespace millrace {

class ExchangeSender {
 public:
  /// `queues[i]` leads to receiver i, or is null if that shard has no receiver. `codec` null: all
  /// rows go to shard 0.
  ExchangeSender(std::vector<ExchangeQueue*> queues, std::unique_ptr<KeyCodec> codec);

  void Send(const Event& event);
  /// Moves what waits into the queues; true if nothing waits any more.
  bool Flush();
  bool waiting() const { return waiting_ > 0; }

 private:
  void SendBatch(const Batch& batch);
  void Enqueue(size_t shard, Event event);

  std::vector<ExchangeQueue*> queues_;
  std::unique_ptr<KeyCodec> codec_;
  std::vector<std::deque<Event>> pending_;  // by shard
  size_t waiting_ = 0;
  EncodedKeys keys_;                        // reused
  std::vector<std::vector<int32_t>> rows_;  // by shard, reused
};

}  // namespace millrace
