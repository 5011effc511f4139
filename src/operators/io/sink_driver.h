// SPDX-License-Identifier: Apache-2.0
// Terminals: where rows leave the pipeline. SinkDriver writes a table on one shard (a connector's writer
// and a format's encoder meet here); CollectDriver hands the rows of a SELECT to the client. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "formats/format.h"
#include "plan/nodes/sink_nodes.h"

namespace millrace {

/// Takes the rows of a SELECT. Called by one shard's thread, in order.
class RowConsumer {
 public:
  virtual ~RowConsumer() = default;
  virtual Status OnRows(const Schema& schema, const Batch& batch) = 0;
  /// False: not now. The shard asks again.
  virtual bool Ready() { return true; }
  /// All rows have come.
  virtual Status OnEnd() { return OkStatus(); }
};

/// The end of a chain. Life cycle per epoch as SinkWriter's.
class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual bool Ready() = 0;
  virtual Status Write(const Batch& batch) = 0;
  virtual Status OnEnd() { return OkStatus(); }
  virtual Result<std::string> Prepare(uint64_t epoch) { (void)epoch; return std::string(); }
  /// What was written before Prepare(epoch) has been delivered.
  virtual bool Delivered(uint64_t epoch) { (void)epoch; return true; }
  virtual Status Commit(uint64_t epoch) { (void)epoch; return OkStatus(); }
  virtual Status Finish() { return OkStatus(); }
  virtual bool Draining() { return false; }
  virtual Status Restore(std::string_view state) { (void)state; return OkStatus(); }
  virtual Status Discard(std::string_view state) { (void)state; return OkStatus(); }
};

class SinkDriver final : public Terminal {
 public:
  /// `base` lacks what the table says (see ContextFor).
  static Result<std::unique_ptr<SinkDriver>> Make(const SinkNode& node, TableContext base);

  bool Ready() override { return writer_->Ready(); }
  Status Write(const Batch& batch) override;
  Result<std::string> Prepare(uint64_t epoch) override { return writer_->Prepare(epoch); }
  bool Delivered(uint64_t epoch) override { return writer_->Delivered(epoch); }
  Status Commit(uint64_t epoch) override { return writer_->Commit(epoch); }
  Status Finish() override { return writer_->Finish(); }
  bool Draining() override { return writer_->Draining(); }
  Status Restore(std::string_view state) override { return writer_->Restore(state); }
  Status Discard(std::string_view state) override { return writer_->Discard(state); }

 private:
  SinkDriver() = default;

  std::unique_ptr<SinkWriter> writer_;
  std::unique_ptr<RecordEncoder> encoder_;   // null: the connector takes batches
  std::vector<int> physical_;                // columns the encoder gets; empty = all
  std::string bytes_;
  std::vector<size_t> ends_;
};

class CollectDriver final : public Terminal {
 public:
  CollectDriver(Schema schema, RowConsumer* consumer)
      : schema_(std::move(schema)), consumer_(consumer) {}
  bool Ready() override { return consumer_->Ready(); }
  Status Write(const Batch& batch) override { return consumer_->OnRows(schema_, batch); }
  Status OnEnd() override { return consumer_->OnEnd(); }

 private:
  Schema schema_;
  RowConsumer* consumer_;
};

}  // namespace millrace
