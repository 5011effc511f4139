// SPDX-License-Identifier: Apache-2.0
// The steps of a transactional producer, by its thread.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "env/real/kafka/transactional_client.h"

namespace millrace {
namespace {

constexpr int kReadMillis = 2000;
constexpr int kTopicAttempts = 20;  // a topic that is being made takes a moment
constexpr int kTopicPauseMillis = 250;
constexpr auto kAskEvery = std::chrono::milliseconds(100);
/// After so long a new producer looks up what happened; after trouble patience is short.
constexpr int64_t kStepMillisMax = 10000;
constexpr int64_t kAfterTroubleMillisMax = 3000;

}  // namespace

int64_t KafkaTransactionalClient::StepMillisMax() const {
  return std::min(config_.timeout_ms, had_trouble_ ? kAfterTroubleMillisMax : kStepMillisMax);
}

/// Waits for its brokers as long as the owner does.
KafkaStepResult KafkaTransactionalClient::InitNow() {
  return Repeat("transactions of '" + config_.transactional_id + "' cannot be begun",
                std::numeric_limits<int32_t>::max(), [this](int slice_ms) {
                  return AnswerOf(rd_kafka_init_transactions(handle_->get(), slice_ms));
                });
}

Status KafkaTransactionalClient::Begin() {
  had_trouble_ = false;
  offset_commits_ = 0;
  ends_ = 0;
  const KafkaOwned<rd_kafka_error_t> error(rd_kafka_begin_transaction(handle_->get()));
  if (error == nullptr) return OkStatus();
  return std::unexpected(FromKafka(rd_kafka_error_code(error.get()), "no transaction can be begun",
                                   rd_kafka_error_string(error.get())));
}

KafkaStepResult KafkaTransactionalClient::FlushNow() {
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

KafkaStepResult KafkaTransactionalClient::PutMarkNow(const KafkaPartition& at,
                                                     const KafkaMark& mark) {
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

KafkaStepResult KafkaTransactionalClient::CommitNow() {
  return Repeat("the transaction cannot be committed", StepMillisMax(), [this](int slice_ms) {
    return AnswerOf(rd_kafka_commit_transaction(handle_->get(), slice_ms));
  });
}

/// Asks until there is an answer; nobody there is no answer.
template <typename Ask>
KafkaStepResult KafkaTransactionalClient::Read(Ask ask) {
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
    std::unique_lock lock(mutex_);
    trouble_ = status.error().detail;
    changed_.wait_for(lock, kAskEvery, [this] { return stopping_.load(); });
  }
}

KafkaStepResult KafkaTransactionalClient::ReadMarkNow(const KafkaPartition& at) {
  return Read([&](KafkaStepResult* result) -> Status {
    TRY_ASSIGN(result->mark, reader_->Read(at, kReadMillis));
    return OkStatus();
  });
}

KafkaStepResult KafkaTransactionalClient::ReadLimitsNow(const std::vector<std::string>& topics) {
  return Read([&](KafkaStepResult* result) -> Status {
    for (const std::string& topic : topics) TRY(AwaitTopic(topic));
    TRY_ASSIGN(result->limits, reader_->Limits(topics, kReadMillis));
    return OkStatus();
  });
}

/// Transactions of this id are over for its coordinator once it is initialized. What is open still
/// is another writer's, or lost its end at the broker; the latter must not be ended with ours.
KafkaStepResult KafkaTransactionalClient::AwaitEndsNow(const std::vector<std::string>& topics) {
  std::optional<KafkaEnds> ends;
  const auto lost_at = SteadyClock::now() + std::chrono::milliseconds(config_.timeout_ms);
  return Read([&](KafkaStepResult*) -> Status {
    if (!ends) {
      TRY_ASSIGN(ends, reader_->Ends(topics, /*of_stable_records=*/false, kReadMillis));
    }
    TRY_ASSIGN(const KafkaEnds stable, reader_->Ends(topics, true, kReadMillis));
    for (const auto& [partition, end] : *ends) {
      const auto found = stable.find(partition);
      if (found == stable.end() || found->second >= end) continue;
      Error error{.code = "MR0522",
                  .domain = ErrorDomain::kExternal,
                  .message = "a transaction is open",
                  .detail = "topic '" + partition.first + "' has an open transaction, partition " +
                            std::to_string(partition.second) + " from offset " +
                            std::to_string(found->second),
                  .retryable = true};
      if (SteadyClock::now() >= lost_at) error.detail += "; its broker may have lost its end";
      return std::unexpected(std::move(error));
    }
    return OkStatus();
  });
}

/// A mark needs its topic; asking for it makes it where brokers make topics by themselves.
Status KafkaTransactionalClient::AwaitTopic(const std::string& name) {
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
    rd_kafka_poll(handle_->get(), kTopicPauseMillis);
  }
  const bool missing = code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  return std::unexpected(FromKafka(
      code,
      missing ? "there is no topic '" + name + "'" : "topic '" + name + "' cannot be looked up",
      missing ? std::string() : handle_->Trouble()));
}

std::string KafkaTransactionalClient::Waiting() {
  {
    const std::lock_guard lock(mutex_);
    if (!trouble_.empty()) return trouble_;
  }
  return handle_->Trouble();
}

}  // namespace millrace
