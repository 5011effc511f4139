// SPDX-License-Identifier: Apache-2.0
// KafkaTransactionalProducer: one producer with a transactional id, and the mark (a committed
// offset with a text) that becomes visible together with its records.
//
// A client library's calls of this kind wait; here each is a step that runs on a thread of the
// implementation while its owner asks Poll for the result. One step at a time, in the order Init,
// then again and again Begin, Produce..., Flush, PutMark, Commit. After any result but kDone the
// producer is good for ReadMark and nothing else: whoever wants to go on makes a new one, whose
// Init ends what this one left and shuts out whatever of it is still on its way.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "env/kafka_client.h"

namespace millrace {

struct KafkaTransactionConfig {
  KafkaConfig producer;  // its `wake` is called when a step has a result
  /// Properties of the client that reads marks and limits, of the same cluster.
  std::vector<std::pair<std::string, std::string>> reader_properties;
  std::string transactional_id;
  int64_t timeout_ms = 60000;  // the broker aborts a transaction that is open for longer
  std::string group;           // of the marks
};

struct KafkaMark {
  int64_t offset = 0;
  std::string text;
};

/// What the cluster allows; no value where it does not say.
struct KafkaTransactionLimits {
  std::optional<int64_t> timeout_max_ms;
  std::map<std::string, int64_t, std::less<>> record_bytes_max;  // by topic
};

enum class KafkaStepOutcome {
  kDone,
  kUnclear,  // it may have happened or not
  kFenced,   // the producer was shut out: by the broker's time-out, or by another one of its id
  kRefused,  // final: asking again would not help; or (Error::retryable) nobody answered
};

struct KafkaStepResult {
  KafkaStepOutcome outcome = KafkaStepOutcome::kDone;
  Error error;  // unless kDone
  /// A connection broke meanwhile, so a request may have been sent twice and may arrive once more.
  bool disturbed = false;
  std::optional<KafkaMark> mark;  // of ReadMark
  KafkaTransactionLimits limits;  // of ReadLimits
};

class KafkaTransactionalProducer {
 public:
  virtual ~KafkaTransactionalProducer() = default;
  /// Any thread, between Begin and Flush; never waits. False: the bounded queue is full. MR0527:
  /// the record is too large; any other error: the transaction will not be committed.
  virtual Result<bool> Produce(const KafkaOutput& record) = 0;

  // By the owner's thread, none of them waits.
  virtual void Init() = 0;
  virtual Status Begin() = 0;
  virtual void Flush() = 0;
  virtual void PutMark(const KafkaPartition& at, const KafkaMark& mark) = 0;
  virtual void Commit() = 0;
  /// The committed mark; asked of the cluster with all earlier transactions settled.
  virtual void ReadMark(const KafkaPartition& at) = 0;
  virtual void ReadLimits(std::span<const std::string> topics) = 0;
  /// Until the transactions that are open in the topics now, of whomever, are over.
  virtual void AwaitEnds(std::span<const std::string> topics) = 0;
  /// No value while the step runs.
  virtual std::optional<KafkaStepResult> Poll() = 0;
  /// What it waits for, if something is wrong that may pass; else empty.
  virtual std::string Waiting() = 0;
};

}  // namespace millrace
