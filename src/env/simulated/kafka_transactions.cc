// SPDX-License-Identifier: Apache-2.0
#include "env/simulated/kafka_transactions.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>

#include "base/time_units.h"

namespace millrace {
namespace {

using Reply = SimulatedTransactions::Reply;
using Fate = SimulatedTransactions::Fate;
using Kind = SimulatedTransactions::Kind;

constexpr int64_t kLatencyNanosMax = 3 * kMilli;
constexpr int64_t kRepeatNanos = 40 * kMilli;   // a request without an answer is sent again
constexpr int64_t kRefusedNanos = 20 * kMilli;  // likewise what came too early
constexpr int64_t kSoonNanosMax = 60 * kMilli;  // in the next transaction, not in one far behind
constexpr int64_t kLateNanosMax = 5000 * kMilli;
constexpr int64_t kStepMillisMax = 10'000;
constexpr size_t kQueueMax = 64;

std::string MarkKey(const std::string& group, const KafkaPartition& at) {
  return group + "\n" + at.topic + "\n" + std::to_string(at.partition);
}

KafkaStepResult Failed(KafkaStepOutcome outcome, const char* why) {
  KafkaStepResult result{.outcome = outcome, .error = {}, .mark = {}, .limits = {}};
  result.error = {.code = outcome == KafkaStepOutcome::kFenced ? "MR0524" : "MR0522",
                  .domain = ErrorDomain::kExternal,
                  .message = "a step of the transaction failed",
                  .detail = why,
                  .retryable = outcome == KafkaStepOutcome::kUnclear};
  return result;
}

/// The producer's side: what answers find, as long as it is there.
struct Client {
  int epoch = 0;
  bool fenced = false;
  bool invalid = false;
  size_t in_flight = 0;
  std::map<KafkaPartition, int> sequences;
  uint64_t step = 0;       // answers of earlier ones do not count
  int64_t last_there = 0;  // requests of a connection stay in order, unless they come late
  std::optional<KafkaStepResult> result;
  std::function<void()> wake;

  void Finish(KafkaStepResult outcome) {
    result = std::move(outcome);
    if (wake) wake();
  }
};

class SimulatedTransactionalProducer final : public KafkaTransactionalProducer {
 public:
  SimulatedTransactionalProducer(SimulatedTransactions* brokers, KafkaTransactionConfig config)
      : brokers_(brokers), config_(std::move(config)), client_(std::make_shared<Client>()) {
    client_->wake = config_.producer.wake;
  }
  ~SimulatedTransactionalProducer() override { client_->wake = nullptr; }

  Result<bool> Produce(const KafkaOutput& record) override;
  void Init() override;
  Status Begin() override {
    marks_sent_ = std::make_shared<int>(0);
    ends_sent_ = std::make_shared<int>(0);
    return OkStatus();
  }
  void Flush() override;
  void PutMark(const KafkaPartition& at, const KafkaMark& mark) override;
  void Commit() override;
  void ReadMark(const KafkaPartition& at) override;
  void ReadLimits(std::span<const std::string> topics) override {
    (void)topics;
    client_->result = KafkaStepResult{.error = {}, .mark = {}, .limits = {}};
  }
  /// Init ended those of the id, and there are no others.
  void AwaitEnds(std::span<const std::string> topics) override { ReadLimits(topics); }
  std::optional<KafkaStepResult> Poll() override;
  std::string Waiting() override { return "brokers are slow"; }

 private:
  using Ask = std::function<Reply()>;
  using Told = std::function<void(Reply)>;
  void Send(std::weak_ptr<Client> client, Ask ask, Told told, std::shared_ptr<int> sent,
            std::function<bool()> wanted, Kind kind);
  void Step(Ask ask, std::shared_ptr<int> sent, int64_t millis_max, Kind kind);

  SimulatedTransactions* brokers_;
  KafkaTransactionConfig config_;
  std::shared_ptr<Client> client_;
  std::shared_ptr<int> marks_sent_ = std::make_shared<int>(0);
  std::shared_ptr<int> ends_sent_ = std::make_shared<int>(0);
  bool flushing_ = false;
  int64_t flush_until_ = 0;
};

/// One request until it is answered or not wanted any more: repeated as long as no answer comes.
void SimulatedTransactionalProducer::Send(std::weak_ptr<Client> client, Ask ask, Told told,
                                          std::shared_ptr<int> sent, std::function<bool()> wanted,
                                          Kind kind) {
  if (client.expired() || !wanted()) return;
  ++*sent;
  SimulatedTransactions* const brokers = brokers_;
  SimulatedEvents* const events = brokers->events();
  const int64_t now = brokers->clock()->MonotonicNanos();
  const auto draw = [brokers](int64_t below) {
    return static_cast<int64_t>(brokers->random()->Next() % static_cast<uint64_t>(below));
  };
  const auto answered = std::make_shared<bool>(false);
  Fate fate = brokers->DrawFate(kind);
  if (fate == Fate::kLate && kind == Kind::kQuestion) fate = Fate::kLost;
  if (fate == Fate::kLate) {
    const int64_t late = draw(draw(2) == 0 ? kSoonNanosMax : kLateNanosMax);
    events->At(now + kRepeatNanos + late, [ask] { ask(); });
  } else if (fate != Fate::kLost) {
    int64_t& last_there = client.lock()->last_there;
    const int64_t there = std::max(now + 1 + draw(kLatencyNanosMax), last_there + 1);
    last_there = there;
    const int64_t back = there + 1 + draw(kLatencyNanosMax);
    const bool lost = fate == Fate::kAnswerLost;
    events->At(there, [=] {
      const Reply reply = ask();
      if (lost) return;
      events->At(back, [=] {
        if (client.expired()) return;
        *answered = true;
        told(reply);
      });
    });
  }
  if (fate == Fate::kFine) return;
  // The owner of this may be gone by then, but then so is the client.
  events->At(now + kRepeatNanos, [=, this] {
    if (!client.expired() && !*answered) Send(client, ask, told, sent, wanted, kind);
  });
}

void SimulatedTransactionalProducer::Step(Ask ask, std::shared_ptr<int> sent, int64_t millis_max,
                                          Kind kind) {
  client_->result.reset();
  const uint64_t step = ++client_->step;
  const std::weak_ptr<Client> client = client_;
  const auto finish = [client, step](KafkaStepResult result) {
    const auto self = client.lock();
    if (self && self->step == step && !self->result) self->Finish(std::move(result));
  };
  const auto disturbed = [marks = marks_sent_, ends = ends_sent_] {
    return *marks > 1 || *ends > 1;
  };
  Send(
      client_, std::move(ask),
      [finish, disturbed](Reply reply) {
        if (reply == Reply::kFenced) {
          return finish(Failed(KafkaStepOutcome::kFenced, "fenced"));
        }
        if (reply == Reply::kInvalid) {
          return finish(Failed(KafkaStepOutcome::kUnclear, "no transaction is open"));
        }
        KafkaStepResult done{.error = {}, .mark = {}, .limits = {}};
        done.disturbed = disturbed();
        finish(std::move(done));
      },
      std::move(sent),
      [client, step] {
        const auto self = client.lock();
        return self && self->step == step && !self->result;
      },
      kind);
  if (millis_max == 0) return;
  brokers_->events()->At(brokers_->clock()->MonotonicNanos() + millis_max * kMilli, [finish] {
    finish(Failed(KafkaStepOutcome::kUnclear, "no answer came"));
  });
}

Result<bool> SimulatedTransactionalProducer::Produce(const KafkaOutput& record) {
  if (client_->fenced) return ExternalError("MR0524", "the producer was shut out");
  if (client_->in_flight >= kQueueMax) return false;
  const std::string topic(record.topic);
  const auto partitions = static_cast<size_t>(brokers_->partitions(topic));
  KafkaPartition to{topic, record.partition};
  if (record.partition < 0) {
    const size_t hash = record.key ? std::hash<std::string_view>()(*record.key) : 0;
    to.partition = static_cast<int32_t>(hash % partitions);
  }
  SimulatedTransactions::Record owned;
  if (record.key) owned.key = std::string(*record.key);
  if (record.value) owned.value = std::string(*record.value);
  ++client_->in_flight;
  const int sequence = client_->sequences[to]++;
  const auto settled = std::make_shared<bool>(false);
  const std::weak_ptr<Client> client = client_;
  const auto ask = [brokers = brokers_, id = config_.transactional_id, epoch = client_->epoch, to,
                    sequence, owned] { return brokers->Produce(id, epoch, to, sequence, owned); };
  const auto wanted = [settled] { return !*settled; };
  const auto sent = std::make_shared<int>(0);
  // A record whose forerunner is not there is refused, and sent again.
  const auto again = std::make_shared<Told>();
  *again = [this, client, settled, ask, wanted, sent, weak = std::weak_ptr(again)](Reply reply) {
    const auto self = client.lock();
    if (!self || *settled) return;
    if (reply == Reply::kInvalid) {
      const auto told = weak.lock();
      brokers_->events()->At(brokers_->clock()->MonotonicNanos() + kRefusedNanos, [=, this] {
        if (told && !client.expired()) {
          Send(client, ask, [told](Reply later) { (*told)(later); }, sent, wanted, Kind::kRecord);
        }
      });
      return;
    }
    *settled = true;
    self->fenced |= reply == Reply::kFenced;
    --self->in_flight;
    if (self->wake) self->wake();
  };
  Send(client_, ask, [again](Reply reply) { (*again)(reply); }, sent, wanted, Kind::kRecord);
  return true;
}

void SimulatedTransactionalProducer::Init() {
  client_->sequences.clear();
  const auto epoch = std::make_shared<int>(0);
  const std::weak_ptr<Client> client = client_;
  Step(
      [=, brokers = brokers_, id = config_.transactional_id, timeout = config_.timeout_ms] {
        const int given = brokers->Init(id, timeout);
        if (const auto self = client.lock()) self->epoch = given;
        return Reply::kOk;
      },
      std::make_shared<int>(0), /*millis_max=*/0, Kind::kQuestion);
}

void SimulatedTransactionalProducer::Flush() {
  client_->result.reset();
  ++client_->step;
  flushing_ = true;
  flush_until_ = brokers_->clock()->MonotonicNanos() + config_.timeout_ms * kMilli;
}

void SimulatedTransactionalProducer::PutMark(const KafkaPartition& at, const KafkaMark& mark) {
  Step([brokers = brokers_, id = config_.transactional_id, epoch = client_->epoch,
        key = MarkKey(config_.group, at), mark] { return brokers->PutMark(id, epoch, key, mark); },
       marks_sent_, std::min(config_.timeout_ms, kStepMillisMax), Kind::kDecision);
}

void SimulatedTransactionalProducer::Commit() {
  Step([brokers = brokers_, id = config_.transactional_id,
        epoch = client_->epoch] { return brokers->End(id, epoch); },
       ends_sent_, std::min(config_.timeout_ms, kStepMillisMax), Kind::kDecision);
}

void SimulatedTransactionalProducer::ReadMark(const KafkaPartition& at) {
  const auto found = std::make_shared<std::optional<KafkaMark>>();
  client_->result.reset();
  const uint64_t step = ++client_->step;
  const std::weak_ptr<Client> client = client_;
  Send(
      client_,
      [brokers = brokers_, key = MarkKey(config_.group, at), found] {
        *found = brokers->Mark(key);
        return Reply::kOk;
      },
      [client, step, found](Reply) {
        const auto self = client.lock();
        if (!self || self->step != step || self->result) return;
        self->Finish({.error = {}, .mark = *found, .limits = {}});
      },
      std::make_shared<int>(0),
      [client, step] {
        const auto self = client.lock();
        return self && self->step == step && !self->result;
      },
      Kind::kQuestion);
}

std::optional<KafkaStepResult> SimulatedTransactionalProducer::Poll() {
  brokers_->events()->RunDue(brokers_->clock()->MonotonicNanos());
  if (flushing_ && !client_->result) {
    if (client_->fenced) {
      client_->result = Failed(KafkaStepOutcome::kFenced, "fenced");
    } else if (client_->in_flight == 0) {
      client_->result = KafkaStepResult{.error = {}, .mark = {}, .limits = {}};
    } else if (brokers_->clock()->MonotonicNanos() >= flush_until_) {
      client_->result = Failed(KafkaStepOutcome::kUnclear, "records are not delivered");
    }
    flushing_ = !client_->result.has_value();
  }
  return client_->result;
}

}  // namespace

// ---------------------------------------------------------------- brokers

SimulatedTransactions::SimulatedTransactions(SimulatedClock* clock, SimulatedEvents* events,
                                             Random* random, std::function<Fate(Kind)> fate)
    : clock_(clock), events_(events), random_(random), fate_(std::move(fate)) {}

void SimulatedTransactions::CreateTopic(const std::string& name, int partitions) {
  topics_[name].resize(static_cast<size_t>(partitions));
}

int SimulatedTransactions::partitions(const std::string& topic) const {
  const auto found = topics_.find(topic);
  return found == topics_.end() ? 1 : static_cast<int>(found->second.size());
}

std::unique_ptr<KafkaTransactionalProducer> SimulatedTransactions::MakeProducer(
    const KafkaTransactionConfig& config) {
  return std::make_unique<SimulatedTransactionalProducer>(this, config);
}

void SimulatedTransactions::Close(Producer* producer, State outcome) {
  transactions_[*producer->open] = outcome;
  for (auto& [topic, partitions] : topics_) {
    for (auto& entries : partitions) {
      const bool has = std::ranges::any_of(
          entries, [&](const Entry& entry) { return entry.transaction == *producer->open; });
      if (has) entries.push_back({.record = {}, .transaction = *producer->open, .marker = true});
    }
  }
  if (outcome == State::kCommitted) {
    for (const auto& [key, mark] : producer->pending) marks_[key] = mark;
  }
  producer->pending.clear();
  producer->open.reset();
  producer->last_committed = outcome == State::kCommitted;
}

/// The producer of the id; its transaction is aborted if it has been open for too long.
SimulatedTransactions::Producer* SimulatedTransactions::Find(const std::string& id) {
  Producer& producer = producers_[id];
  const int64_t now = clock_->MonotonicNanos();
  if (producer.open && now - producer.opened_at >= producer.timeout_ms * kMilli) {
    ++timed_out_;
    Close(&producer, State::kAborted);
    ++producer.epoch;
  }
  return &producer;
}

void SimulatedTransactions::Open(Producer* producer) {
  if (producer->open) return;
  producer->open = transactions_.size();
  producer->opened_at = clock_->MonotonicNanos();
  transactions_.push_back(State::kOpen);
}

int SimulatedTransactions::Init(const std::string& id, int64_t timeout_ms) {
  Producer* const producer = Find(id);
  if (producer->open) Close(producer, State::kAborted);
  producer->last_committed = false;
  producer->timeout_ms = timeout_ms;
  producer->sequences.clear();
  return ++producer->epoch;
}

void SimulatedTransactions::Hijack() {
  for (auto& [id, producer] : producers_) (void)Init(id, producer.timeout_ms);
}

Reply SimulatedTransactions::Produce(const std::string& id, int epoch, const KafkaPartition& to,
                                     int sequence, Record record) {
  Producer* const producer = Find(id);
  if (producer->epoch != epoch) return Reply::kFenced;
  int& next = producer->sequences[to];
  if (sequence < next) return Reply::kOk;  // it is there
  if (sequence > next) return Reply::kInvalid;
  ++next;
  Open(producer);
  topics_[to.topic]
      .at(static_cast<size_t>(to.partition))
      .push_back({.record = std::move(record), .transaction = *producer->open});
  return Reply::kOk;
}

Reply SimulatedTransactions::PutMark(const std::string& id, int epoch, const std::string& key,
                                     KafkaMark mark) {
  Producer* const producer = Find(id);
  if (producer->epoch != epoch) return Reply::kFenced;
  Open(producer);
  producer->pending[key] = std::move(mark);
  return Reply::kOk;
}

Reply SimulatedTransactions::End(const std::string& id, int epoch) {
  Producer* const producer = Find(id);
  if (producer->epoch != epoch) return Reply::kFenced;
  if (!producer->open) return producer->last_committed ? Reply::kOk : Reply::kInvalid;
  Close(producer, State::kCommitted);
  return Reply::kOk;
}

std::optional<KafkaMark> SimulatedTransactions::Mark(const std::string& key) {
  const auto found = marks_.find(key);
  if (found == marks_.end()) return std::nullopt;
  return found->second;
}

std::vector<SimulatedTransactions::Record> SimulatedTransactions::Committed(
    const std::string& topic, int partition) {
  for (auto& [id, producer] : producers_) (void)Find(id);
  std::vector<Record> records;
  for (const Entry& entry : topics_[topic].at(static_cast<size_t>(partition))) {
    const State state = transactions_[entry.transaction];
    if (state == State::kOpen) break;
    if (state == State::kCommitted && !entry.marker) records.push_back(entry.record);
  }
  return records;
}

}  // namespace millrace
