// SPDX-License-Identifier: Apache-2.0
#include "operators/deadline_operator.h"

#include <algorithm>
#include <cstdio>

#include "data/time/calendar.h"
#include "operators/gathered_output.h"

namespace millrace {
namespace {

/// Rows may come behind the end of their input, as of a file that was added to a run which had read
/// all others. They are late like any others: kMaxWatermark as a deadline says that there is none.
void KeepBelowEnd(Batch* batch) {
  constexpr EventTime kLatest = kMaxWatermark - 1;
  if (batch->watermark_before(batch->num_rows - 1) <= kLatest) return;
  batch->watermark = std::min(batch->watermark, kLatest);
  if (batch->watermarks == nullptr) return;
  auto capped = std::make_shared<std::vector<EventTime>>(*batch->watermarks);
  for (EventTime& watermark : *capped) watermark = std::min(watermark, kLatest);
  batch->watermarks = std::move(capped);
}

}  // namespace

DeadlineOperator::DeadlineOperator(int inputs, const OperatorContext& context)
    : context_(context), cells_("times", context.state->track()), inputs_(inputs, &cells_) {
  passed_ = cells_.Add("passed", kMinWatermark);
  context.state->Register(&cells_);
}

Status DeadlineOperator::OnBatch(int input, Batch batch, Output* output) {
  if (batch.num_rows == 0) return OkStatus();
  inputs_.Apply(input, &batch);
  KeepBelowEnd(&batch);
  TRY(BeginBatch(input, batch));
  input_ = input;
  batch_ = std::move(batch);
  row_ = 0;
  has_batch_ = true;
  return Run(output);
}

Status DeadlineOperator::OnWatermark(int input, Watermark watermark, Output* output) {
  pending_ = inputs_.Advance(input, watermark);
  return Run(output);
}

Status DeadlineOperator::OnRestore() {
  forwarded_ = OutputWatermark(watermark());
  return Restored();
}

void DeadlineOperator::Forward(Watermark watermark, Output* output) {
  const EventTime time = OutputWatermark(watermark.time);
  if (time <= forwarded_ && !watermark.idle) return;
  forwarded_ = std::max(forwarded_, time);
  output->Push(Watermark{forwarded_, watermark.idle});
}

Status DeadlineOperator::Run(Output* output) {
  GatheredOutput gathered(output);
  Status status;
  while (status && more() && !gathered.full()) status = Step(&gathered);
  gathered.Flush();
  return status;
}

/// One fire, one run of rows, or the watermark behind the batch.
Status DeadlineOperator::Step(Output* output) {
  if (firing_) {
    TRY_ASSIGN(const bool done, Fire(output));
    if (!done) return OkStatus();
    firing_ = false;
    Forward({watermark()}, output);
    if (!has_batch_) EndBatch();
    return OkStatus();
  }
  const EventTime next = has_batch_ ? batch_.watermark_before(row_) : pending_->time;
  // A deadline may be too early, and what comes back from the disk may bring one that has passed.
  const EventTime deadline = NextDeadline();
  const bool overdue = deadline <= watermark() && deadline != kMaxWatermark;
  if (next > watermark() || overdue) {
    firing_ = next >= deadline || overdue;
    if (firing_) Forward({watermark()}, output);
    cells_.Set(passed_, std::max(next, watermark()));
    if (firing_) return OkStatus();
  }
  if (!has_batch_) {
    Forward(*pending_, output);
    pending_.reset();
    return OkStatus();
  }
  TRY_ASSIGN(row_, ProcessRows(input_, batch_, row_, output));
  if (row_ > 0) {
    cells_.Set(passed_, std::max(watermark(), batch_.watermark_before(row_ - 1)));
  }
  if (row_ == batch_.num_rows) {
    has_batch_ = false;
    batch_ = Batch();
    EndBatch();
  }
  return OkStatus();
}

std::string FormatEventTime(EventTime time) {
  if (time == kMaxWatermark) return "the end of input";
  if (time == kMinWatermark) return "not known yet";
  const int64_t days = FloorDiv(time, kMillisPerDay);
  const int64_t millis = FloorMod(time, kMillisPerDay);
  const CivilDate date = CivilFromDays(days);
  char text[64];
  std::snprintf(text, sizeof(text), "%04lld-%02d-%02d %02d:%02d:%02d",
                static_cast<long long>(date.year), date.month, date.day,
                static_cast<int>(millis / 3'600'000), static_cast<int>(millis / 60'000 % 60),
                static_cast<int>(millis / 1000 % 60));
  std::string result = text;
  if (millis % 1000 != 0) {
    std::snprintf(text, sizeof(text), ".%03d", static_cast<int>(millis % 1000));
    result += text;
  }
  return result;
}

}  // namespace millrace
