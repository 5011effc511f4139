// SPDX-License-Identifier: Apache-2.0
// LimitedRows: hands the first so many rows on, then asks for the end of the job. Called by one
// shard's thread.
#pragma once

#include <cstdint>
#include <functional>

#include "operators/io/sink_driver.h"

namespace millrace {

class LimitedRows final : public RowConsumer {
 public:
  /// `reached` is called once. `inner` outlives this.
  LimitedRows(RowConsumer* inner, int64_t limit, std::function<void()> reached)
      : inner_(inner), left_(limit), reached_(std::move(reached)) {}

  Status OnRows(const Schema& schema, const Batch& batch) override {
    if (left_ <= 0) return OkStatus();
    const int64_t rows = batch.num_rows < left_ ? batch.num_rows : left_;
    left_ -= rows;
    TRY(inner_->OnRows(schema, rows == batch.num_rows ? batch : batch.Slice(0, rows)));
    if (left_ == 0) reached_();
    return OkStatus();
  }
  bool Ready() override { return inner_->Ready(); }
  Status OnEnd() override { return inner_->OnEnd(); }

 private:
  RowConsumer* inner_;
  int64_t left_;
  std::function<void()> reached_;
};

}  // namespace millrace
