// SPDX-License-Identifier: Apache-2.0
// MemoryConnector: a table in memory. Its source serves rows written by a test, in splits; its sink
// obeys the epoch protocol against a "remote" store that survives the job, so a test can kill a job
// and look at what a reader of the store would see. Thread-safe where shards share it. Header only.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "data/row_format.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "support/batch_builder.h"

namespace millrace {

/// What outlives a job: input rows by split, and what was written.
struct MemoryStore {
  bool bounded = true;
  std::map<std::string, std::vector<CellRow>> splits;
  std::atomic<bool> sink_ready{true};
  std::atomic<int> reads{0};
  std::atomic<int> fail_write_after{-1};  // rows; -1 = never
  /// An unbounded split waits at its end; rows may be added under the mutex.
  std::mutex mutex;

  /// Lines by writer (shard): `prepared` may be rolled back, the first `visible` are seen by
  /// readers.
  struct Written {
    std::vector<std::string> lines;
    size_t visible = 0;
  };
  std::map<int, Written> written;
  int finished_writers = 0;

  std::vector<std::string> Visible() {
    const std::lock_guard lock(mutex);
    std::vector<std::string> lines;
    for (const auto& [shard, file] : written) {
      lines.insert(lines.end(), file.lines.begin(),
                   file.lines.begin() + static_cast<std::ptrdiff_t>(file.visible));
    }
    return lines;
  }
};

class MemorySplitReader final : public SplitReader {
 public:
  MemorySplitReader(MemoryStore* store, Schema schema, std::string split, bool bounded)
      : store_(store), schema_(std::move(schema)), split_(std::move(split)), bounded_(bounded) {}

  Status Seek(std::string_view position) override {
    next_ = std::stoul(std::string(position));
    return OkStatus();
  }
  Result<ReadResult> Read(int64_t max_rows) override {
    ++store_->reads;
    const std::lock_guard lock(store_->mutex);
    const std::vector<CellRow>& rows = store_->splits[split_];
    ReadResult result;
    if (next_ >= rows.size()) {
      result.kind = bounded_ ? ReadResult::Kind::kEnd : ReadResult::Kind::kIdle;
      result.wait_nanos = 1000000;
      return result;
    }
    BatchBuilder builder(schema_);
    for (int64_t i = 0; i < max_rows && next_ < rows.size(); ++i) builder.Row(rows[next_++]);
    result.kind = ReadResult::Kind::kData;
    result.data = builder.Build();
    return result;
  }
  std::string Position() const override { return std::to_string(next_); }

 private:
  MemoryStore* store_;
  Schema schema_;
  std::string split_;
  bool bounded_;
  size_t next_ = 0;
};

class MemorySource final : public Source {
 public:
  MemorySource(MemoryStore* store, Schema schema) : store_(store), schema_(std::move(schema)) {}
  bool bounded() const override { return store_->bounded; }
  Result<std::vector<Split>> Discover() override {
    const std::lock_guard lock(store_->mutex);
    std::vector<Split> splits;
    for (const auto& [id, rows] : store_->splits) splits.push_back({id, store_->bounded});
    return splits;
  }
  Result<std::unique_ptr<SplitReader>> Open(const Split& split) override {
    return std::make_unique<MemorySplitReader>(store_, schema_, split.id, split.bounded);
  }

 private:
  MemoryStore* store_;
  Schema schema_;
};

class MemorySink final : public SinkWriter {
 public:
  MemorySink(MemoryStore* store, Schema schema, int shard)
      : store_(store), schema_(std::move(schema)), shard_(shard) {}

  Status Restore(std::string_view state) override {
    const std::lock_guard lock(store_->mutex);
    MemoryStore::Written& mine = store_->written[shard_];
    const size_t keep = state.empty() ? mine.visible : std::stoul(std::string(state));
    mine.lines.resize(std::min(keep, mine.lines.size()));
    prepared_ = mine.lines.size();
    return OkStatus();
  }
  Status Write(const SinkInput& input) override {
    const std::lock_guard lock(store_->mutex);
    for (int64_t row = 0; row < input.batch->num_rows; ++row) {
      if (store_->fail_write_after == 0) return ExternalError("MR0801", "the store refuses rows");
      if (store_->fail_write_after > 0) --store_->fail_write_after;
      store_->written[shard_].lines.push_back(FormatRow(schema_, *input.batch, row));
    }
    return OkStatus();
  }
  bool Ready() override { return store_->sink_ready; }
  Result<std::string> Prepare(uint64_t) override {
    const std::lock_guard lock(store_->mutex);
    prepared_ = store_->written[shard_].lines.size();
    return std::to_string(prepared_);
  }
  Status Commit(uint64_t) override {
    const std::lock_guard lock(store_->mutex);
    MemoryStore::Written& mine = store_->written[shard_];
    mine.visible = std::max(mine.visible, prepared_);
    return OkStatus();
  }
  Status Finish() override {
    const std::lock_guard lock(store_->mutex);
    ++store_->finished_writers;
    return OkStatus();
  }
  Status Discard(std::string_view) override {
    const std::lock_guard lock(store_->mutex);
    store_->written[shard_] = {};
    return OkStatus();
  }

 private:
  MemoryStore* store_;
  Schema schema_;
  int shard_;
  size_t prepared_ = 0;
};

class MemoryConnector final : public Connector {
 public:
  explicit MemoryConnector(MemoryStore* store) : store_(store) {}
  std::string_view name() const override { return "memory"; }
  std::string_view summary() const override { return "Rows of a test."; }
  std::vector<OptionSpec> options() const override { return {}; }
  bool can_read() const override { return true; }
  bool can_write() const override { return true; }
  bool needs_format() const override { return false; }
  Status Check(const TableContext&, bool) const override { return OkStatus(); }
  Result<std::unique_ptr<Source>> MakeSource(const TableContext& table) const override {
    return std::make_unique<MemorySource>(store_, table.schema);
  }
  Result<std::unique_ptr<SinkWriter>> MakeSink(const TableContext& table) const override {
    return std::make_unique<MemorySink>(store_, table.schema, table.shard);
  }

 private:
  MemoryStore* store_;
};

/// A table over a connector with physical columns only.
inline std::shared_ptr<Table> MakeTable(std::string name, const Schema& schema,
                                        const Connector* connector) {
  auto table = std::make_shared<Table>();
  table->name = name;
  table->path = "default_catalog.default_database." + name;
  for (const Column& column : schema) {
    table->columns.push_back({.name = column.name, .type = column.type});
  }
  table->connector = connector;
  return table;
}

inline PlanNodePtr ScanAll(const TablePtr& table) {
  std::vector<size_t> columns;
  for (size_t i = 0; i < table->columns.size(); ++i) columns.push_back(i);
  return std::make_shared<ScanNode>(table, std::move(columns));
}

}  // namespace millrace
