// SPDX-License-Identifier: Apache-2.0
// KafkaDiscovery: which partitions a table has, and where reading of each begins and ends. Used by
// the thread that builds a job and then by the one that coordinates it.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/kafka/settings.h"

namespace millrace {

/// Calls `ask(timeout_ms)` until it succeeds, fails for good, the table's connect time-out has
/// passed or the user wants to stop; says what it waits for.
template <typename Ask>
auto AwaitBroker(const TableContext& table, Ask ask) -> decltype(ask(int64_t{0}));

/// One wait between two attempts: speaks, sleeps, and decides whether to go on.
class BrokerWait {
 public:
  explicit BrokerWait(const TableContext& table);
  /// An error ends the waiting.
  Status OnFailure(const Error& error);
  int64_t timeout_ms() const { return timeout_ms_; }

 private:
  const TableContext& table_;
  int64_t began_;
  int64_t pause_ms_ = 100;
  int64_t timeout_ms_ = 2000;
  std::string said_;
};

template <typename Ask>
auto AwaitBroker(const TableContext& table, Ask ask) -> decltype(ask(int64_t{0})) {
  BrokerWait wait(table);
  while (true) {
    auto answer = ask(wait.timeout_ms());
    if (answer || !answer.error().retryable) return answer;
    TRY(wait.OnFailure(answer.error()));
  }
}

class KafkaDiscovery {
 public:
  KafkaDiscovery(const TableContext& table, const KafkaSettings& settings)
      : table_(table), settings_(settings) {}
  ~KafkaDiscovery() { Commit(); }

  Result<std::vector<Split>> Discover();
  /// Refuses positions in a topic that was deleted and made again since.
  Status CheckTopics(std::span<const Split> positions) const;
  /// At most once a second, and when the job ends.
  void CommitForDisplay(std::span<const Split> positions);

 private:
  void Commit();
  Status FindFirst();
  Status FindNew();
  /// Whether the topics are still those that are read; a deleted one is missed after some looks,
  /// as brokers that were restarted may not know a topic for a moment.
  Status CheckTopicsNow();
  Status OnTopicsUnknown(const Error& error);
  Result<std::vector<KafkaTopic>> Topics(int64_t timeout_ms);
  /// Partitions of this copy that are not known yet.
  Result<std::vector<KafkaPartition>> TakeNew(const std::vector<KafkaTopic>& topics);
  Result<std::vector<int64_t>> Resolve(const KafkaOffsetChoice& choice,
                                       const std::vector<KafkaPartition>& partitions, bool is_end,
                                       int64_t timeout_ms);
  Result<std::vector<int64_t>> ResolveGroup(const std::vector<KafkaPartition>& partitions,
                                            bool is_end, int64_t timeout_ms);
  void AddSplits(const std::vector<KafkaPartition>& partitions, const std::vector<int64_t>& starts,
                 const std::vector<int64_t>& stops);

  TableContext table_;
  KafkaSettings settings_;
  std::unique_ptr<KafkaAdmin> admin_;
  std::map<std::string, std::string> topic_ids_;  // by name
  std::set<KafkaPartition> known_;
  std::vector<Split> splits_;
  int64_t next_look_ = 0;
  int64_t next_check_ = 0;
  int missed_ = 0;  // looks in a row that did not find a topic
  std::vector<std::pair<KafkaPartition, int64_t>> uncommitted_;
  std::vector<std::pair<KafkaPartition, int64_t>> committed_;
  int64_t next_commit_ = 0;
};

}  // namespace millrace
