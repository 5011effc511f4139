// SPDX-License-Identifier: Apache-2.0
// The transaction of a pipeline on a broker in memory that fails where the test says: what is held,
// what is looked up after an unclear end, and who is told that somebody else took over.
#include "connectors/kafka/transaction/transaction.h"

#include <gtest/gtest.h>

#include "connectors/kafka/settings.h"
#include "connectors/kafka/transaction/transaction_writer.h"
#include "support/kafka_fixture.h"

namespace millrace {
namespace {

/// One transactional id on a broker.
struct Broker {
  int epoch = 0;
  std::vector<std::string> open;
  std::optional<KafkaMark> pending;
  std::vector<std::string> committed;
  std::optional<KafkaMark> mark;
  KafkaTransactionLimits limits;
  size_t queue_max = 1000;
  int producers = 0;
  int asked_while_open = 0;  // how often a transaction of somebody else is found open
  enum class End { kFine, kLost, kAnswerLost, kSentTwice } next_end = End::kFine;
};

class FakeProducer final : public KafkaTransactionalProducer {
 public:
  FakeProducer(Broker* broker, KafkaTransactionConfig config)
      : broker_(broker), config_(std::move(config)) {
    ++broker_->producers;
  }
  Result<bool> Produce(const KafkaOutput& record) override {
    EXPECT_TRUE(begun_);
    if (epoch_ != broker_->epoch) return ExternalError("MR0524", "fenced");
    if (broker_->open.size() >= broker_->queue_max) return false;
    broker_->open.emplace_back(record.value.value_or("null"));
    return true;
  }
  void Init() override {
    epoch_ = ++broker_->epoch;
    broker_->open.clear();
    broker_->pending.reset();
    result_ = KafkaStepResult{.error = {}, .mark = {}, .limits = {}};
  }
  Status Begin() override {
    begun_ = true;
    return OkStatus();
  }
  void Flush() override { Answer(); }
  void PutMark(const KafkaPartition& at, const KafkaMark& mark) override {
    EXPECT_EQ(at.partition, 0);
    if (Answer()) broker_->pending = mark;
  }
  void Commit() override {
    const Broker::End end = std::exchange(broker_->next_end, Broker::End::kFine);
    if (!Answer()) return;
    begun_ = false;
    if (end != Broker::End::kLost) {
      for (std::string& value : broker_->open) broker_->committed.push_back(std::move(value));
      broker_->open.clear();
      if (broker_->pending) broker_->mark = std::exchange(broker_->pending, {});
    }
    result_->disturbed = end == Broker::End::kSentTwice;
    if (end != Broker::End::kLost && end != Broker::End::kAnswerLost) return;
    result_->outcome = KafkaStepOutcome::kUnclear;
    result_->error = {.code = "MR0522", .message = "no answer"};
  }
  void ReadMark(const KafkaPartition&) override {
    result_ = KafkaStepResult{.error = {}, .mark = broker_->mark, .limits = {}};
  }
  void ReadLimits(std::span<const std::string>) override {
    result_ = KafkaStepResult{.error = {}, .mark = {}, .limits = broker_->limits};
  }
  void AwaitEnds(std::span<const std::string> topics) override {
    EXPECT_FALSE(topics.empty());
    result_.reset();
    awaits_ = true;
  }
  std::optional<KafkaStepResult> Poll() override {
    if (awaits_ && broker_->asked_while_open-- <= 0) {
      awaits_ = false;
      result_ = KafkaStepResult{.error = {}, .mark = {}, .limits = {}};
    }
    return result_;
  }
  std::string Waiting() override { return awaits_ ? "topic 'out' has an open transaction" : ""; }

 private:
  bool Answer() {
    result_ = KafkaStepResult{.error = {}, .mark = {}, .limits = {}};
    if (epoch_ == broker_->epoch) return true;
    result_->outcome = KafkaStepOutcome::kFenced;
    result_->error = {.code = "MR0524", .message = "fenced"};
    return false;
  }

  Broker* broker_;
  KafkaTransactionConfig config_;
  int epoch_ = 0;
  bool begun_ = false;
  bool awaits_ = false;
  std::optional<KafkaStepResult> result_;
};

class FakeClients final : public KafkaClients {
 public:
  Result<std::unique_ptr<KafkaConsumer>> MakeConsumer(const KafkaConfig& config) override {
    return rest_.MakeConsumer(config);
  }
  Result<std::unique_ptr<KafkaProducer>> MakeProducer(const KafkaConfig& config) override {
    return rest_.MakeProducer(config);
  }
  Result<std::unique_ptr<KafkaAdmin>> MakeAdmin(const KafkaConfig& config) override {
    return rest_.MakeAdmin(config);
  }
  Result<std::unique_ptr<KafkaTransactionalProducer>> MakeTransactionalProducer(
      const KafkaTransactionConfig& config) override {
    last = config;
    return std::make_unique<FakeProducer>(&broker, config);
  }
  Broker broker;
  KafkaTransactionConfig last;

 private:
  SimulatedKafka rest_;
};

class KafkaTransactionTest : public testing::Test {
 protected:
  KafkaTransactionTest() : clock_(1000) {}

  TableContext Table(std::map<std::string, std::string> options = {}, std::string name = "out") {
    options.try_emplace("properties.bootstrap.servers", "localhost:9092");
    options.try_emplace("topic", name);
    options.try_emplace("sink.delivery-guarantee", "exactly-once");
    options.try_emplace("sink.transactional-id-prefix", "bank");
    TableContext table;
    table.table = std::move(name);
    table.pipeline = "p";
    table.options = KafkaOptions(*connector_, options);
    table.env.clock = &clock_;
    table.env.kafka = &clients_;
    table.dead_letters = &letters_;
    return table;
  }
  std::unique_ptr<KafkaTransaction> Make(const TableContext& table) {
    auto made = connector_->MakeTransaction(std::span(&table, 1));
    EXPECT_TRUE(made) << made.error().ToString();
    return std::unique_ptr<KafkaTransaction>(static_cast<KafkaTransaction*>(made->release()));
  }
  std::string Refusal(const std::vector<TableContext>& tables) {
    const auto made = connector_->MakeTransaction(tables);
    return made ? "" : made.error().code + " " + made.error().detail;
  }
  static void Add(KafkaTransactionWriter* writer, std::string_view value) {
    ASSERT_TRUE(writer->Add({.topic = "out", .key = {}, .value = value, .headers = {}}));
  }
  std::string Decide(KafkaTransaction* transaction, uint64_t epoch) {
    EXPECT_TRUE(transaction->Decide({.epoch = epoch, .hash = epoch * 7}));
    const auto decided = transaction->Decided();
    if (!decided) return decided.error().code;
    return *decided ? "" : "not yet";
  }

  SimulatedClock clock_;
  FakeClients clients_;
  RecordedLetters letters_;
  std::unique_ptr<Connector> connector_ = MakeKafkaConnector();
};

using Records = std::vector<std::string>;

TEST_F(KafkaTransactionTest, OutputBehindTheBarrierWaitsForTheNextTransaction) {
  const TableContext table = Table();
  const auto transaction = Make(table);
  ASSERT_FALSE(transaction->Recover()->has_value());
  EXPECT_EQ(clients_.last.transactional_id, "bank.p.0");
  EXPECT_EQ(clients_.last.group, "millrace.p.0");
  KafkaTransactionWriter first(table, transaction.get());
  KafkaTransactionWriter second(table, transaction.get());
  Add(&first, "a");
  first.EndEpoch(1);
  Add(&first, "later");
  Add(&second, "b");
  EXPECT_TRUE(first.IsDelivered(1));
  EXPECT_FALSE(first.IsDelivered(2));
  second.EndEpoch(1);
  EXPECT_EQ(Decide(transaction.get(), 1), "");
  EXPECT_EQ(clients_.broker.committed, (Records{"a", "b"}));
  EXPECT_EQ(clients_.broker.mark->offset, 1);
  EXPECT_TRUE(clients_.broker.mark->text.starts_with("epoch 1, hash 0000000000000007, owner "));
  ASSERT_TRUE(first.Pump());
  EXPECT_TRUE(first.IsDelivered(2));
  EXPECT_EQ(clients_.broker.open, (Records{"later"}));
}

TEST_F(KafkaTransactionTest, AnEpochWithoutADecisionReleasesWhatWasHeld) {
  const TableContext table = Table();
  const auto transaction = Make(table);
  ASSERT_TRUE(transaction->Recover());
  KafkaTransactionWriter writer(table, transaction.get());
  writer.EndEpoch(1);
  Add(&writer, "a");
  writer.Commit(1);
  ASSERT_TRUE(writer.Pump());
  EXPECT_EQ(clients_.broker.open, (Records{"a"}));
}

TEST_F(KafkaTransactionTest, TheNextProcessFindsTheDecision) {
  const TableContext table = Table();
  {
    const auto transaction = Make(table);
    ASSERT_TRUE(transaction->Recover());
    KafkaTransactionWriter writer(table, transaction.get());
    Add(&writer, "a");
    EXPECT_EQ(Decide(transaction.get(), 4), "");
    Add(&writer, "never seen");
  }
  const auto transaction = Make(table);
  const auto record = transaction->Recover();
  ASSERT_TRUE(record && record->has_value());
  EXPECT_EQ((*record)->epoch, 4u);
  EXPECT_EQ((*record)->hash, 28u);
  EXPECT_EQ(clients_.broker.committed, (Records{"a"}));
  EXPECT_TRUE(clients_.broker.open.empty());
}

TEST_F(KafkaTransactionTest, AnUnclearEndIsLookedUpByANewProducer) {
  const TableContext table = Table();
  const auto transaction = Make(table);
  ASSERT_TRUE(transaction->Recover());
  KafkaTransactionWriter writer(table, transaction.get());
  Add(&writer, "a");
  const int producers = clients_.broker.producers;
  clients_.broker.next_end = Broker::End::kAnswerLost;
  EXPECT_EQ(Decide(transaction.get(), 1), "");
  EXPECT_EQ(clients_.broker.producers, producers + 1);
  EXPECT_EQ(clients_.broker.committed, (Records{"a"}));
  writer.EndEpoch(1);
  Add(&writer, "b");
  clients_.broker.next_end = Broker::End::kLost;
  EXPECT_EQ(Decide(transaction.get(), 2), "MR0831");
  EXPECT_EQ(clients_.broker.committed, (Records{"a"}));
}

TEST_F(KafkaTransactionTest, ARequestSentTwiceEndsTheProducer) {
  const TableContext table = Table();
  const auto transaction = Make(table);
  ASSERT_TRUE(transaction->Recover());
  const int producers = clients_.broker.producers;
  clients_.broker.next_end = Broker::End::kSentTwice;
  EXPECT_EQ(Decide(transaction.get(), 1), "");
  EXPECT_EQ(clients_.broker.producers, producers + 1);
}

TEST_F(KafkaTransactionTest, WhoIsShutOutEarlyWasReplaced) {
  const TableContext table = Table();
  const auto older = Make(table);
  ASSERT_TRUE(older->Recover());
  KafkaTransactionWriter writer(table, older.get());
  Add(&writer, "a");
  const auto newer = Make(table);
  ASSERT_TRUE(newer->Recover());
  Add(&writer, "dropped, the transaction is lost");
  EXPECT_EQ(Decide(older.get(), 1), "MR0832");
  EXPECT_TRUE(clients_.broker.committed.empty());
  EXPECT_EQ(Decide(newer.get(), 1), "");
}

TEST_F(KafkaTransactionTest, SomebodyWhoLeavesNoRecordIsNoticedByTheTime) {
  const TableContext table = Table({{"properties.transaction.timeout.ms", "60000"}});
  auto transaction = Make(table);
  ASSERT_TRUE(transaction->Recover());
  KafkaTransactionWriter writer(table, transaction.get());
  Add(&writer, "a");
  ++clients_.broker.epoch;
  clock_.SleepNanos(1'000'000'000);
  EXPECT_EQ(Decide(transaction.get(), 1), "MR0832");
}

TEST_F(KafkaTransactionTest, TheBrokersTimeOutLeadsToARestart) {
  const TableContext table = Table({{"properties.transaction.timeout.ms", "60000"}});
  auto transaction = Make(table);
  ASSERT_TRUE(transaction->Recover());
  KafkaTransactionWriter writer(table, transaction.get());
  Add(&writer, "a");
  ++clients_.broker.epoch;
  clock_.SleepNanos(61'000'000'000);
  EXPECT_EQ(Decide(transaction.get(), 1), "MR0831");
}

TEST_F(KafkaTransactionTest, ARecordOverTheTopicsLimitIsADeadLetter) {
  clients_.broker.limits.record_bytes_max["out"] = 2000;
  const TableContext table = Table();
  const auto transaction = Make(table);
  ASSERT_TRUE(transaction->Recover());
  KafkaTransactionWriter writer(table, transaction.get());
  Add(&writer, "small");
  Add(&writer, std::string(3000, 'x'));
  Add(&writer, "also small");
  EXPECT_EQ(Decide(transaction.get(), 1), "");
  EXPECT_EQ(clients_.broker.committed, (Records{"small", "also small"}));
  EXPECT_EQ(letters_.raw, (Records{std::string(3000, 'x')}));
}

TEST_F(KafkaTransactionTest, AFullProducerHoldsBackItsWriter) {
  clients_.broker.queue_max = 1;
  const TableContext table = Table();
  const auto transaction = Make(table);
  ASSERT_TRUE(transaction->Recover());
  KafkaTransactionWriter writer(table, transaction.get());
  Add(&writer, "a");
  EXPECT_TRUE(writer.HasRoom());
  Add(&writer, "b");
  EXPECT_FALSE(writer.HasRoom());
  clients_.broker.queue_max = 2;
  ASSERT_TRUE(writer.Pump());
  EXPECT_TRUE(writer.HasRoom());
}

TEST_F(KafkaTransactionTest, ATimeOutOverTheBrokersIsRefusedWithBothNumbers) {
  clients_.broker.limits.timeout_max_ms = 900000;
  const auto transaction = Make(Table({{"properties.transaction.timeout.ms", "3600000"}}));
  const auto recovered = transaction->Recover();
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().code, "MR0503");
  EXPECT_TRUE(recovered.error().detail.contains("3600000"));
  EXPECT_TRUE(recovered.error().detail.contains("900000"));
}

TEST_F(KafkaTransactionTest, AStartWaitsUntilWhatIsOpenIsOver) {
  clients_.broker.asked_while_open = 20000;
  TableContext table = Table();
  table.services.connect_timeout_ms = 1;  // brokers answer
  std::string said;
  table.services.on_waiting = [&said](const std::string& text) { said = text; };
  const auto transaction = Make(table);
  ASSERT_TRUE(transaction->Recover());
  EXPECT_LE(clients_.broker.asked_while_open, 0);
  EXPECT_TRUE(said.ends_with("topic 'out' has an open transaction")) << said;
}

TEST_F(KafkaTransactionTest, ARecordOfOthersIsRefused) {
  clients_.broker.mark = KafkaMark{.offset = 3, .text = "something else"};
  const auto recovered = Make(Table())->Recover();
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().code, "MR0833");
}

TEST_F(KafkaTransactionTest, SinksThatCannotShareOneAreRefused) {
  EXPECT_EQ(Refusal({Table(), Table({}, "other")}), "");
  EXPECT_TRUE(Refusal({Table(), Table({{"properties.bootstrap.servers", "far:9092"}}, "other")})
                  .starts_with("MR0834 tables 'out' and 'other' are in different clusters"));
  EXPECT_TRUE(Refusal({Table(), Table({{"sink.transactional-id-prefix", "shop"}}, "other")})
                  .contains("'bank' and 'shop'"));
  EXPECT_TRUE(
      Refusal({Table(), Table({{"properties.linger.ms", "7"}}, "other")}).contains("'linger.ms'"));
  EXPECT_EQ(Refusal({Table({{"properties.bootstrap.servers", "a:1, b:2"}}),
                     Table({{"properties.bootstrap.servers", "b:2,a:1"}}, "other")}),
            "");
}

TEST_F(KafkaTransactionTest, ExactlyOnceNeedsItsPrefixAndAllAcknowledgements) {
  const auto error = [&](std::map<std::string, std::string> options) {
    const Status status = connector_->Check(Table(std::move(options)), /*for_write=*/true);
    return status ? std::string() : status.error().ToString();
  };
  EXPECT_EQ(error({}), "");
  EXPECT_TRUE(error({{"sink.transactional-id-prefix", ""}}).contains("transactional-id-prefix"));
  EXPECT_TRUE(error({{"properties.acks", "1"}}).contains("properties.acks"));
  EXPECT_TRUE(error({{"properties.transaction.timeout.ms", "5"}}).contains("1000"));
}

TEST(KafkaBatchBytes, IsWhatABrokerCounts) {
  // A batch of one record, counted by hand: header 61, length 1, attributes and deltas 3,
  // key 1 + 1, value 1 + 2, number of headers 1.
  EXPECT_EQ(KafkaBatchBytes({.topic = "t", .key = "k", .value = "vv", .headers = {}}), 71u);
  EXPECT_EQ(KafkaBatchBytes({.topic = "t", .key = {}, .value = {}, .headers = {}}), 68u);
}

}  // namespace
}  // namespace millrace
