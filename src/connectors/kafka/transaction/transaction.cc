// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/transaction/transaction.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>

#include "base/mutant.h"
#include "base/time_units.h"
#include "connectors/kafka/discovery.h"

namespace millrace {
namespace {

constexpr int64_t kPollNanos = kMilli / 2;
/// A start that takes longer says what it waits for.
constexpr int64_t kSilenceNanos = 3000 * kMilli;
constexpr int kClaimsMax = 5;
/// What a batch of several records may have over the sum of its parts.
constexpr int64_t kBatchSlack = 512;
constexpr int64_t kBatchBytesDefault = 1000000;

std::string Hex(uint64_t number) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

/// "epoch 7, hash 00000000000000ff, owner 0000000000000001".
struct MarkText {
  EpochRecord record;
  std::string owner;

  std::string ToString() const {
    return "epoch " + std::to_string(record.epoch) + ", hash " + Hex(record.hash) + ", owner " +
           owner;
  }
  static std::optional<MarkText> Parse(std::string_view text) {
    MarkText mark;
    const auto number = [&text](std::string_view before, int base, uint64_t* value) {
      if (!text.starts_with(before)) return false;
      text.remove_prefix(before.size());
      const auto [end, error] =
          std::from_chars(text.data(), text.data() + text.size(), *value, base);
      if (error != std::errc()) return false;
      text.remove_prefix(static_cast<size_t>(end - text.data()));
      return true;
    };
    if (!number("epoch ", 10, &mark.record.epoch)) return std::nullopt;
    if (!number(", hash ", 16, &mark.record.hash)) return std::nullopt;
    if (!text.starts_with(", owner ")) return std::nullopt;
    mark.owner = text.substr(8);
    return mark;
  }
};

size_t VarintBytes(uint64_t number) {
  size_t bytes = 1;
  for (number <<= 1; number >= 128; number >>= 7) ++bytes;  // zigzag
  return bytes;
}

size_t FieldBytes(const std::optional<std::string_view>& field) {
  return field ? VarintBytes(field->size()) + field->size() : 1;
}

Error AwaitingError(std::string detail) {
  return {.code = "MR0522",
          .domain = ErrorDomain::kExternal,
          .message = "Kafka does not answer",
          .detail = std::move(detail),
          .retryable = true};
}

}  // namespace

size_t KafkaBatchBytes(const KafkaOutput& record) {
  constexpr size_t kBatchHeader = 61;
  size_t body = 3 + FieldBytes(record.key) + FieldBytes(record.value);  // attributes, two deltas
  body += VarintBytes(record.headers.size());
  for (const KafkaOutputHeader& header : record.headers) {
    body += FieldBytes(header.name) + FieldBytes(header.value);
  }
  return kBatchHeader + VarintBytes(body) + body;
}

KafkaTransaction::KafkaTransaction(Settings settings)
    : settings_(std::move(settings)), owner_(Hex(EntropySeed())) {}

KafkaTransaction::~KafkaTransaction() = default;

// ---------------------------------------------------------------- start

Status KafkaTransaction::MakeProducer() {
  KafkaTransactionConfig config = settings_.client;
  int64_t bytes_max = kBatchBytesDefault;
  for (const auto& [topic, bytes] : limits_.record_bytes_max)
    bytes_max = std::min(bytes_max, bytes);
  if (bytes_max < kBatchBytesDefault) {
    // Records are checked one by one; a batch of several must not exceed the limit either.
    config.producer.properties.emplace_back(
        "batch.size", std::to_string(std::max<int64_t>(1, bytes_max - kBatchSlack)));
  }
  {
    const std::lock_guard lock(mutex_);
    producer_.reset();  // the one before first, so that its id is not used twice
  }
  TRY_ASSIGN(auto producer, settings_.table.env.kafka->MakeTransactionalProducer(config));
  const std::lock_guard lock(mutex_);
  producer_ = std::move(producer);
  return OkStatus();
}

Result<KafkaStepResult> KafkaTransaction::Await(BrokerWait* wait) {
  Clock* const clock = settings_.table.env.clock;
  int64_t speak_at = clock->MonotonicNanos() + kSilenceNanos;
  while (true) {
    if (auto result = producer_->Poll()) return *std::move(result);
    if (clock->MonotonicNanos() < speak_at) {
      clock->SleepNanos(kPollNanos);
      continue;
    }
    TRY(wait->OnFailure(AwaitingError(producer_->Waiting())));
    speak_at = clock->MonotonicNanos() + 100 * kMilli;
  }
}

Status KafkaTransaction::ReadLimits(BrokerWait* wait) {
  TRY(MakeProducer());
  producer_->ReadLimits(settings_.topics);
  TRY_ASSIGN(const KafkaStepResult result, Await(wait));
  if (result.outcome != KafkaStepOutcome::kDone) return std::unexpected(result.error);
  limits_ = result.limits;
  const int64_t limit = settings_.client.timeout_ms;
  if (!limits_.timeout_max_ms || limit <= *limits_.timeout_max_ms) return OkStatus();
  return UserError("MR0503", "bad value of 'properties.transaction.timeout.ms'",
                   std::to_string(limit) + " ms is longer than the " +
                       std::to_string(*limits_.timeout_max_ms) +
                       " ms that the broker allows (transaction.max.timeout.ms)",
                   "lower one, or raise the other");
}

/// Our own are ended. Records whose end a broker has lost would be seen with the next epoch, so
/// nothing is begun in front of them, however long that takes.
Status KafkaTransaction::AwaitEnds() {
  TableContext patient = settings_.table;
  patient.services.connect_timeout_ms = 0;
  BrokerWait wait(patient);
  producer_->AwaitEnds(settings_.topics);
  TRY_ASSIGN(const KafkaStepResult result, Await(&wait));
  if (result.outcome != KafkaStepOutcome::kDone) return std::unexpected(result.error);
  return OkStatus();
}

Result<std::optional<EpochRecord>> KafkaTransaction::Recover() {
  if (settings_.table.env.kafka == nullptr)
    return InternalError("this process has no Kafka client");
  BrokerWait wait(settings_.table);
  TRY(ReadLimits(&wait));
  for (int i = 0; i < kClaimsMax; ++i) {
    TRY(MakeProducer());
    producer_->Init();
    TRY_ASSIGN(const KafkaStepResult begun, Await(&wait));
    if (begun.outcome == KafkaStepOutcome::kRefused) return std::unexpected(begun.error);
    if (begun.outcome != KafkaStepOutcome::kDone) continue;
    TRY(AwaitEnds());
    producer_->ReadMark(settings_.at);
    TRY_ASSIGN(const KafkaStepResult read, Await(&wait));
    if (read.outcome != KafkaStepOutcome::kDone) return std::unexpected(read.error);
    TRY_ASSIGN(const auto record, ReadRecord(read));
    TRY_ASSIGN(const bool claimed, Claim(record, &wait));
    if (!claimed) continue;
    TRY(BeginNext());
    if (record) closed_.store(record->epoch, std::memory_order_release);
    return record;
  }
  return std::unexpected(TakenOver("others began transactions of this id again and again"));
}

Result<std::optional<EpochRecord>> KafkaTransaction::ReadRecord(const KafkaStepResult& read) const {
  if (!read.mark) return std::nullopt;
  const auto mark = MarkText::Parse(read.mark->text);
  if (!mark) {
    return ExternalError("MR0833", "the decision record of the pipeline is not one of Millrace",
                         "group '" + settings_.client.group + "', topic '" + settings_.at.topic +
                             "': '" + read.mark->text + "'",
                         "somebody else commits offsets of this group");
  }
  if (mark->record.epoch == 0) return std::nullopt;  // begun, and nothing decided yet
  return mark->record;
}

/// Writes the record again, with this owner. False: not certain, it must be begun anew.
Result<bool> KafkaTransaction::Claim(const std::optional<EpochRecord>& record, BrokerWait* wait) {
  TRY(producer_->Begin());
  producer_->PutMark(settings_.at, MarkOf(record.value_or(EpochRecord{})));
  TRY_ASSIGN(const KafkaStepResult put, Await(wait));
  if (put.outcome == KafkaStepOutcome::kRefused) return std::unexpected(put.error);
  if (put.outcome != KafkaStepOutcome::kDone) return false;
  producer_->Commit();
  TRY_ASSIGN(const KafkaStepResult done, Await(wait));
  if (done.outcome == KafkaStepOutcome::kRefused) return std::unexpected(done.error);
  return done.outcome == KafkaStepOutcome::kDone && !done.disturbed;
}

KafkaMark KafkaTransaction::MarkOf(const EpochRecord& record) const {
  return {.offset = static_cast<int64_t>(record.epoch),
          .text = MarkText{.record = record, .owner = owner_}.ToString()};
}

Status KafkaTransaction::BeginNext() {
  TRY(producer_->Begin());
  opened_at_ = 0;
  phase_ = Phase::kOpen;
  return OkStatus();
}

// ---------------------------------------------------------------- writers

void KafkaTransaction::Close(uint64_t epoch) {
  uint64_t closed = closed_.load(std::memory_order_relaxed);
  while (closed < epoch &&
         !closed_.compare_exchange_weak(closed, epoch, std::memory_order_release)) {
  }
}

Result<bool> KafkaTransaction::Produce(const KafkaOutput& record) {
  if (doomed_.load(std::memory_order_relaxed)) return true;
  if (const auto limit = limits_.record_bytes_max.find(record.topic);
      limit != limits_.record_bytes_max.end()) {
    const size_t bytes = KafkaBatchBytes(record);
    if (static_cast<int64_t>(bytes) > limit->second) {
      return ExternalError(
          "MR0527", "a record is too large for topic '" + std::string(record.topic) + "'",
          std::to_string(bytes) + " bytes, max.message.bytes is " + std::to_string(limit->second));
    }
  }
  if (opened_at_.load(std::memory_order_relaxed) == 0) {
    opened_at_wall_ = settings_.table.env.clock->WallMillis();
    opened_at_ = settings_.table.env.clock->MonotonicNanos();
  }
  auto sent = producer_->Produce(record);
  if (sent || sent.error().code == "MR0527") return sent;
  const std::lock_guard lock(mutex_);
  if (!doomed_) doom_ = std::move(sent).error();
  doomed_ = true;
  return true;
}

/// How long something has been in the open transaction; by the clock that says more, since one of
/// them may have stood still with the process.
int64_t KafkaTransaction::OpenMillis() const {
  const int64_t opened = opened_at_.load();
  if (opened == 0) return 0;
  const Clock& clock = *settings_.table.env.clock;
  return std::max((clock.MonotonicNanos() - opened) / kMilli,
                  clock.WallMillis() - opened_at_wall_.load());
}

// ---------------------------------------------------------------- decisions

Status KafkaTransaction::Decide(const EpochRecord& record) {
  if (phase_ != Phase::kOpen) return InternalError("an epoch is being decided already");
  deciding_ = record;
  failure_ = {};
  phase_ = Phase::kFlush;
  producer_->Flush();
  return OkStatus();
}

Result<bool> KafkaTransaction::Decided() {
  while (true) {
    if (phase_ == Phase::kOpen) return true;
    const auto result = producer_->Poll();
    if (!result) return false;
    if (result->outcome != KafkaStepOutcome::kDone) {
      TRY(OnFailure(*result));
      continue;
    }
    TRY_ASSIGN(const bool decided, OnDone(*result));
    if (!decided) continue;
    TRY(BeginNext());
    closed_.store(deciding_.epoch, std::memory_order_release);
    return true;
  }
}

Result<bool> KafkaTransaction::OnDone(const KafkaStepResult& result) {
  switch (phase_) {
    case Phase::kOpen: return true;
    case Phase::kFlush: {
      const std::lock_guard lock(mutex_);
      if (doomed_) return std::unexpected(doom_);
      if (opened_at_ == 0) {
        opened_at_wall_ = settings_.table.env.clock->WallMillis();
        opened_at_ = settings_.table.env.clock->MonotonicNanos();
      }
      phase_ = Phase::kMark;
      producer_->PutMark(settings_.at, MarkOf(deciding_));
      return false;
    }
    case Phase::kMark:
      if (MUTANT("closed-before-commit")) closed_.store(deciding_.epoch);
      phase_ = Phase::kCommit;
      producer_->Commit();
      return false;
    case Phase::kCommit:
      if (!result.disturbed) return true;
      failure_ = AwaitingError("a request had to be sent twice");
      TRY(Renew());
      return false;
    case Phase::kInit:
      phase_ = Phase::kRead;
      producer_->ReadMark(settings_.at);
      return false;
    case Phase::kRead:
    case Phase::kReadOwner: return OnRead(result);
  }
  return InternalError("no such phase");
}

/// The record as it stands, with everything of this process either in it or shut out.
Result<bool> KafkaTransaction::OnRead(const KafkaStepResult& result) {
  const auto mark = result.mark ? MarkText::Parse(result.mark->text) : std::nullopt;
  if (!mark || mark->owner != owner_) {
    return std::unexpected(TakenOver(result.mark
                                         ? "its decision record says '" + result.mark->text + "'"
                                         : std::string("its decision record is gone")));
  }
  if (phase_ == Phase::kReadOwner) {
    // Nobody wrote the record since. The broker shuts a producer out when its transaction is open
    // for too long; earlier than that, it was somebody else.
    if (OpenMillis() < settings_.client.timeout_ms) {
      return std::unexpected(TakenOver("the producer was shut out after " +
                                       std::to_string(OpenMillis()) + " ms, long before its " +
                                       std::to_string(settings_.client.timeout_ms) + " ms"));
    }
    return std::unexpected(Undecided(failure_));
  }
  if (MUTANT("unclear-is-decided")) return true;
  if (mark->record.epoch == deciding_.epoch && mark->record.hash == deciding_.hash) return true;
  return std::unexpected(Undecided(failure_));
}

Status KafkaTransaction::OnFailure(const KafkaStepResult& result) {
  failure_ = result.error;
  switch (phase_) {
    case Phase::kCommit:
      if (result.outcome == KafkaStepOutcome::kUnclear) return Renew();
      break;
    case Phase::kInit:
    case Phase::kRead:
    case Phase::kReadOwner:
      if (result.outcome == KafkaStepOutcome::kRefused && !result.error.retryable) {
        return std::unexpected(result.error);
      }
      return std::unexpected(Undecided(result.error));
    default: break;
  }
  switch (result.outcome) {
    case KafkaStepOutcome::kRefused: return std::unexpected(result.error);
    case KafkaStepOutcome::kFenced:
      phase_ = Phase::kReadOwner;
      producer_->ReadMark(settings_.at);
      return OkStatus();
    default: return std::unexpected(Undecided(result.error));  // its end was never asked for
  }
}

Status KafkaTransaction::Renew() {
  TRY(MakeProducer());
  phase_ = Phase::kInit;
  producer_->Init();
  return OkStatus();
}

Error KafkaTransaction::Undecided(const Error& cause) const {
  return {
      .code = "MR0831",
      .domain = ErrorDomain::kExternal,
      .message = "epoch " + std::to_string(deciding_.epoch) + " could not be committed to Kafka",
      .detail = cause.message.empty() ? cause.detail : cause.message + ": " + cause.detail,
      .retryable = true};
}

Error KafkaTransaction::TakenOver(const std::string& detail) const {
  return {.code = "MR0832",
          .domain = ErrorDomain::kUser,
          .message = "another process uses the transactional id '" +
                     settings_.client.transactional_id + "'",
          .detail = detail,
          .hint = "stop one of them, or give it another 'sink.transactional-id-prefix'"};
}

std::string KafkaTransaction::Waiting() {
  const std::lock_guard lock(mutex_);
  return producer_ == nullptr ? std::string() : producer_->Waiting();
}

}  // namespace millrace
