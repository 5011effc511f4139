// SPDX-License-Identifier: Apache-2.0
// KafkaTransactionalClient: librdkafka's transactional producer and the thread that carries out its
// steps, whose calls wait; they are cut into slices, which librdkafka resumes without sending
// anything again, so that a producer can be given up at any time. librdkafka itself repeats
// requests whose connection broke: requests are counted as they leave, and a step that sent one
// twice says so.
//
// librdkafka (up to 2.16 at least) may wait in send_offsets_to_transaction for a change of some
// broker's connection that has happened already, whatever time-out it was given. A call that is
// not back in time gets such a change: its connections are cut, and made again.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "env/kafka_transactions.h"
#include "env/real/kafka/handle.h"
#include "env/real/kafka/mark_reader.h"
#include "env/real/kafka/record_sender.h"

namespace millrace {

class KafkaTransactionalClient {
 public:
  explicit KafkaTransactionalClient(const KafkaTransactionConfig& config) : config_(config) {}
  ~KafkaTransactionalClient();
  static Result<std::shared_ptr<KafkaTransactionalClient>> Open(
      const KafkaTransactionConfig& config);
  /// The thread ends now, or is left behind, and ends the client when it comes back.
  static void Stop(std::shared_ptr<KafkaTransactionalClient> client);

  using Step = std::function<KafkaStepResult()>;
  void Start(Step step);
  Status Begin();
  Result<bool> Produce(const KafkaOutput& record) { return sender_->Send(record); }
  std::optional<KafkaStepResult> Poll();
  std::string Waiting();

  // Steps, by the thread.
  KafkaStepResult InitNow();
  KafkaStepResult FlushNow();
  KafkaStepResult PutMarkNow(const KafkaPartition& at, const KafkaMark& mark);
  KafkaStepResult CommitNow();
  KafkaStepResult ReadMarkNow(const KafkaPartition& at);
  KafkaStepResult ReadLimitsNow(const std::vector<std::string>& topics);
  KafkaStepResult AwaitEndsNow(const std::vector<std::string>& topics);

 private:
  using SteadyClock = std::chrono::steady_clock;
  static constexpr auto kNever = SteadyClock::time_point::max();

  static void OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
  static void CountRequests(rd_kafka_conf_t* conf, void* opaque);
  static rd_kafka_resp_err_t OnRequest(rd_kafka_t*, int, const char*, int32_t, int16_t key, int16_t,
                                       int32_t, size_t, void* opaque);
  void Work();
  /// Until `seconds` have passed, or for ever; true: the thread has ended.
  bool AwaitEnd(int seconds);
  /// What a call of librdkafka answered.
  struct Answer {
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    bool again = false;  // it was only the slice that was too short
    std::string detail;
  };
  static Answer AnswerOf(rd_kafka_error_t* error);
  /// Calls until it succeeds, fails for good, takes too long or the producer is given up.
  KafkaStepResult Repeat(const std::string& what, int64_t millis_max,
                         const std::function<Answer(int slice_ms)>& call);
  template <typename Ask>
  KafkaStepResult Read(Ask ask);
  Status AwaitTopic(const std::string& name);
  bool SentTwice() const { return offset_commits_ > 1 || ends_ > 1; }
  int64_t StepMillisMax() const;

  KafkaTransactionConfig config_;
  std::unique_ptr<KafkaHandle> handle_;
  std::optional<KafkaRecordSender> sender_;
  std::unique_ptr<KafkaMarkReader> reader_;  // of the worker
  std::atomic<int> offset_commits_{0};       // requests of this transaction
  std::atomic<int> ends_{0};
  std::atomic<bool> had_trouble_{false};  // since the transaction was begun
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;
  std::condition_variable changed_;
  Step step_;  // guarded by mutex_, as what follows
  std::optional<KafkaStepResult> result_;
  /// Of the first record that a broker refused.
  rd_kafka_resp_err_t undelivered_code_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::string undelivered_;
  std::string trouble_;                       // of the reader
  SteadyClock::time_point hung_at_ = kNever;  // when the step that runs counts as hung
  SteadyClock::time_point due_ = kNever;      // when the call that runs should be back
  bool ended_ = false;                        // the thread has
  std::thread worker_;
};

}  // namespace millrace
