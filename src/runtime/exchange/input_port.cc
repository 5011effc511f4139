// SPDX-License-Identifier: Apache-2.0
#include "runtime/exchange/input_port.h"

#include <algorithm>

namespace millrace {

InputPort::InputPort(const std::vector<ExchangeQueue*>& channels) {
  for (size_t shard = 0; shard < channels.size(); ++shard) {
    if (channels[shard] == nullptr) continue;
    channels_.push_back({.queue = channels[shard], .shard = static_cast<int>(shard)});
  }
  if (channels_.empty()) *this = Unfed();
}

InputPort InputPort::Unfed() {
  InputPort port;
  port.fed_ = false;
  port.Push(Watermark{kMaxWatermark});
  port.Push(EndOfInput{});
  return port;
}

size_t InputPort::queued() const {
  size_t events = ready_.size();
  for (const Channel& channel : channels_) events += channel.queue->size();
  return events;
}

bool InputPort::HasEvent() {
  if (held_) return false;
  if (ready_.empty() && !channels_.empty()) Pump();
  return !ready_.empty();
}

Event InputPort::Take() {
  Event event = std::move(ready_.front());
  ready_.pop_front();
  return event;
}

void InputPort::Pump() {
  for (size_t tried = 0; tried < channels_.size();) {
    Channel& channel = channels_[turn_];
    if (channel.at_barrier || channel.queue->empty()) {
      turn_ = (turn_ + 1) % channels_.size();
      ++tried;
      continue;
    }
    Accept(channel, channel.queue->Pop());
    turn_ = (turn_ + 1) % channels_.size();
    if (!ready_.empty()) return;
    tried = 0;
  }
}

void InputPort::Accept(Channel& channel, Event event) {
  if (auto* batch = std::get_if<Batch>(&event)) {
    AcceptBatch(channel, std::move(*batch));
  } else if (const auto* watermark = std::get_if<Watermark>(&event)) {
    channel.watermark = std::max(channel.watermark, watermark->time);
    channel.idle = watermark->idle;
    EmitWatermark();
  } else if (std::holds_alternative<Barrier>(event)) {
    channel.at_barrier = true;
    if (++at_barrier_ < channels_.size()) return;
    at_barrier_ = 0;
    for (Channel& each : channels_) each.at_barrier = false;
    ready_.push_back(std::move(event));
  } else {
    channel.ended = true;
    channel.idle = false;
    channel.watermark = kMaxWatermark;
    EmitWatermark();
    if (++ended_ == channels_.size()) ready_.push_back(EndOfInput{});
  }
}

void InputPort::AcceptBatch(Channel& channel, Batch batch) {
  channel.idle = false;
  emitted_idle_ = false;
  const EventTime others = OthersWatermark(channel);
  const EventTime last = batch.watermark_before(batch.num_rows - 1);
  channel.watermark = std::max(channel.watermark, last);
  const auto merged = [&](EventTime own) { return std::max(emitted_, std::min(own, others)); };
  if (batch.watermarks == nullptr) {
    batch.watermark = merged(batch.watermark);
  } else if (last > others || batch.watermarks->front() < emitted_) {
    auto times = std::make_shared<std::vector<EventTime>>(*batch.watermarks);
    for (EventTime& time : *times) time = merged(time);
    batch.watermarks = std::move(times);
  }
  emitted_ = std::max(emitted_, batch.watermark_before(batch.num_rows - 1));
  ready_.push_back(std::move(batch));
}

EventTime InputPort::OthersWatermark(const Channel& channel) const {
  EventTime others = kMaxWatermark;
  for (const Channel& each : channels_) {
    if (&each != &channel && !each.idle) others = std::min(others, each.watermark);
  }
  return others;
}

void InputPort::EmitWatermark() {
  EventTime merged = kMaxWatermark;
  bool active = false;
  bool idle = false;
  for (const Channel& channel : channels_) {
    idle |= channel.idle;
    if (channel.idle) continue;
    active |= !channel.ended;
    merged = std::min(merged, channel.watermark);
  }
  idle &= !active;  // whoever has not ended is idle
  if (idle) merged = emitted_;
  if (merged <= emitted_ && idle == emitted_idle_) return;
  emitted_ = std::max(emitted_, merged);
  emitted_idle_ = idle;
  ready_.push_back(Watermark{emitted_, idle});
}

int InputPort::SlowestChannel() const {
  const auto slowest = std::ranges::min_element(channels_, {}, &Channel::watermark);
  return slowest == channels_.end() || slowest->ended ? -1 : slowest->shard;
}

}  // namespace millrace
