// SPDX-License-Identifier: Apache-2.0
#include "operators/gathered_output.h"

#include <algorithm>

namespace millrace {
namespace {

/// Rows behind a watermark arrive under it, whatever their batch says.
void RaiseWatermarks(EventTime least, Batch* batch) {
  if (batch->watermark_before(0) >= least) return;
  batch->watermark = std::max(batch->watermark, least);
  if (batch->watermarks == nullptr) return;
  auto raised = std::make_shared<std::vector<EventTime>>(*batch->watermarks);
  for (EventTime& watermark : *raised) watermark = std::max(watermark, least);
  batch->watermarks = std::move(raised);
}

}  // namespace

void GatheredOutput::Push(Batch batch) {
  if (batch.num_rows == 0) return;
  if (!FitsIn(batch)) Flush();
  if (batch.origins != nullptr) origins_ = batch.origins;
  pushed_ += batch.num_rows;
  waiting_rows_ += batch.num_rows;
  RaiseWatermarks(watermark_, &batch);
  watermark_ = std::max(watermark_, batch.watermark_before(batch.num_rows - 1));
  waiting_.push_back(std::move(batch));
}

void GatheredOutput::Push(Watermark watermark) {
  watermark_ = std::max(watermark_, watermark.time);
  has_watermark_ = true;
  if (!watermark.idle) return;
  has_watermark_ = false;
  Flush();
  output_->Push(watermark);
}

void GatheredOutput::Flush() {
  if (!waiting_.empty()) {
    output_->Push(waiting_.size() == 1 ? std::move(waiting_[0]) : Concatenate(waiting_));
  }
  waiting_.clear();
  origins_ = nullptr;
  waiting_rows_ = 0;
  if (has_watermark_) output_->Push(Watermark{watermark_});
  has_watermark_ = false;
}

bool GatheredOutput::FitsIn(const Batch& batch) const {
  const bool apart = batch.origins != nullptr && origins_ != nullptr && batch.origins != origins_;
  return waiting_.empty() || (waiting_rows_ + batch.num_rows <= kMaxBatchRows && !apart);
}

}  // namespace millrace
