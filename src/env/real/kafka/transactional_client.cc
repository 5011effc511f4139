// SPDX-License-Identifier: Apache-2.0
#include "env/real/kafka/transactional_client.h"

namespace millrace {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kSliceMillis = 250;
/// How late a call may come back.
constexpr auto kBackWithin = std::chrono::milliseconds(1000);
constexpr int kStopSeconds = 3;
/// A step that does not come back that long after its time-out, though its connections were cut,
/// is given up with its client.
constexpr auto kHungAfter = std::chrono::milliseconds(3500);
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

}  // namespace

Result<std::shared_ptr<KafkaTransactionalClient>> KafkaTransactionalClient::Open(
    const KafkaTransactionConfig& config) {
  auto client = std::make_shared<KafkaTransactionalClient>(config);
  TRY_ASSIGN(client->handle_,
             KafkaHandle::Make(RD_KAFKA_PRODUCER, config.producer, Defaults(config),
                               &KafkaTransactionalClient::OnDelivery, client.get(),
                               &KafkaTransactionalClient::CountRequests));
  client->sender_.emplace(client->handle_->get());
  client->worker_ = std::thread([client] { client->Work(); });
  return client;
}

KafkaTransactionalClient::~KafkaTransactionalClient() {
  if (handle_ != nullptr) {
    rd_kafka_purge(handle_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
  sender_.reset();
  reader_.reset();
  handle_.reset();  // its threads count requests to the last
}

bool KafkaTransactionalClient::AwaitEnd(int seconds) {
  std::unique_lock lock(mutex_);
  for (int i = 0; i < seconds && !ended_; ++i) {
    if (i > 0) handle_->CutConnections();
    changed_.wait_for(lock, kBackWithin, [this] { return ended_; });
  }
  return ended_;
}

void KafkaTransactionalClient::Stop(std::shared_ptr<KafkaTransactionalClient> client) {
  {
    const std::lock_guard lock(client->mutex_);
    client->stopping_ = true;
    client->changed_.notify_all();
  }
  if (client->AwaitEnd(kStopSeconds)) {
    client->worker_.join();
    return;
  }
  // While its coordinator is away, librdkafka may not come back at all. What is left behind ends
  // when the coordinator is there again.
  std::thread([client = std::move(client)] {
    while (!client->AwaitEnd(kStopSeconds)) {
    }
    client->worker_.join();
  }).detach();
}

void KafkaTransactionalClient::OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message,
                                          void* opaque) {
  auto* self = static_cast<KafkaTransactionalClient*>(static_cast<KafkaHandle*>(opaque)->opaque());
  const bool given_up = message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || given_up) return;
  const std::lock_guard lock(self->mutex_);
  if (self->undelivered_code_ != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  self->undelivered_code_ = message->err;
  self->undelivered_ =
      std::string("a record of topic '") + rd_kafka_topic_name(message->rkt) +
      "' is refused: " + rd_kafka_err2str(message->err);  // the payload is the record
}

void KafkaTransactionalClient::CountRequests(rd_kafka_conf_t* conf, void* opaque) {
  rd_kafka_conf_interceptor_add_on_new(
      conf, "millrace",
      [](rd_kafka_t* client, const rd_kafka_conf_t*, void* self, char*, size_t) {
        return rd_kafka_interceptor_add_on_request_sent(client, "millrace",
                                                        &KafkaTransactionalClient::OnRequest, self);
      },
      opaque);
}

rd_kafka_resp_err_t KafkaTransactionalClient::OnRequest(rd_kafka_t*, int, const char*, int32_t,
                                                        int16_t key, int16_t, int32_t, size_t,
                                                        void* opaque) {
  auto* self = static_cast<KafkaTransactionalClient*>(opaque);
  if (key == kTxnOffsetCommit) ++self->offset_commits_;
  if (key == kEndTxn) ++self->ends_;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// ---------------------------------------------------------------- the worker

void KafkaTransactionalClient::Start(Step step) {
  {
    const std::lock_guard lock(mutex_);
    result_.reset();
    hung_at_ = due_ = kNever;
    step_ = std::move(step);
  }
  changed_.notify_all();
}

std::optional<KafkaStepResult> KafkaTransactionalClient::Poll() {
  const std::lock_guard lock(mutex_);
  if (result_) return result_;
  const auto now = SteadyClock::now();
  if (now >= due_) {
    due_ = now + kBackWithin;
    handle_->CutConnections();
  }
  if (now < hung_at_) return std::nullopt;
  return Failed(RD_KAFKA_RESP_ERR__TIMED_OUT, "the Kafka client does not come back", {});
}

void KafkaTransactionalClient::Work() {
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
    hung_at_ = due_ = kNever;
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

KafkaTransactionalClient::Answer KafkaTransactionalClient::AnswerOf(rd_kafka_error_t* raw) {
  const KafkaOwned<rd_kafka_error_t> error(raw);
  if (error == nullptr) return {};
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
  return {.code = code,
          .again = rd_kafka_error_is_retriable(error.get()) != 0 && !IsRefusal(code),
          .detail = rd_kafka_error_string(error.get())};
}

KafkaStepResult KafkaTransactionalClient::Repeat(const std::string& what, int64_t millis_max,
                                                 const std::function<Answer(int)>& call) {
  const auto end = SteadyClock::now() + std::chrono::milliseconds(millis_max);
  {
    const std::lock_guard lock(mutex_);
    hung_at_ = end + kHungAfter;
  }
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      due_ = SteadyClock::now() + std::chrono::milliseconds(kSliceMillis) + kBackWithin;
    }
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

}  // namespace millrace
