// SPDX-License-Identifier: Apache-2.0
// Properties, positions, discovery, reading and writing, on a cluster in memory.
#include "connectors/kafka/kafka.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "connectors/kafka/position.h"
#include "connectors/kafka/security.h"
#include "connectors/kafka/settings.h"
#include "support/kafka_fixture.h"

namespace millrace {
namespace {

using Texts = KafkaTexts;

class KafkaTest : public KafkaFixture {
 protected:
  KafkaTest() { kafka_.CreateTopic("t", 2); }

  std::string CheckError(Texts options, bool for_write = false) {
    const Status status = connector_->Check(Table(std::move(options)), for_write);
    return status ? "" : status.error().ToString();
  }
  void Fill(int partition, int count) {
    for (int i = 0; i < count; ++i) {
      kafka_.Append("t", partition,
                    {.key = "k" + std::to_string(i),
                     .value = std::to_string(partition) + "/" + std::to_string(i),
                     .timestamp = 1000 + i,
                     .headers = {}});
    }
  }
  std::vector<std::string> Starts(Texts options) {
    auto source = *connector_->MakeSource(Table(std::move(options)));
    const auto splits = source->Discover();
    std::vector<std::string> starts;
    if (!splits) return {splits.error().code};
    for (const Split& split : *splits) {
      starts.push_back(split.id + " " +
                       std::to_string(KafkaPosition::Parse(split.position)->offset));
    }
    return starts;
  }
};

std::vector<std::string> Values(const ReadResult& result) {
  const auto& chunk = std::get<RawChunk>(result.data);
  std::vector<std::string> values;
  for (const auto& [offset, length] : chunk.records) {
    values.push_back(length == kNullRecord ? "null" : chunk.bytes->substr(offset, length));
  }
  return values;
}

// ---------------------------------------------------------------- options

TEST_F(KafkaTest, UnknownAndDangerousPropertiesAreRefusedByName) {
  for (const char* key : {"properties.sasl.kerberos.kinit.cmd", "properties.plugin.library.paths",
                          "properties.ssl.engine.location", "properties.interceptor.classes"}) {
    const TableContext table = Table({{key, "x"}});
    const auto problems = table.options.Validate("connector 'kafka'");
    ASSERT_EQ(problems.size(), 1u) << key;
    EXPECT_EQ(problems[0].code, "MR0501");
    EXPECT_EQ(problems[0].key, key);
  }
  const auto problems =
      Table({{"properties.fetch.min.byte", "1"}}).options.Validate("connector 'kafka'");
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems[0].candidates.front(), "properties.fetch.min.bytes");
}

TEST_F(KafkaTest, JavaNamesAreTranslated) {
  const TableContext table = Table({{"properties.fetch.max.wait.ms", "50"},
                                    {"properties.max.request.size", "2000000"},
                                    {"properties.max.poll.records", "500"}});
  const auto reads = *TranslateKafkaProperties(table.options, KafkaRole::kConsumer);
  EXPECT_EQ(Texts(reads.begin(), reads.end()),
            (Texts{{"bootstrap.servers", "localhost:9092"}, {"fetch.wait.max.ms", "50"}}));
  const auto writes = *TranslateKafkaProperties(table.options, KafkaRole::kProducer);
  EXPECT_EQ(Texts(writes.begin(), writes.end()),
            (Texts{{"bootstrap.servers", "localhost:9092"}, {"message.max.bytes", "2000000"}}));
}

TEST_F(KafkaTest, JaasConfigGivesUserAndPassword) {
  const auto translated = TranslateKafkaSecurity(
      {{"security.protocol", "SASL_SSL"},
       {"sasl.mechanism", "SCRAM-SHA-512"},
       {"sasl.jaas.config",
        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"al ice\" "
        "password=\"p\\\"w;=\";"}});
  ASSERT_TRUE(translated);
  const Texts texts(translated->begin(), translated->end());
  EXPECT_EQ(texts.at("sasl.username"), "al ice");
  EXPECT_EQ(texts.at("sasl.password"), "p\"w;=");
}

TEST_F(KafkaTest, SecurityThatCannotWorkIsExplained) {
  const auto refused = [](Texts settings) {
    const auto translated = TranslateKafkaSecurity(settings);
    if (translated) return std::string();
    return translated.error().ToString() + " " + translated.error().hint;
  };
  EXPECT_TRUE(refused({{"ssl.truststore.location", "/x/trust.jks"}}).contains("PEM"));
  EXPECT_TRUE(refused({{"security.protocol", "SASL_SSL"}, {"sasl.mechanism", "GSSAPI"}})
                  .contains("SCRAM-SHA-512"));
  EXPECT_TRUE(refused({{"security.protocol", "SASL_SSL"},
                       {"sasl.mechanism", "OAUTHBEARER"},
                       {"sasl.oauthbearer.token.endpoint.url", "http://169.254.169.254/token"}})
                  .contains("unencrypted"));
  EXPECT_TRUE(refused({{"sasl.mechanism", "PLAIN"}}).contains("security.protocol"));
  EXPECT_TRUE(refused({{"security.protocol", "SASL_SSL"},
                       {"sasl.mechanism", "PLAIN"},
                       {"sasl.jaas.config", "nonsense"}})
                  .contains("required"));
}

TEST_F(KafkaTest, OptionsAreCheckedBeforeAnythingIsConnected) {
  EXPECT_EQ(CheckError({}), "");
  EXPECT_EQ(CheckError({}, true), "");
  EXPECT_TRUE(CheckError({{"topic-pattern", "t.*"}}).contains("MR0502"));
  EXPECT_TRUE(CheckError({{"scan.startup.mode", "timestamp"}}).contains("MR0502"));
  EXPECT_TRUE(CheckError({{"scan.startup.mode", "specific-offsets"},
                          {"scan.startup.specific-offsets", "partition:0;offset:1"}})
                  .contains("MR0503"));
  EXPECT_TRUE(CheckError({{"sink.delivery-guarantee", "exactly-once"}}, true)
                  .contains("sink.transactional-id-prefix"));
  EXPECT_TRUE(CheckError({{"sink.partitioner", "com.example.Mine"}}, true).contains("MR0503"));
  EXPECT_TRUE(CheckError({{"topic", "a;b"}}, true).contains("MR0503"));
}

TEST(KafkaPosition, SurvivesAsText) {
  KafkaPosition position{.offset = 42, .leader_epoch = 3, .stop = 100, .topic_id = "abc=="};
  const auto read = KafkaPosition::Parse(position.ToString());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->ToString(), "offset=42,epoch=3,stop=100,topic=abc==");
  EXPECT_EQ(*ParseSplitId("a-b-12"), (KafkaPartition{"a-b", 12}));
  EXPECT_FALSE(KafkaPosition::Parse("epoch=3"));
}

// ---------------------------------------------------------------- discovery

TEST_F(KafkaTest, StartsWhereTheModeSays) {
  Fill(0, 5);
  Fill(1, 3);
  kafka_.committed() = {{{"t", 0}, 2}, {{"t", 1}, 1}};
  using List = std::vector<std::string>;
  EXPECT_EQ(Starts({}), (List{"t-0 0", "t-1 0"}));
  EXPECT_EQ(Starts({{"scan.startup.mode", "latest-offset"}}), (List{"t-0 5", "t-1 3"}));
  EXPECT_EQ(Starts({{"scan.startup.mode", "group-offsets"}}), (List{"t-0 2", "t-1 1"}));
  EXPECT_EQ(Starts({{"scan.startup.mode", "timestamp"}, {"scan.startup.timestamp-millis", "1002"}}),
            (List{"t-0 2", "t-1 2"}));
  EXPECT_EQ(Starts({{"scan.startup.mode", "specific-offsets"},
                    {"scan.startup.specific-offsets", "partition:0,offset:4"}}),
            (List{"t-0 4", "t-1 0"}));
  kafka_.committed().clear();
  EXPECT_EQ(Starts({{"scan.startup.mode", "group-offsets"}}), (List{"MR0526"}));
  EXPECT_EQ(
      Starts({{"scan.startup.mode", "group-offsets"}, {"properties.auto.offset.reset", "latest"}}),
      (List{"t-0 5", "t-1 3"}));
  EXPECT_EQ(Starts({{"topic", "nothing"}}), (List{"MR0523"}));
}

TEST_F(KafkaTest, ACopyReadsItsOwnPartitions) {
  kafka_.CreateTopic("wide", 5);
  TableContext table = Table({{"topic", "wide"}});
  table.copy = {.index = 1, .count = 2};
  const auto splits = (*connector_->MakeSource(table))->Discover();
  ASSERT_EQ(splits->size(), 2u);
  EXPECT_EQ((*splits)[0].id, "wide-1");
  EXPECT_EQ((*splits)[1].id, "wide-3");
}

TEST_F(KafkaTest, NewPartitionsAreReadFromTheirBeginning) {
  auto source =
      *connector_->MakeSource(Table({{"scan.startup.mode", "latest-offset"},
                                     {"scan.topic-partition-discovery.interval", "10 s"}}));
  EXPECT_EQ(source->Discover()->size(), 2u);
  kafka_.topic("t").partitions.resize(3);
  Fill(2, 4);
  EXPECT_EQ(source->Discover()->size(), 2u);  // not yet
  clock_.SleepNanos(11'000'000'000);
  const auto splits = source->Discover();
  ASSERT_EQ(splits->size(), 3u);
  EXPECT_EQ(KafkaPosition::Parse((*splits)[2].position)->offset, 0);
}

TEST_F(KafkaTest, ATopicMadeAgainIsNoticed) {
  auto source =
      *connector_->MakeSource(Table({{"scan.topic-partition-discovery.interval", "1 s"}}));
  const auto splits = *source->Discover();
  EXPECT_TRUE(source->CheckStart(splits));
  kafka_.CreateTopic("t", 2);
  clock_.SleepNanos(2'000'000'000);
  const auto again = source->Discover();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "MR0525");
  auto restarted = *connector_->MakeSource(Table({}));
  ASSERT_TRUE(restarted->Discover());
  const Status start = restarted->CheckStart(splits);
  ASSERT_FALSE(start);
  EXPECT_EQ(start.error().code, "MR0525");
}

TEST_F(KafkaTest, WaitsForABrokerAndSaysSo) {
  kafka_.unreachable = true;
  TableContext table = Table({});
  int said = 0;
  table.services.on_waiting = [&](const std::string& text) {
    EXPECT_TRUE(text.contains("localhost:9092"));
    ++said;
  };
  table.services.stopping = [&] { return clock_.MonotonicNanos() > 30'000'000'000; };
  const auto stopped = (*connector_->MakeSource(table))->Discover();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(said, 1);  // once, not for every attempt
  table.services.stopping = nullptr;
  table.services.connect_timeout_ms = 5000;
  const auto late = (*connector_->MakeSource(table))->Discover();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "MR0522");
  EXPECT_TRUE(late.error().message.contains("5000 ms"));
  table.services.on_waiting = [&](const std::string&) { kafka_.unreachable = false; };
  EXPECT_TRUE((*connector_->MakeSource(table))->Discover());
}

// ---------------------------------------------------------------- reading

TEST_F(KafkaTest, ReadsWithKeysMetadataAndPositions) {
  kafka_.Append("t", 0, {.key = "a", .value = "x", .timestamp = 7, .headers = {{"h", "1"}}});
  kafka_.Append("t", 0,
                {.key = std::nullopt, .value = std::nullopt, .timestamp = 8, .headers = {}});
  TableContext table = Table({});
  table.keyed_records = true;
  table.metadata_keys = {"topic", "offset", "timestamp", "headers", "timestamp-type"};
  auto source = *connector_->MakeSource(table);
  const auto splits = *source->Discover();
  auto reader = *source->Open(splits[0]);
  ASSERT_TRUE(reader->Seek(splits[0].position));
  const auto read = reader->Read(100);
  ASSERT_TRUE(read);
  EXPECT_EQ(Values(*read), (std::vector<std::string>{"x", "null"}));
  const auto& chunk = std::get<RawChunk>(read->data);
  EXPECT_EQ(chunk.keys[1].second, kNullRecord);
  EXPECT_EQ(chunk.numbers, (std::vector<int64_t>{0, 1}));
  ASSERT_EQ(read->metadata.size(), 5u);
  EXPECT_EQ(read->metadata[0]->length(), 1);
  EXPECT_EQ(static_cast<const arrow::TimestampArray&>(*read->metadata[2]).Value(1), 8);
  EXPECT_EQ(static_cast<const arrow::MapArray&>(*read->metadata[3]).value_length(0), 1);
  EXPECT_EQ(KafkaPosition::Parse(reader->Position())->offset, 2);
  EXPECT_EQ(KafkaPosition::Parse(reader->PositionAt(1))->offset, 1);
  EXPECT_EQ(reader->Read(100)->kind, ReadResult::Kind::kIdle);
}

TEST_F(KafkaTest, EndsWhereTheBoundSays) {
  Fill(0, 10);
  auto source = *connector_->MakeSource(
      Table({{"scan.bounded.mode", "specific-offsets"},
             {"scan.bounded.specific-offsets", "partition:0,offset:7;partition:1,offset:0"}}));
  EXPECT_TRUE(source->bounded());
  const auto splits = *source->Discover();
  auto reader = *source->Open(splits[0]);
  ASSERT_TRUE(reader->Seek(splits[0].position));
  EXPECT_EQ(Values(*reader->Read(5)).size(), 5u);
  EXPECT_EQ(Values(*reader->Read(5)).size(), 2u);
  EXPECT_EQ(reader->Read(5)->kind, ReadResult::Kind::kEnd);
  EXPECT_EQ(KafkaPosition::Parse(reader->Position())->offset, 7);
  auto empty = *source->Open(splits[1]);
  ASSERT_TRUE(empty->Seek(splits[1].position));
  EXPECT_EQ(empty->Read(5)->kind, ReadResult::Kind::kEnd);
}

TEST_F(KafkaTest, LostRecordsStopTheReader) {
  Fill(0, 3);
  auto source = *connector_->MakeSource(Table({}));
  const auto splits = *source->Discover();
  kafka_.topic("t").partitions[0].begin = 100;
  auto reader = *source->Open(splits[0]);
  ASSERT_TRUE(reader->Seek(splits[0].position));
  const auto read = reader->Read(5);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "MR0521");
}

TEST_F(KafkaTest, CommitsOffsetsForDisplayOnlyWithAGroup) {
  auto source = *connector_->MakeSource(Table({{"properties.group.id", "g"}}));
  auto splits = *source->Discover();
  splits[0].position = "offset=9";
  source->OnEpochCompleted(splits);
  EXPECT_EQ(kafka_.committed().at({"t", 0}), 9);
  splits[0].position = "offset=10";
  source->OnEpochCompleted(splits);  // within the same second
  EXPECT_EQ(kafka_.committed().at({"t", 0}), 9);
  source.reset();
  EXPECT_EQ(kafka_.committed().at({"t", 0}), 10);
  kafka_.committed().clear();
  auto silent = *connector_->MakeSource(Table({}));
  splits = *silent->Discover();
  silent->OnEpochCompleted(splits);
  EXPECT_TRUE(kafka_.committed().empty());
}

// ---------------------------------------------------------------- writing

class KafkaSinkTest : public KafkaTest {
 protected:
  Status Write(SinkWriter* sink, const std::vector<std::optional<std::string>>& values,
               const std::vector<std::string>& keys = {},
               const std::vector<uint8_t>& null_keys = {}) {
    std::string bytes;
    std::string key_bytes;
    std::vector<size_t> ends;
    std::vector<size_t> key_ends;
    std::vector<uint8_t> nulls;
    for (const auto& value : values) {
      bytes += value.value_or("");
      ends.push_back(bytes.size());
      nulls.push_back(value ? 0 : 1);
    }
    for (const std::string& key : keys) {
      key_bytes += key;
      key_ends.push_back(key_bytes.size());
    }
    Batch batch;
    batch.num_rows = static_cast<int64_t>(values.size());
    return sink->Write({.batch = &batch,
                        .bytes = bytes,
                        .ends = ends,
                        .delimiter = "",
                        .keys = key_bytes,
                        .key_ends = key_ends,
                        .null_keys = null_keys,
                        .null_values = nulls,
                        .metadata = {}});
  }
  std::vector<std::string> Written(int partition) {
    std::vector<std::string> values;
    for (const auto& record :
         kafka_.topic("t").partitions[static_cast<size_t>(partition)].records) {
      values.push_back(record.key.value_or("") + "=" + record.value.value_or("null"));
    }
    return values;
  }
};

TEST_F(KafkaSinkTest, AnEpochEndsWhenItsRecordsAreAcknowledged) {
  auto sink = *connector_->MakeSink(Table({{"sink.partitioner", "fixed"}}));
  kafka_.acknowledges = false;
  ASSERT_TRUE(Write(sink.get(), {"a", "b"}));
  ASSERT_TRUE(sink->Prepare(1));
  EXPECT_FALSE(*sink->Delivered(1));
  ASSERT_TRUE(Write(sink.get(), {"c"}));
  kafka_.acknowledges = true;
  EXPECT_TRUE(*sink->Delivered(1));
  ASSERT_TRUE(sink->Commit(1));
  kafka_.acknowledges = false;
  ASSERT_TRUE(Write(sink.get(), {"d"}));
  EXPECT_TRUE(sink->Draining());
  kafka_.acknowledges = true;
  EXPECT_FALSE(sink->Draining());
  EXPECT_EQ(Written(0), (std::vector<std::string>{"=a", "=b", "=c", "=d"}));
}

TEST_F(KafkaSinkTest, AFullQueueIsBackPressureAndKeepsTheOrder) {
  kafka_.queue_max = 2;
  kafka_.acknowledges = false;
  auto sink = *connector_->MakeSink(Table({{"sink.partitioner", "fixed"}}));
  ASSERT_TRUE(Write(sink.get(), {"a", "b", "c", "d", "e"}));
  EXPECT_FALSE(sink->Ready());
  kafka_.acknowledges = true;
  for (int i = 0; i < 5 && !sink->Ready(); ++i) {
  }
  EXPECT_TRUE(sink->Ready());
  EXPECT_FALSE(sink->Draining());
  EXPECT_EQ(Written(0), (std::vector<std::string>{"=a", "=b", "=c", "=d", "=e"}));
}

TEST_F(KafkaSinkTest, ATooLargeRecordGoesToTheDeadLettersAlone) {
  kafka_.record_bytes_max = 3;
  auto sink = *connector_->MakeSink(Table({{"sink.partitioner", "fixed"}}));
  ASSERT_TRUE(Write(sink.get(), {"a", "too large", "b"}));
  for (int i = 0; i < 9 && sink->Draining(); ++i) {
  }
  EXPECT_FALSE(sink->Draining());
  EXPECT_EQ(letters_.raw, (std::vector<std::string>{"too large"}));
  EXPECT_EQ(Written(0), (std::vector<std::string>{"=a", "=b"}));
}

TEST_F(KafkaSinkTest, ANullKeyIsNoEmptyKey) {
  kafka_.CreateTopic("t", 1);
  auto sink = *connector_->MakeSink(Table({}));
  ASSERT_TRUE(Write(sink.get(), {"1", "2", "3"}, {"k", "", ""}, {0, 1, 0}));
  EXPECT_FALSE(sink->Draining());
  const auto& records = kafka_.topic("t").partitions[0].records;
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].key, "k");
  EXPECT_EQ(records[1].key, std::nullopt);
  EXPECT_EQ(records[2].key, "");
}

TEST_F(KafkaSinkTest, RoundRobinSpreadsRows) {
  auto sink = *connector_->MakeSink(Table({{"sink.partitioner", "round-robin"}}));
  ASSERT_TRUE(Write(sink.get(), {"a", "b", "c", "d"}));
  EXPECT_FALSE(sink->Draining());
  EXPECT_EQ(Written(0).size(), 2u);
  EXPECT_EQ(Written(1).size(), 2u);
}

TEST_F(KafkaSinkTest, UpsertsKeepTheLastRowOfAKeyUntilTheEpochEnds) {
  kafka_.CreateTopic("t", 1);
  auto sink = *upsert_->MakeSink(
      Table({{"sink.buffer-flush.max-rows", "100"}, {"sink.buffer-flush.interval", "10 s"}}, true));
  ASSERT_TRUE(Write(sink.get(), {"1", "2", std::nullopt, "3"}, {"a", "b", "a", "b"}));
  EXPECT_TRUE(Written(0).empty());
  ASSERT_TRUE(sink->Prepare(1));
  EXPECT_TRUE(*sink->Delivered(1));
  EXPECT_EQ(Written(0), (std::vector<std::string>{"a=null", "b=3"}));
}

}  // namespace
}  // namespace millrace
