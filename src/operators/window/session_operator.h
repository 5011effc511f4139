// SPDX-License-Identifier: Apache-2.0
// SessionOperator: what operators over sessions share. A batch is hashed once; rows are told their
// sessions one by one, and taken in together (TakeIn) when the batch ends, when a session closes,
// or when a row connects two sessions. A row is late when the session that it would make is over.
//
// What is kept of a session is the deriving class's, by session id. One thread.
#pragma once

#include <span>
#include <vector>

#include "data/key_codec.h"
#include "operators/deadline_operator.h"
#include "operators/window/session_set.h"
#include "state/key_table.h"

namespace millrace {

class SessionOperator : public DeadlineOperator {
 public:
  /// `keys` and `time_column` are columns of `input`.
  SessionOperator(const Schema& input, const WindowSpec& window, const WindowTimes& times,
                  const std::vector<int>& keys, int time_column, const OperatorContext& context);

  std::string Waiting() const override;

 protected:
  /// Rows of the batch and the sessions that they belong to.
  virtual Status TakeIn(const Batch& batch, std::span<const int32_t> rows,
                        std::span<const uint32_t> sessions) = 0;
  /// What is kept of a session goes to another one.
  virtual Status Merge(uint32_t into, uint32_t from) = 0;
  /// Sends what is kept of closed sessions; false if it is to be called again for the rest.
  virtual Result<bool> Send(std::span<const uint32_t> sessions, Output* output) = 0;
  /// Forgets a session.
  virtual void Clear(uint32_t session) = 0;

  EventTime NextDeadline() const final { return set_.next_closing(); }
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

  Schema input_;
  WindowTimes times_;
  int time_column_;
  KeyCodec codec_;
  KeyTable keys_;
  SessionSet set_;
  std::vector<uint32_t> unheld_;  // keys that may be without a session
  std::vector<uint32_t> closed_;  // sessions that are being sent

  // Of the batch at hand.
  EncodedKeys encoded_;
  std::vector<uint32_t> slots_;
  std::vector<int32_t> rows_;
  std::vector<uint32_t> sessions_;
};

}  // namespace millrace
