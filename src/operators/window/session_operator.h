// SPDX-License-Identifier: Apache-2.0
// SessionOperator: what operators over sessions share. A batch is hashed once; rows are told their
// sessions one by one, and taken in together (TakeIn) when the batch ends, when a session closes,
// or when a row connects two sessions. A row is late when the session that it would make is over.
//
// What is kept of a session is the deriving class's, by session id: as state, entries that begin
// with the key (PutBytes). The sessions of a key leave memory and come back together, when a row of
// the key comes or the first of them closes. One thread.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/key_codec.h"
#include "operators/deadline_operator.h"
#include "operators/window/session_closings.h"
#include "operators/window/session_set.h"
#include "state/key_table.h"

namespace millrace {

class SessionOperator : public DeadlineOperator, public StateTable {
 public:
  /// `keys` and `time_column` are columns of `input`.
  SessionOperator(const Schema& input, const WindowSpec& window, const WindowTimes& times,
                  const std::vector<int>& keys, int time_column, const OperatorContext& context);

  std::string Waiting() const override;

  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) final;
  /// Puts only: a store is restored from what is left of its changes.
  Status Apply(const StateChange& change) final;
  bool reads_cold() const final { return keys_.reads_cold_lists(); }
  void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) final;
  void Collected(uint64_t epoch) final { keys_.Collected(epoch); }
  void Shrink(uint64_t applied, size_t bytes) final;

 protected:
  /// CollectDelta of what the deriving class keeps.
  virtual Status CollectChanges(const std::function<Status(const StateChange&)>& visit) = 0;
  /// An entry of a key that comes back, which gets a session now or in Loaded.
  virtual Status Load(uint32_t key, std::string_view entry_key, std::string_view value) = 0;
  virtual Status Loaded() { return OkStatus(); }
  /// Forgets a session that leaves memory.
  virtual void Evict(uint32_t session) = 0;
  /// What is kept of a session has changed.
  void MarkDirty(uint32_t session) { keys_.MarkDirty(set_.session(session).key); }
  /// Rows of the batch and the sessions that they belong to.
  virtual Status TakeIn(const Batch& batch, std::span<const int32_t> rows,
                        std::span<const uint32_t> sessions) = 0;
  /// What is kept of a session goes to another one.
  virtual Status Merge(uint32_t into, uint32_t from) = 0;
  /// Sends what is kept of closed sessions; false if it is to be called again for the rest.
  virtual Result<bool> Send(std::span<const uint32_t> sessions, Output* output) = 0;
  /// Forgets a session.
  virtual void Clear(uint32_t session) = 0;

  EventTime NextDeadline() const final {
    return std::min(set_.next_closing(), closings_.next_on_disk());
  }
  Status BeginBatch(int input, const Batch& batch) final;
  Result<int64_t> ProcessRows(int input, const Batch& batch, int64_t begin, Output* output) final;
  void EndBatch() final { ReleaseKeys(); }
  Result<bool> Fire(Output* output) final;

  const WindowTimes& times() const { return times_; }
  const KeyCodec& codec() const { return codec_; }
  SessionSet& set() { return set_; }
  const SessionSet& set() const { return set_; }
  KeyTable& keys() { return keys_; }
  const KeyTable& keys() const { return keys_; }
  std::string_view KeyOf(uint32_t session) const { return keys_.key(set_.session(session).key); }
  const Schema& input() const { return input_; }
  /// Window start, end and rowtime of sessions, as columns.
  std::vector<std::shared_ptr<arrow::Array>> WindowColumnsOf(std::span<const uint32_t> sessions,
                                                             const DataType& time_type) const;

 private:
  Status Fail(const Batch& batch, int64_t row, const char* reason);
  uint32_t SessionOf(const Batch& batch, int64_t row, EventTime time);
  Status TakeInPending(const Batch& batch);
  Status MergeAbsorbed(const Batch& batch, uint32_t into);
  void ReleaseKeys();
  void Drop(uint32_t session);
  Status LoadKeys(const EncodedKeys& keys);
  Status LoadDue();
  void EvictKey(uint32_t key);

  Schema input_;
  WindowTimes times_;
  int time_column_;
  KeyCodec codec_;
  KeyTable keys_;
  SessionSet set_;
  SessionClosings closings_;
  std::vector<uint32_t> unheld_;  // keys that may be without a session
  std::vector<uint32_t> closed_;  // sessions that are being sent

  // Of the batch at hand.
  EncodedKeys encoded_;
  std::vector<uint32_t> slots_;
  std::vector<int32_t> rows_;
  std::vector<uint32_t> sessions_;
};

}  // namespace millrace
