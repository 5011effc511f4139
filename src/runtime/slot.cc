// SPDX-License-Identifier: Apache-2.0
#include "runtime/slot.h"

#include <algorithm>

namespace millrace {

void SlotOutput::Push(Batch batch) {
  if (batch.num_rows == 0) return;
  rows_in_call_ += batch.num_rows;
  rows_out_ += static_cast<uint64_t>(batch.num_rows);
  Send(std::move(batch));
}

void SlotOutput::Push(Watermark watermark) {
  if (watermark.time <= watermark_) return;
  watermark_ = watermark.time;
  Send(watermark);
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

bool SlotOutput::Blocked() const {
  return std::ranges::any_of(senders_, [](const auto& sender) { return sender->waiting(); });
}

size_t Slot::fed_ports() const {
  return static_cast<size_t>(std::ranges::count_if(ports, &InputPort::fed));
}

}  // namespace millrace
