// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/bundle_operator.h"

#include <algorithm>
#include <utility>

namespace millrace {

Status BundleOperator::OnBatch(int, Batch batch, Output* output) {
  if (batch.num_rows == 0) return OkStatus();
  TRY(BeginBatch(batch));
  const EventTime reached = batch.watermark_before(batch.num_rows - 1);
  if (reached > forwarded_ && (!waiting_ || reached > waiting_->time)) waiting_ = {reached, false};
  batch_ = std::move(batch);
  row_ = 0;
  return Continue(output);
}

Status BundleOperator::OnWatermark(int, Watermark watermark, Output* output) {
  waiting_ = watermark;
  if (watermark.time == kMaxWatermark) TRY(End());
  return Continue(output);
}

Status BundleOperator::OnTime(int64_t now_ms, Output* output) {
  now_ms_ = now_ms;
  if (bundle_rows_ > 0 && due_ms_ <= now_ms) TRY(End());
  TRY(Expire(now_ms));
  return Continue(output);
}

Status BundleOperator::OnBarrier(Barrier, Output* output) {
  TRY(End());
  return Continue(output);
}

Status BundleOperator::Continue(Output* output) {
  while (more() && !output->full()) {
    if (pending_.empty()) TRY(Step());
    pending_.PushTo(output);
  }
  if (more() || bundle_rows_ > 0 || !waiting_) return OkStatus();
  forwarded_ = std::max(forwarded_, waiting_->time);
  output->Push(*std::exchange(waiting_, std::nullopt));
  return OkStatus();
}

/// Rows of the batch, as many as the bundle has room for.
Status BundleOperator::Step() {
  if (bundle_rows_ == 0) due_ms_ = now_ms_ + bounds_.latency_ms;
  const int64_t end = std::min(batch_.num_rows, row_ + bounds_.rows - bundle_rows_);
  TRY(Fold(batch_, row_, end));
  bundle_rows_ += end - row_;
  row_ = end;
  if (row_ == batch_.num_rows) batch_ = Batch();
  return bundle_rows_ == bounds_.rows ? End() : OkStatus();
}

/// REQUIRES: nothing is pending.
Status BundleOperator::End() {
  if (bundle_rows_ == 0) return OkStatus();
  bundle_rows_ = 0;
  TRY_ASSIGN(Batch batch, EndBundle());
  batch.watermark = forwarded_;
  pending_.Set(std::move(batch));
  return OkStatus();
}

}  // namespace millrace
