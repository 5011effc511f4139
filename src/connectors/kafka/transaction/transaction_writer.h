// SPDX-License-Identifier: Apache-2.0
// KafkaTransactionWriter: one writer's way into the pipeline's transaction. What is written behind
// a barrier is held here until the transaction of that epoch is over. One thread.
#pragma once

#include <deque>

#include "connectors/kafka/delivery.h"
#include "connectors/kafka/transaction/transaction.h"

namespace millrace {

class KafkaTransactionWriter final : public KafkaDelivery {
 public:
  KafkaTransactionWriter(const TableContext& table, KafkaTransaction* transaction)
      : table_(table), transaction_(transaction) {}
  ~KafkaTransactionWriter() override;

  Status Add(const KafkaOutput& record) override;
  Status Pump() override;
  bool HasRoom() const override;
  bool empty() const override { return held_.empty(); }
  void EndEpoch(uint64_t epoch) override { passed_ = epoch; }
  /// All of it is in the transaction, whose end waits for the brokers.
  bool IsDelivered(uint64_t epoch) const override {
    return held_.empty() || held_.front().epoch >= epoch;
  }
  void Commit(uint64_t epoch) override { transaction_->Close(epoch); }
  std::string Waiting() override { return held_.empty() ? std::string() : transaction_->Waiting(); }

 private:
  Result<bool> Send(const KafkaOutput& record);

  TableContext table_;
  KafkaTransaction* transaction_;
  uint64_t passed_ = 0;  // epoch of the last barrier
  /// In order; `epoch` is that of the last barrier before the record.
  std::deque<OwnedKafkaOutput> held_;
};

}  // namespace millrace
