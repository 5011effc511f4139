// SPDX-License-Identifier: Apache-2.0
// Terminals: where rows leave the pipeline. SinkDriver writes a table on one shard (a connector's
// writer and a format's encoder meet here); CollectDriver hands the rows of a SELECT to the client.
// One thread.
#pragma once

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/dead_letter.h"
#include "connectors/staged_output.h"
#include "formats/format.h"
#include "operators/io/dead_letters.h"
#include "operators/io/message_encoder.h"
#include "operators/io/outbox_replays.h"
#include "operators/io/outbox_table.h"
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
  virtual Result<std::string> Prepare(uint64_t epoch) {
    (void)epoch;
    return std::string();
  }
  /// What was written before Prepare(epoch) has been delivered.
  virtual Result<bool> Delivered(uint64_t epoch) {
    (void)epoch;
    return true;
  }
  /// Why rows are not delivered, if something is wrong that may pass; else empty.
  virtual std::string Waiting() { return {}; }
  virtual Status Commit(uint64_t epoch) {
    (void)epoch;
    return OkStatus();
  }
  virtual Status Finish() { return OkStatus(); }
  virtual bool Draining() { return false; }
  /// See SinkWriter::Tend.
  virtual int64_t Tend() { return std::numeric_limits<int64_t>::max(); }
  /// Messages wait for the next epoch: it is to come at once.
  virtual bool waits_for_epoch() const { return false; }
  /// What was decided and is not delivered yet; it outlives the process.
  virtual OutboxStatus outbox() const { return {}; }
  /// Deliveries that were tried again.
  virtual uint64_t retries() const { return 0; }
  /// Rows that were taken and then given up (dead letters).
  virtual uint64_t rejected() const { return 0; }
  /// Rows that were left out because the session says so (NULL in a NOT NULL column).
  virtual uint64_t dropped() const { return 0; }
  virtual Status Restore(std::string_view state) {
    (void)state;
    return OkStatus();
  }
  virtual Status Discard(std::string_view state) {
    (void)state;
    return OkStatus();
  }
  /// See StagesOutput. Any thread.
  virtual Result<std::vector<StagedOutput>> Staged(std::string_view state) const {
    (void)state;
    return std::vector<StagedOutput>();
  }
  virtual Result<std::vector<StagedOutput>> Behind(const std::map<int, std::string>& states) const {
    (void)states;
    return std::vector<StagedOutput>();
  }
};

/// Takes the rows that a sink gives up.
class SinkDeadLetters final : public DeadLetterSink {
 public:
  /// `rejected`: rows that are refused when they are written; `undelivered`: those that are given
  /// up at any time later. They belong to different epochs while one waits for its deliveries.
  SinkDeadLetters(DeadLetterBuffer* rejected, DeadLetterBuffer* undelivered, bool fail)
      : letters_(rejected), undelivered_(undelivered), fail_(fail) {}
  Status Write(const UndeliveredRow& row) override;
  /// A row that the table's declaration forbids.
  Status Reject(std::string_view table, std::string_view reason, std::string_view row);
  /// Nothing waits for deliveries: letters of both kinds belong to the epoch of the next barrier.
  void JoinEpochs() { undelivered_ = letters_; }
  uint64_t rejected() const { return rejected_; }

 private:
  uint64_t rejected_ = 0;
  DeadLetterBuffer* letters_;
  DeadLetterBuffer* undelivered_;
  bool fail_;  // millrace.on-row-error
};

class SinkDriver final : public Terminal {
 public:
  /// `base` lacks what the table says (see ContextFor) and where dead letters go.
  /// `state` takes the outbox of a sink that has one.
  static Result<std::unique_ptr<SinkDriver>> Make(const SinkNode& node, TableContext base,
                                                  SinkDeadLetters letters, bool drop_nulls,
                                                  const SessionContext* session = nullptr,
                                                  StateStore* state = nullptr);

  bool Ready() override { return writer_->Ready() && (outbox_ == nullptr || outbox_->HasRoom()); }
  Status Write(const Batch& batch) override;
  Result<std::string> Prepare(uint64_t epoch) override;
  /// What is in an outbox is delivered behind its epoch.
  Result<bool> Delivered(uint64_t epoch) override {
    if (outbox_ != nullptr) return true;
    return writer_->Delivered(epoch);
  }
  std::string Waiting() override { return writer_->Waiting(); }
  Status Commit(uint64_t epoch) override;
  Status Finish() override { return writer_->Finish(); }
  bool Draining() override { return writer_->Draining(); }
  int64_t Tend() override;
  bool waits_for_epoch() const override { return outbox_ != nullptr && outbox_->waits_for_epoch(); }
  OutboxStatus outbox() const override {
    return outbox_ != nullptr ? outbox_->status() : OutboxStatus();
  }
  uint64_t retries() const override { return writer_->retries(); }
  uint64_t rejected() const override { return letters_.rejected(); }
  uint64_t dropped() const override { return dropped_; }
  Status Restore(std::string_view state) override { return writer_->Restore(state); }
  Status Discard(std::string_view state) override { return writer_->Discard(state); }
  Result<std::vector<StagedOutput>> Staged(std::string_view state) const override {
    const auto* stages = dynamic_cast<const StagesOutput*>(writer_.get());
    return stages != nullptr ? stages->Staged(state) : std::vector<StagedOutput>();
  }
  Result<std::vector<StagedOutput>> Behind(
      const std::map<int, std::string>& states) const override {
    const auto* stages = dynamic_cast<const StagesOutput*>(writer_.get());
    return stages != nullptr ? stages->Behind(states) : std::vector<StagedOutput>();
  }

 private:
  explicit SinkDriver(SinkDeadLetters letters) : letters_(letters) {}

  SinkDeadLetters letters_;
  /// Takes rows with NULL in a NOT NULL column out; table.exec.sink.not-null-enforcer.
  Result<Batch> EnforceNotNull(const Batch& batch);
  Status WriteRows(const Batch& batch);

  Schema schema_;
  std::string table_;
  std::vector<size_t> not_null_;  // columns
  bool drop_nulls_ = false;       // DROP: counted, not reported
  uint64_t dropped_ = 0;
  std::unique_ptr<OutboxTable> outbox_;   // of a sink that has one
  std::optional<OutboxReplays> replays_;  // on the first shard
  Status replay_failure_;
  std::unique_ptr<SinkWriter> writer_;
  std::unique_ptr<MessageEncoder> encoder_;  // null: the connector takes batches
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
