// SPDX-License-Identifier: Apache-2.0
#include "runtime/exchange/slot_output.h"

#include <algorithm>

namespace millrace {

void SlotOutput::Push(Batch batch) {
  if (batch.num_rows == 0) return;
  rows_in_call_ += batch.num_rows;
  ++batches_in_call_;
  rows_out_ += static_cast<uint64_t>(batch.num_rows);
  idle_ = false;
  if (tap_ != nullptr && tap_->heard()) [[unlikely]]
    tap_->Offer(batch);
  Send(std::move(batch));
}

void SlotOutput::Push(Watermark watermark) {
  if (watermark.time <= watermark_ && watermark.idle == idle_) return;
  watermark_ = std::max(watermark_, watermark.time);
  idle_ = watermark.idle;
  Send(Watermark{watermark_, idle_});
}

void SlotOutput::PushEnd() {
  Push(Watermark{kMaxWatermark});
  Send(EndOfInput{});
}

void SlotOutput::Send(Event event) {
  for (const auto& sender : senders_) sender->Send(event);
  for (size_t i = 1; i < ports_.size(); ++i) ports_[i]->Push(event);
  if (!ports_.empty()) ports_[0]->Push(std::move(event));
}

bool SlotOutput::Drained() {
  for (const auto& sender : senders_) {
    if (sender->waiting() && !sender->Flush()) return false;
  }
  return std::ranges::all_of(ports_, [](const InputPort* port) { return port->empty(); });
}

void SlotOutput::Flush() {
  for (const auto& sender : senders_) {
    if (sender->waiting()) sender->Flush();
  }
}

bool SlotOutput::Blocked() const {
  return std::ranges::any_of(senders_, [](const auto& sender) { return sender->waiting(); });
}

}  // namespace millrace
