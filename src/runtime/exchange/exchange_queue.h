// SPDX-License-Identifier: Apache-2.0
// ExchangeQueue: events from one shard to another on one edge. Bounded, one producer thread, one
// consumer thread, no locks. Both ends wake the other side when it may be parked.
#pragma once

#include <atomic>
#include <utility>
#include <vector>

#include "data/batch.h"
#include "runtime/exchange/wake_up.h"

namespace millrace {

class ExchangeQueue {
 public:
  ExchangeQueue(size_t capacity, WakeUp* producer, WakeUp* consumer)
      : slots_(capacity + 1), producer_(producer), consumer_(consumer) {}

  /// Producer. False: full, the event stays with the caller.
  bool TryPush(Event& event) {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    const size_t next = Next(tail);
    if (next == head_.load(std::memory_order_acquire)) return false;
    slots_[tail] = std::move(event);
    tail_.store(next, std::memory_order_release);
    consumer_->Notify();
    return true;
  }

  /// Consumer.
  bool empty() const {
    return head_.load(std::memory_order_relaxed) == tail_.load(std::memory_order_acquire);
  }
  /// Consumer: what waits now; the producer may add meanwhile.
  size_t size() const {
    const size_t head = head_.load(std::memory_order_relaxed);
    const size_t tail = tail_.load(std::memory_order_acquire);
    return tail >= head ? tail - head : tail + slots_.size() - head;
  }
  /// Consumer. REQUIRES: !empty().
  Event Pop() {
    const size_t head = head_.load(std::memory_order_relaxed);
    Event event = std::exchange(slots_[head], Event());
    head_.store(Next(head), std::memory_order_release);
    producer_->Notify();
    return event;
  }

 private:
  size_t Next(size_t index) const { return index + 1 == slots_.size() ? 0 : index + 1; }

  std::vector<Event> slots_;
  WakeUp* producer_;
  WakeUp* consumer_;
  alignas(64) std::atomic<size_t> head_{0};  // next to pop
  alignas(64) std::atomic<size_t> tail_{0};  // next to fill
};

}  // namespace millrace
