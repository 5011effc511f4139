// SPDX-License-Identifier: Apache-2.0
// One thread per producer carries out the steps, whose calls of librdkafka wait; they are cut into
// slices, which librdkafka resumes without sending anything again, so that a producer can be given
// up at any time. librdkafka itself repeats requests whose connection broke: requests are counted
// as they leave, and a step that sent one twice says so.
#include "env/real/kafka/transactional_producer.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <mutex>
#include <thread>

#include "env/real/kafka/mark_reader.h"
#include "env/real/kafka/record_sender.h"

namespace millrace {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kSliceMillis = 250;
constexpr int kReadMillis = 2000;
constexpr int kTopicAttempts = 20;  // a topic that is being made takes a moment
/// After so long a new producer looks up what happened. librdkafka (up to 2.16 at least) may hang
/// in send_offsets_to_transaction for ever once the broker of the group was away, whatever
/// time-out it was given; so after trouble patience is short.
constexpr int64_t kStepMillisMax = 10000;
constexpr int64_t kAfterTroubleMillisMax = 3000;
/// A call that does not come back that long after its time-out is given up, with its client.
constexpr auto kHungAfter = std::chrono::milliseconds(1000);
constexpr auto kNever = SteadyClock::time_point::max();
constexpr auto kServeEvery = std::chrono::milliseconds(100);
constexpr int16_t kTxnOffsetCommit = 28;  // numbers of requests
constexpr int16_t kEndTxn = 26;

KafkaDefaults Defaults(const KafkaTransactionConfig& config) {
  return {
      {"transactional.id", config.transactional_id},
      {"transaction.timeout.ms", std::to_string(config.timeout_ms)},
      {"acks", "all"},
      {"linger.ms", "1"},
      {"partitioner", "murmur2_random"},
      {"queue.buffering.max.messages", "100000"},
      {"queue.buffering.max.kbytes", "65536"},
      {"topic.metadata.refresh.interval.ms", "60000"},
      {"reconnect.backoff.max.ms", "1000"},
      {"retry.backoff.max.ms", "1000"},
      {"socket.keepalive.enable", "true"},
      {"delivery.report.only.error", "true"},
  };
}

bool IsFence(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING;
}

/// Nothing that a new producer would do better.
bool IsRefusal(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE: return true;
    default: return false;
  }
}

KafkaStepResult Failed(rd_kafka_resp_err_t code, const std::string& what,
                       const std::string& detail) {
  KafkaStepResult result{.outcome = KafkaStepOutcome::kUnclear,
                         .error = FromKafka(code, what, detail),
                         .mark = {},
                         .limits = {}};
  if (IsFence(code)) result.outcome = KafkaStepOutcome::kFenced;
  if (IsRefusal(code)) result.outcome = KafkaStepOutcome::kRefused;
  return result;
}

/// The client and the thread that works with it. Owned by that thread, too: when it hangs, both
/// are left behind.
class TransactionalClient {
 public:
  explicit TransactionalClient(const KafkaTransactionConfig& config) : config_(config) {}
  ~TransactionalClient();
  static Result<std::shared_ptr<TransactionalClient>> Open(const KafkaTransactionConfig& config);
  /// The thread ends now, or is left behind.
  void Stop();

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

 private:
  static void OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* opaque);
  static void CountRequests(rd_kafka_conf_t* conf, void* opaque);
  static rd_kafka_resp_err_t OnRequest(rd_kafka_t*, int, const char*, int32_t, int16_t key, int16_t,
                                       int32_t, size_t, void* opaque);
  void Work();
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
  int64_t StepMillisMax() const {
    return std::min(config_.timeout_ms, had_trouble_ ? kAfterTroubleMillisMax : kStepMillisMax);
  }

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
  bool ended_ = false;                        // the thread has
  std::thread worker_;
};

Result<std::shared_ptr<TransactionalClient>> TransactionalClient::Open(
    const KafkaTransactionConfig& config) {
  auto client = std::make_shared<TransactionalClient>(config);
  TRY_ASSIGN(client->handle_, KafkaHandle::Make(RD_KAFKA_PRODUCER, config.producer,
                                                Defaults(config), &TransactionalClient::OnDelivery,
                                                client.get(), &TransactionalClient::CountRequests));
  client->sender_.emplace(client->handle_->get());
  client->worker_ = std::thread([client] { client->Work(); });
  return client;
}

TransactionalClient::~TransactionalClient() {
  if (handle_ != nullptr) {
    rd_kafka_purge(handle_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
  sender_.reset();
  reader_.reset();
  handle_.reset();  // its threads count requests to the last
}

void TransactionalClient::Stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  const bool ended = changed_.wait_for(lock, std::chrono::milliseconds(kReadMillis + kSliceMillis),
                                       [this] { return ended_; });
  lock.unlock();
  if (ended) {
    worker_.join();
  } else {
    worker_.detach();  // it holds this client, and frees it if it ever comes back
  }
}

void TransactionalClient::OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto* self = static_cast<TransactionalClient*>(static_cast<KafkaHandle*>(opaque)->opaque());
  const bool given_up = message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || given_up) return;
  const std::lock_guard lock(self->mutex_);
  if (self->undelivered_code_ != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  self->undelivered_code_ = message->err;
  self->undelivered_ = std::string("a record of topic '") + rd_kafka_topic_name(message->rkt) +
                       "' is refused: " + rd_kafka_message_errstr(message);
}

void TransactionalClient::CountRequests(rd_kafka_conf_t* conf, void* opaque) {
  rd_kafka_conf_interceptor_add_on_new(
      conf, "millrace",
      [](rd_kafka_t* client, const rd_kafka_conf_t*, void* self, char*, size_t) {
        return rd_kafka_interceptor_add_on_request_sent(client, "millrace",
                                                        &TransactionalClient::OnRequest, self);
      },
      opaque);
}

rd_kafka_resp_err_t TransactionalClient::OnRequest(rd_kafka_t*, int, const char*, int32_t,
                                                   int16_t key, int16_t, int32_t, size_t,
                                                   void* opaque) {
  auto* self = static_cast<TransactionalClient*>(opaque);
  if (key == kTxnOffsetCommit) ++self->offset_commits_;
  if (key == kEndTxn) ++self->ends_;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// ---------------------------------------------------------------- the worker

void TransactionalClient::Start(Step step) {
  {
    const std::lock_guard lock(mutex_);
    result_.reset();
    hung_at_ = kNever;
    step_ = std::move(step);
  }
  changed_.notify_all();
}

std::optional<KafkaStepResult> TransactionalClient::Poll() {
  const std::lock_guard lock(mutex_);
  if (result_ || SteadyClock::now() < hung_at_) return result_;
  return Failed(RD_KAFKA_RESP_ERR__TIMED_OUT, "the Kafka client does not come back", {});
}

void TransactionalClient::Work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!step_) {
      changed_.wait_for(lock, kServeEvery, [this] { return step_ || stopping_; });
      lock.unlock();
      rd_kafka_poll(handle_->get(), 0);
      lock.lock();
      continue;
    }
    const Step step = std::move(step_);
    step_ = nullptr;
    lock.unlock();
    KafkaStepResult result = step();
    lock.lock();
    hung_at_ = kNever;
    if (!step_) result_ = std::move(result);
    if (config_.producer.wake && !stopping_) {
      lock.unlock();
      config_.producer.wake();
      lock.lock();
    }
  }
  ended_ = true;
  changed_.notify_all();
}

TransactionalClient::Answer TransactionalClient::AnswerOf(rd_kafka_error_t* raw) {
  const KafkaOwned<rd_kafka_error_t> error(raw);
  if (error == nullptr) return {};
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
  return {.code = code,
          .again = rd_kafka_error_is_retriable(error.get()) != 0 && !IsRefusal(code),
          .detail = rd_kafka_error_string(error.get())};
}

KafkaStepResult TransactionalClient::Repeat(const std::string& what, int64_t millis_max,
                                            const std::function<Answer(int)>& call) {
  const auto end = SteadyClock::now() + std::chrono::milliseconds(millis_max);
  {
    const std::lock_guard lock(mutex_);
    hung_at_ = end + kHungAfter;
  }
  while (true) {
    Answer answer = call(kSliceMillis);
    rd_kafka_poll(handle_->get(), 0);
    if (!handle_->Trouble().empty()) had_trouble_ = true;
    if (answer.code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      KafkaStepResult done{.error = {}, .mark = {}, .limits = {}};
      done.disturbed = SentTwice();
      handle_->ClearTrouble();
      return done;
    }
    if (answer.again && !stopping_ && SteadyClock::now() < end) continue;
    const std::lock_guard lock(mutex_);
    if (undelivered_code_ != RD_KAFKA_RESP_ERR_NO_ERROR) {
      answer.detail += "; " + undelivered_;
      const bool says_more = IsRefusal(undelivered_code_) || IsFence(undelivered_code_);
      if (says_more && !IsFence(answer.code)) answer.code = undelivered_code_;
    }
    return Failed(answer.code, what, answer.detail);
  }
}

// ---------------------------------------------------------------- the steps

/// Waits for its brokers as long as the owner does.
KafkaStepResult TransactionalClient::InitNow() {
  return Repeat("transactions of '" + config_.transactional_id + "' cannot be begun",
                std::numeric_limits<int32_t>::max(), [this](int slice_ms) {
                  return AnswerOf(rd_kafka_init_transactions(handle_->get(), slice_ms));
                });
}

Status TransactionalClient::Begin() {
  had_trouble_ = false;
  offset_commits_ = 0;
  ends_ = 0;
  const KafkaOwned<rd_kafka_error_t> error(rd_kafka_begin_transaction(handle_->get()));
  if (error == nullptr) return OkStatus();
  return std::unexpected(FromKafka(rd_kafka_error_code(error.get()), "no transaction can be begun",
                                   rd_kafka_error_string(error.get())));
}

KafkaStepResult TransactionalClient::FlushNow() {
  return Repeat("records cannot be delivered", config_.timeout_ms, [this](int slice_ms) -> Answer {
    const rd_kafka_resp_err_t code = rd_kafka_flush(handle_->get(), slice_ms);
    std::array<char, 512> text{};
    const rd_kafka_resp_err_t fatal =
        rd_kafka_fatal_error(handle_->get(), text.data(), text.size());
    if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return {.code = fatal, .again = false, .detail = text.data()};
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return {.code = code, .again = true, .detail = "they wait for their broker"};
    }
    const std::lock_guard lock(mutex_);
    return {.code = undelivered_code_, .again = false, .detail = {}};
  });
}

KafkaStepResult TransactionalClient::PutMarkNow(const KafkaPartition& at, const KafkaMark& mark) {
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t* const entry =
      rd_kafka_topic_partition_list_add(list.get(), at.topic.c_str(), at.partition);
  entry->offset = mark.offset;
  entry->metadata = std::malloc(mark.text.size() + 1);  // the list frees it
  std::memcpy(entry->metadata, mark.text.c_str(), mark.text.size() + 1);
  entry->metadata_size = mark.text.size();
  rd_kafka_consumer_group_metadata_t* const group =
      rd_kafka_consumer_group_metadata_new(config_.group.c_str());
  KafkaStepResult result = Repeat("the decision record cannot be written",
                                  std::min(config_.timeout_ms, kStepMillisMax), [&](int slice_ms) {
                                    return AnswerOf(rd_kafka_send_offsets_to_transaction(
                                        handle_->get(), list.get(), group, slice_ms));
                                  });
  rd_kafka_consumer_group_metadata_destroy(group);
  return result;
}

KafkaStepResult TransactionalClient::CommitNow() {
  return Repeat("the transaction cannot be committed", StepMillisMax(), [this](int slice_ms) {
    return AnswerOf(rd_kafka_commit_transaction(handle_->get(), slice_ms));
  });
}

/// Asks until there is an answer; nobody there is no answer.
template <typename Ask>
KafkaStepResult TransactionalClient::Read(Ask ask) {
  while (true) {
    Status status = OkStatus();
    KafkaStepResult result{.error = {}, .mark = {}, .limits = {}};
    if (reader_ == nullptr) {
      auto made = KafkaMarkReader::Make(config_);
      if (made) {
        reader_ = *std::move(made);
      } else {
        status = std::unexpected(std::move(made).error());
      }
    }
    if (status) status = ask(&result);
    if (status) {
      const std::lock_guard lock(mutex_);
      trouble_.clear();
      return result;
    }
    if (!status.error().retryable || stopping_) {
      result.outcome = KafkaStepOutcome::kRefused;
      result.error = std::move(status).error();
      return result;
    }
    const std::lock_guard lock(mutex_);
    trouble_ = status.error().detail;
  }
}

KafkaStepResult TransactionalClient::ReadMarkNow(const KafkaPartition& at) {
  return Read([&](KafkaStepResult* result) -> Status {
    TRY_ASSIGN(result->mark, reader_->Read(at, kReadMillis));
    return OkStatus();
  });
}

KafkaStepResult TransactionalClient::ReadLimitsNow(const std::vector<std::string>& topics) {
  return Read([&](KafkaStepResult* result) -> Status {
    for (const std::string& topic : topics) TRY(AwaitTopic(topic));
    TRY_ASSIGN(result->limits, reader_->Limits(topics, kReadMillis));
    return OkStatus();
  });
}

/// A mark needs its topic; asking for it makes it where brokers make topics by themselves.
Status TransactionalClient::AwaitTopic(const std::string& name) {
  const KafkaOwned<rd_kafka_topic_t> topic(
      rd_kafka_topic_new(handle_->get(), name.c_str(), nullptr));
  rd_kafka_resp_err_t code = rd_kafka_last_error();
  for (int i = 0; topic != nullptr && i < kTopicAttempts && !stopping_; ++i) {
    const rd_kafka_metadata_t* raw = nullptr;
    code = rd_kafka_metadata(handle_->get(), 0, topic.get(), &raw, kReadMillis);
    const KafkaOwned<const rd_kafka_metadata_t> metadata(raw);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt > 0) {
      code = metadata->topics[0].err;
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return OkStatus();
    }
    rd_kafka_poll(handle_->get(), kSliceMillis);
  }
  const bool missing = code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  return std::unexpected(FromKafka(
      code,
      missing ? "there is no topic '" + name + "'" : "topic '" + name + "' cannot be looked up",
      missing ? std::string() : handle_->Trouble()));
}

std::string TransactionalClient::Waiting() {
  {
    const std::lock_guard lock(mutex_);
    if (!trouble_.empty()) return trouble_;
  }
  return handle_->Trouble();
}

class RealTransactionalProducer final : public KafkaTransactionalProducer {
 public:
  explicit RealTransactionalProducer(std::shared_ptr<TransactionalClient> client)
      : client_(std::move(client)) {}
  ~RealTransactionalProducer() override { client_->Stop(); }

  Result<bool> Produce(const KafkaOutput& record) override { return client_->Produce(record); }
  void Init() override {
    client_->Start([client = client_.get()] { return client->InitNow(); });
  }
  Status Begin() override { return client_->Begin(); }
  void Flush() override {
    client_->Start([client = client_.get()] { return client->FlushNow(); });
  }
  void PutMark(const KafkaPartition& at, const KafkaMark& mark) override {
    client_->Start([client = client_.get(), at, mark] { return client->PutMarkNow(at, mark); });
  }
  void Commit() override {
    client_->Start([client = client_.get()] { return client->CommitNow(); });
  }
  void ReadMark(const KafkaPartition& at) override {
    client_->Start([client = client_.get(), at] { return client->ReadMarkNow(at); });
  }
  void ReadLimits(std::span<const std::string> topics) override {
    client_->Start(
        [client = client_.get(), asked = std::vector<std::string>(topics.begin(), topics.end())] {
          return client->ReadLimitsNow(asked);
        });
  }
  std::optional<KafkaStepResult> Poll() override { return client_->Poll(); }
  std::string Waiting() override { return client_->Waiting(); }

 private:
  std::shared_ptr<TransactionalClient> client_;
};

}  // namespace

Result<std::unique_ptr<KafkaTransactionalProducer>> MakeRealKafkaTransactionalProducer(
    const KafkaTransactionConfig& config) {
  TRY_ASSIGN(auto client, TransactionalClient::Open(config));
  return std::make_unique<RealTransactionalProducer>(std::move(client));
}

}  // namespace millrace
