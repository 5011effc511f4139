// SPDX-License-Identifier: Apache-2.0
// KafkaTransaction: the transactional producer that all shards and exactly-once sinks of a pipeline
// (of one copy) share, and the decision record in it: the committed offset of a group of its own,
// with epoch, hash and owner as its text. The order of one epoch is that of EpochTransaction; a
// model of it is checked in tests/simulation/model.
//
// - A commit whose outcome is not certain is looked up by a new producer, whose Init ends what the
//   old one left. So is the next transaction begun after a request that had to be sent twice: its
//   copy may still be on its way, and would end or mark any transaction of the same producer.
// - Every start writes the record once more with an owner of its own. Whoever is shut out reads it:
//   another owner, or a fence earlier than the broker's time-out, means that another process has
//   taken over, which must not be disturbed (MR0832); else the broker's time-out did it (MR0831).
// - When Produce fails, records are dropped from there on: the transaction will not be committed,
//   and Decided tells why.
//
// Recover, Decide and Decided belong to the coordinator's thread; what writers call, to any.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/epoch_transaction.h"
#include "env/kafka_transactions.h"

namespace millrace {

class BrokerWait;

class KafkaTransaction final : public EpochTransaction {
 public:
  struct Settings {
    TableContext table;  // first of the sinks: whom to wait for, and how
    KafkaTransactionConfig client;
    KafkaPartition at;  // where the record is
    std::vector<std::string> topics;
  };

  explicit KafkaTransaction(Settings settings);
  ~KafkaTransaction() override;

  Result<std::optional<EpochRecord>> Recover() override;
  Status Decide(const EpochRecord& record) override;
  Result<bool> Decided() override;
  std::string Waiting() override;
  int64_t time_limit_ms() const override { return settings_.client.timeout_ms; }

  // ------------------------------------------------------------- for writers

  /// Last epoch that is over. Records written behind its barrier may be produced.
  uint64_t closed() const { return closed_.load(std::memory_order_acquire); }
  /// `epoch` is over without a decision of its own, as it changed nothing.
  void Close(uint64_t epoch);
  /// False: not now. MR0527: the record is too large for its topic.
  Result<bool> Produce(const KafkaOutput& record);
  /// Output that is held for the next transaction; room for more, or not.
  void AddHeld(int64_t bytes) { held_bytes_ += bytes; }
  bool HasRoomToHold() const { return held_bytes_.load(std::memory_order_relaxed) < kHeldBytesMax; }

 private:
  static constexpr int64_t kHeldBytesMax = 64 << 20;

  enum class Phase { kOpen, kFlush, kMark, kCommit, kInit, kRead, kReadOwner };

  Status MakeProducer();
  Result<KafkaStepResult> Await(BrokerWait* wait);
  Status ReadLimits(BrokerWait* wait);
  Status AwaitEnds();
  Result<std::optional<EpochRecord>> ReadRecord(const KafkaStepResult& read) const;
  Result<bool> Claim(const std::optional<EpochRecord>& record, BrokerWait* wait);
  KafkaMark MarkOf(const EpochRecord& record) const;
  Status BeginNext();
  /// The step of `phase_` has succeeded; true: the epoch is decided.
  Result<bool> OnDone(const KafkaStepResult& result);
  Status OnFailure(const KafkaStepResult& result);
  Result<bool> OnRead(const KafkaStepResult& result);
  Status Renew();
  Error Undecided(const Error& cause) const;
  Error TakenOver(const std::string& detail) const;
  int64_t OpenMillis() const;

  Settings settings_;
  std::string owner_;
  KafkaTransactionLimits limits_;
  mutable std::mutex mutex_;                              // while producer_ changes
  std::unique_ptr<KafkaTransactionalProducer> producer_;  // changes only while no writer produces
  Phase phase_ = Phase::kOpen;
  EpochRecord deciding_;
  Error failure_;  // what made the outcome unclear
  std::atomic<uint64_t> closed_{0};
  std::atomic<int64_t> held_bytes_{0};
  std::atomic<bool> doomed_{false};
  Error doom_;                         // guarded by mutex_
  std::atomic<int64_t> opened_at_{0};  // monotonic nanoseconds; 0: nothing was written yet
  std::atomic<int64_t> opened_at_wall_{0};
};

/// Bytes of a batch that holds only this record: what a topic's limit is compared with.
size_t KafkaBatchBytes(const KafkaOutput& record);

/// The transaction of these sinks, or why they cannot share one.
Result<std::unique_ptr<EpochTransaction>> MakeKafkaTransaction(
    std::span<const TableContext> tables);

}  // namespace millrace
