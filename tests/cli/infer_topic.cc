// SPDX-License-Identifier: Apache-2.0
// infer on a topic: messages of several partitions, read through the kafka connector.
#include <gtest/gtest.h>

#include "assistants/infer/topic_source.h"
#include "env/simulated/kafka.h"

namespace millrace {
namespace {

class InferTopicTest : public testing::Test {
 protected:
  InferTopicTest() : clock_(MakeSystemClock()), disk_(MakeRealDisk()) {
    RegisterBuiltinConnectors(&connectors_);
    RegisterBuiltinFormats(&formats_);
    RegisterBuiltinModelBackends(&models_);
    options_.registries = {&BuiltinFunctions(), &BuiltinAggregates(), &connectors_, &formats_,
                           &models_};
    options_.env.clock = clock_.get();
    options_.env.disk = disk_.get();
    options_.env.kafka = &kafka_;
    options_.check_files = false;
  }

  void Append(int partition, std::optional<std::string> value) {
    kafka_.Append("payments", partition, {.value = std::move(value), .timestamp = 1});
  }

  Result<Inferred> Infer(const SampleLimits& limits = {}) {
    auto source = OpenTopicSource(
        {"payments", {{"properties.bootstrap.servers", "simulated:9092"}}}, limits, options_);
    if (!source) return std::unexpected(source.error());
    return InferTable(*std::move(source), {.compiler = options_});
  }

  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Disk> disk_;
  SimulatedKafka kafka_;
  ConnectorRegistry connectors_;
  FormatRegistry formats_;
  ModelBackendRegistry models_;
  CompilerOptions options_;
};

TEST_F(InferTopicTest, EveryPartitionIsInOrderForItself) {
  kafka_.CreateTopic("payments", 3);
  for (int i = 0; i < 60; ++i) {
    // Partition 2 is hours behind the others; within a partition one record is 2 s late.
    const int64_t time =
        1714557600000 - (i % 3 == 2 ? 7'200'000 : 0) + i * 1000 - (i == 30 ? 5'000 : 0);
    Append(i % 3, "{\"card\": \"c" + std::to_string(i % 5) +
                      "\",\n \"ts\": " + std::to_string(time) + "}");
  }
  Append(1, std::nullopt);
  const auto inferred = Infer();
  ASSERT_TRUE(inferred.has_value()) << inferred.error().ToString();
  EXPECT_EQ(inferred->records, 60u);
  EXPECT_EQ(inferred->decoded, 60u);
  EXPECT_EQ(inferred->table, "payments");
  EXPECT_EQ(inferred->shape, "JSON messages");
  ASSERT_TRUE(inferred->has_event_time);
  EXPECT_EQ(inferred->event_time.from, "ts");
  EXPECT_EQ(inferred->event_time.disorder_ms, 2000);
  EXPECT_NE(inferred->sql.find("'connector' = 'kafka'"), std::string::npos) << inferred->sql;
  EXPECT_NE(inferred->sql.find("'properties.bootstrap.servers' = 'simulated:9092'"),
            std::string::npos);
}

TEST_F(InferTopicTest, NoMoreThanTheLimitIsRead) {
  kafka_.CreateTopic("payments", 1);
  for (int i = 0; i < 30'000; ++i) Append(0, std::to_string(i) + ",x");
  const auto inferred = Infer({.records_max = 100});
  ASSERT_TRUE(inferred.has_value()) << inferred.error().ToString();
  EXPECT_EQ(inferred->format, "csv");
  EXPECT_EQ(inferred->records, 100u);
}

TEST_F(InferTopicTest, AnEmptyTopicAndOneThatIsNotThere) {
  const auto missing = Infer();
  ASSERT_FALSE(missing.has_value());
  kafka_.CreateTopic("payments", 2);
  const auto empty = Infer();
  ASSERT_FALSE(empty.has_value());
  EXPECT_EQ(empty.error().code, "MR0904");
}

}  // namespace
}  // namespace millrace
