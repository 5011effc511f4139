// SPDX-License-Identifier: Apache-2.0
// SlotOutput: the Output that an operator, or a source, of one shard pushes into: the ports of the
// operators behind it on this shard, and the queues to those on others. One thread.
#pragma once

#include <memory>
#include <vector>

#include "operators/operator.h"
#include "runtime/exchange/exchange_sender.h"
#include "runtime/exchange/input_port.h"
#include "runtime/tap/tap.h"

namespace millrace {

class SlotOutput final : public Output {
 public:
  void AddLocal(InputPort* port) { ports_.push_back(port); }
  void AddExchange(std::unique_ptr<ExchangeSender> sender) {
    senders_.push_back(std::move(sender));
  }

  /// Where others may look at what is pushed.
  void SetTap(TapPoint* tap) { tap_ = tap; }

  void Push(Batch batch) override;
  void Push(Watermark watermark) override;
  bool full() const override {
    return rows_in_call_ >= kMaxBatchRows || batches_in_call_ >= kMaxCallBatches;
  }
  void PushBarrier(Barrier barrier) { Send(barrier); }
  void PushEnd();
  void BeginCall() {
    rows_in_call_ = 0;
    batches_in_call_ = 0;
  }

  /// True if everything pushed so far was taken over by the operators behind: another call may
  /// push.
  bool Drained();
  /// Moves what waits for room in queues to other shards.
  void Flush();
  /// True if the reason for not being drained is a full queue to another shard.
  bool Blocked() const;
  uint64_t rows_out() const { return rows_out_; }
  EventTime watermark() const { return watermark_; }

 private:
  void Send(Event event);

  TapPoint* tap_ = nullptr;
  std::vector<InputPort*> ports_;
  std::vector<std::unique_ptr<ExchangeSender>> senders_;
  int64_t rows_in_call_ = 0;
  int batches_in_call_ = 0;
  uint64_t rows_out_ = 0;
  EventTime watermark_ = kMinWatermark;
  bool idle_ = false;
};

}  // namespace millrace
