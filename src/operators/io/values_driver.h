// SPDX-License-Identifier: Apache-2.0
// ValuesDriver: the constant rows of VALUES, handed out once by one shard.
#pragma once

#include <algorithm>

#include "env/clock.h"
#include "operators/io/source_driver.h"

namespace millrace {

class ValuesDriver final : public SourceDriver {
 public:
  ValuesDriver(Batch rows, Clock* clock) : rows_(std::move(rows)), clock_(clock) {}

  Result<Polled> Poll(int64_t max_rows, bool flush) override;
  std::vector<SplitPosition> Positions() const override { return {position_}; }
  Status AddSplit(const SplitPosition& split) override;
  void NoMoreSplits() override {}
  const SourceCounters& counters() override { return counters_; }

 private:
  Batch rows_;
  Clock* clock_;
  SplitPosition position_{.split = "values"};
  SourceCounters counters_;
};

}  // namespace millrace
