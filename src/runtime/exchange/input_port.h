// SPDX-License-Identifier: Apache-2.0
// InputPort: one input of an operator on one shard. Fed by an operator of the same shard, or by
// channels from several shards which it merges: the watermark is the minimum over channels, the
// running watermark of a row the minimum of its own and the other channels', a barrier comes out
// once all channels brought it (a channel that brought it is not read meanwhile), and so does the
// end. Idle channels are left out of the minimum. Channels from shards that own no split upstream
// do not exist. One thread.
#pragma once

#include <deque>
#include <vector>

#include "data/batch.h"
#include "runtime/exchange/exchange_queue.h"

namespace millrace {

class InputPort {
 public:
  /// Fed by Push from the same shard.
  InputPort() = default;
  /// Fed by channels. No channel at all: the input has ended before it began.
  explicit InputPort(const std::vector<ExchangeQueue*>& channels);
  /// An input that nothing feeds on this shard: ended, and no barrier comes.
  static InputPort Unfed();

  /// Local producer. Its next output may come only when empty() again.
  void Push(Event event) { ready_.push_back(std::move(event)); }
  bool empty() const { return ready_.empty(); }
  /// Batches and marks that wait here and in the queues from other shards.
  size_t queued() const;
  bool fed() const { return fed_; }

  /// True if Take has something. Held ports have nothing.
  bool HasEvent();
  /// REQUIRES: HasEvent().
  Event Take();
  /// Between a barrier on this port and that barrier on the operator's other ports.
  void Hold() { held_ = true; }
  void Release() { held_ = false; }
  /// The channel that holds the watermark back, -1 = none or local.
  int SlowestChannel() const;

 private:
  struct Channel {
    ExchangeQueue* queue = nullptr;
    int shard = 0;
    EventTime watermark = kMinWatermark;
    bool idle = false;
    bool at_barrier = false;
    bool ended = false;
  };

  void Pump();
  void Accept(Channel& channel, Event event);
  void AcceptBatch(Channel& channel, Batch batch);
  EventTime OthersWatermark(const Channel& channel) const;
  void EmitWatermark();

  std::deque<Event> ready_;
  std::vector<Channel> channels_;
  size_t turn_ = 0;
  size_t at_barrier_ = 0;
  size_t ended_ = 0;
  EventTime emitted_ = kMinWatermark;  // never goes back, though an idle channel may lag behind
  bool emitted_idle_ = false;
  bool held_ = false;
  bool fed_ = true;
};

}  // namespace millrace
