// SPDX-License-Identifier: Apache-2.0
// SimulatedTransactions: brokers that know transactions, in the protocol before KIP-890, behind a
// network that loses requests and answers and delivers some of them late: the end of a transaction
// ends whichever is open, also one that was begun after it was sent. What clients do about it is
// what librdkafka does: repeat, and say that they did. One thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "env/kafka_transactions.h"
#include "env/simulated/clock.h"
#include "env/simulated/events.h"

namespace millrace {

class SimulatedTransactions {
 public:
  /// What happens to one request.
  enum class Fate { kFine, kLost, kAnswerLost, kLate };
  enum class Kind {
    kRecord,
    kDecision,  // the mark or the end of a transaction: few, and all hangs on them
    kQuestion,  // none of these come late, as somebody waits for the answer
  };

  /// The pointers outlive it. `fate` is asked for each request.
  SimulatedTransactions(SimulatedClock* clock, SimulatedEvents* events, Random* random,
                        std::function<Fate(Kind)> fate);

  void CreateTopic(const std::string& name, int partitions);
  std::unique_ptr<KafkaTransactionalProducer> MakeProducer(const KafkaTransactionConfig& config);
  /// Somebody else begins transactions of all ids.
  void Hijack();
  /// Transactions that were aborted by their time-out.
  uint64_t timed_out() const { return timed_out_; }

  struct Record {
    std::optional<std::string> key;
    std::optional<std::string> value;
  };
  /// What a reader of committed records sees of a partition: up to the first open transaction.
  std::vector<Record> Committed(const std::string& topic, int partition);
  int partitions(const std::string& topic) const;

  // ------------------------------------------------------------- requests, as brokers see them

  enum class Reply { kOk, kFenced, kInvalid };
  int Init(const std::string& id, int64_t timeout_ms);
  Reply Produce(const std::string& id, int epoch, const KafkaPartition& to, int sequence,
                Record record);
  Reply PutMark(const std::string& id, int epoch, const std::string& key, KafkaMark mark);
  Reply End(const std::string& id, int epoch);
  std::optional<KafkaMark> Mark(const std::string& key);

  SimulatedClock* clock() { return clock_; }
  SimulatedEvents* events() { return events_; }
  Random* random() { return random_; }
  Fate DrawFate(Kind kind) { return fate_(kind); }

 private:
  enum class State { kOpen, kCommitted, kAborted };
  struct Entry {
    Record record;
    size_t transaction = 0;  // index
    bool marker = false;
  };
  struct Producer {
    int epoch = 0;
    int64_t timeout_ms = 0;
    std::optional<size_t> open;
    bool last_committed = false;
    int64_t opened_at = 0;
    std::map<KafkaPartition, int> sequences;  // next ones
    std::map<std::string, KafkaMark> pending;
  };
  Producer* Find(const std::string& id);
  void Open(Producer* producer);
  void Close(Producer* producer, State outcome);

  SimulatedClock* clock_;
  SimulatedEvents* events_;
  Random* random_;
  std::function<Fate(Kind)> fate_;
  std::map<std::string, std::vector<std::vector<Entry>>> topics_;
  std::vector<State> transactions_;
  std::map<std::string, Producer> producers_;
  std::map<std::string, KafkaMark> marks_;
  uint64_t timed_out_ = 0;
};

}  // namespace millrace
