// SPDX-License-Identifier: Apache-2.0
#include "operators/input_watermarks.h"

#include <algorithm>

namespace millrace {

InputWatermarks::InputWatermarks(int inputs, CellTable* cells) : cells_(cells) {
  for (int i = 0; i < inputs; ++i) {
    inputs_.push_back({cells_->Add("watermark " + std::to_string(i), kMinWatermark), false});
  }
  current_ = cells_->Add("watermark", kMinWatermark);
}

EventTime InputWatermarks::Least(int without) const {
  EventTime least = kMaxWatermark;
  for (int i = 0; i < inputs(); ++i) {
    if (i != without && !inputs_[static_cast<size_t>(i)].idle) least = std::min(least, input(i));
  }
  return least;
}

void InputWatermarks::Raise(size_t cell, EventTime time) {
  if (time > cells_->get(cell)) cells_->Set(cell, time);
}

void InputWatermarks::Apply(int input, Batch* batch) {
  if (batch->num_rows == 0) return;
  Input& from = inputs_[static_cast<size_t>(input)];
  from.idle = false;
  const EventTime others = Least(input);
  const EventTime floor = current();
  const EventTime last = batch->watermark_before(batch->num_rows - 1);
  Raise(from.cell, last);
  const EventTime first = batch->watermark_before(0);
  if (first >= floor && last <= others) {
    Raise(current_, last);
    return;
  }
  if (std::min(last, others) <= floor || batch->watermarks == nullptr || first >= others) {
    batch->watermark = std::max(floor, std::min(first, others));
    batch->watermarks = nullptr;
    Raise(current_, batch->watermark);
    return;
  }
  auto rows = std::make_shared<std::vector<EventTime>>(*batch->watermarks);
  for (EventTime& time : *rows) time = std::max(floor, std::min(time, others));
  Raise(current_, rows->back());
  batch->watermarks = std::move(rows);
}

Watermark InputWatermarks::Advance(int input, Watermark watermark) {
  Input& from = inputs_[static_cast<size_t>(input)];
  from.idle = watermark.idle;
  Raise(from.cell, watermark.time);
  const bool all_idle =
      std::all_of(inputs_.begin(), inputs_.end(), [](const Input& i) { return i.idle; });
  if (!all_idle) Raise(current_, Least(-1));
  return {current(), all_idle};
}

}  // namespace millrace
