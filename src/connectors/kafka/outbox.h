// SPDX-License-Identifier: Apache-2.0
// KafkaOutbox: hands records to a producer in order and knows what of each epoch is still on its
// way. A record that the producer has no room for, or that was refused because of its neighbours,
// waits here. One thread.
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "connectors/kafka/delivery.h"

namespace millrace {

class KafkaOutbox final : public KafkaDelivery {
 public:
  KafkaOutbox(const TableContext& table, std::unique_ptr<KafkaProducer> producer)
      : table_(table), producer_(std::move(producer)) {}

  Status Add(const KafkaOutput& record) override;
  Status Pump() override;
  bool HasRoom() const override {
    return waiting_.empty() && alone_.empty() && open_records_ < kOpenMax;
  }
  bool empty() const override { return open_records_ == 0; }
  void EndEpoch(uint64_t epoch) override { barriers_[epoch] = epoch_++; }
  bool IsDelivered(uint64_t epoch) const override {
    const auto barrier = barriers_.find(epoch);
    return barrier == barriers_.end() || open_.empty() || open_.begin()->first > barrier->second;
  }
  void Commit(uint64_t epoch) override {
    barriers_.erase(barriers_.begin(), barriers_.upper_bound(epoch));
  }
  std::string Waiting() override { return producer_->Waiting(); }

 private:
  static constexpr size_t kOpenMax = 80000;

  Result<bool> Send(const KafkaOutput& record);
  Result<bool> SendOwned(const OwnedKafkaOutput& record);
  void Close(uint64_t epoch);
  Status OnFailure(KafkaUndelivered failed);

  TableContext table_;
  std::unique_ptr<KafkaProducer> producer_;
  uint64_t epoch_ = 0;                     // counts barriers
  std::map<uint64_t, uint64_t> barriers_;  // epoch of the pipeline -> the one of `epoch_`
  std::map<uint64_t, size_t> open_;        // records without an outcome, by `epoch_`
  size_t open_records_ = 0;
  std::deque<OwnedKafkaOutput> waiting_;  // for room
  /// A request with one record too many is refused as a whole; its records go again one by one,
  /// which shows the one that is too large.
  std::deque<OwnedKafkaOutput> alone_;
  bool alone_sent_ = false;
  KafkaOutcomes outcomes_;
};

}  // namespace millrace
