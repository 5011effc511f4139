// SPDX-License-Identifier: Apache-2.0
// ScanDriver: a table scan on one shard, where a connector's splits meet a format's decoder.
// Bounded splits (files) are read one after the other, unbounded ones (partitions) in turn. One
// thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operators/io/row_pacer.h"
#include "operators/io/source_driver.h"
#include "operators/io/split_stream.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {

/// What a scan of one shard is made from.
struct ScanSettings {
  TableContext connector;  // without schema, options and metadata, which the table gives
  const SessionContext* session = nullptr;
  DeadLetterBuffer* dead_letters = nullptr;
  bool fail_on_error = false;
  int64_t batch_delay_nanos = 0;
  int readers = 1;                   // shards that read this table: paced rates are divided
  Quarantine* quarantine = nullptr;  // or null
  bool keep_rows = false;            // somebody wants late rows: origins are KeptRows
};

/// The context for a table's source or sink: `base` with what the table says.
TableContext ContextFor(const Table& table, TableContext base, bool for_write);

class ScanDriver final : public SourceDriver {
 public:
  static Result<std::unique_ptr<ScanDriver>> Make(const ScanNode& node, ScanSettings settings);

  Result<Polled> Poll(int64_t max_rows, bool flush) override;
  bool AtBoundary() const override;
  std::vector<SplitPosition> Positions() const override;
  Status AddSplit(const SplitPosition& split) override;
  void NoMoreSplits() override { complete_ = true; }
  const SourceCounters& counters() override {
    MeasureLag();
    return shape_.counters;
  }
  std::string Waiting() const override;
  std::string Trouble() const override;

 private:
  explicit ScanDriver(ScanSettings settings) : settings_(std::move(settings)) {}

  Status MakeShape(const ScanNode& node);
  Status MakeMessageShape(const ScanNode& node);
  Status AddMetadata(const TableColumn& column);
  Result<Polled> PollRows(int64_t max_rows, bool flush);
  Result<Polled> PollSplits(int64_t max_rows, bool flush);
  Result<Polled> PollHeld(int64_t max_rows, bool flush);
  Polled Release();
  Status OpenWaiting();
  void PublishOpenSplits();
  void MeasureLag();
  int64_t Now() const { return settings_.connector.env.clock->MonotonicNanos(); }

  ScanSettings settings_;
  ScanShape shape_;
  Schema schema_;  // of what is handed out
  std::unique_ptr<Source> source_;
  std::deque<SplitPosition> waiting_;  // not open yet
  struct OpenSplit {
    int32_t ordinal = 0;
    std::unique_ptr<SplitStream> stream;
  };
  std::vector<OpenSplit> open_;
  std::shared_ptr<const SplitSet> open_splits_;
  int32_t next_ordinal_ = 0;
  int64_t next_lag_ = 0;  // when the lag is looked at again
  std::vector<SplitPosition> done_;
  size_t turn_ = 0;
  bool complete_ = false;
  std::optional<RowPacer> pacer_;
  std::vector<Batch> held_;  // read, not handed out (batch delay)
  int64_t held_rows_ = 0;
  int64_t held_since_ = 0;
  bool releasing_ = false;  // the rest of what was held comes out before anything is read
};

}  // namespace millrace
