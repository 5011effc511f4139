// SPDX-License-Identifier: Apache-2.0
// What tests of the connector 'kafka' share: a table on a cluster in memory, and a place for the
// rows that a sink gives up.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/dead_letter.h"
#include "connectors/kafka/kafka.h"
#include "env/simulated/clock.h"
#include "env/simulated/kafka.h"

namespace millrace {

using KafkaTexts = std::map<std::string, std::string>;

class RecordedLetters final : public DeadLetterSink {
 public:
  Status Write(const UndeliveredRow& row) override {
    raw.emplace_back(row.raw);
    return OkStatus();
  }
  std::vector<std::string> raw;
};

inline Options KafkaOptions(const Connector& connector, const KafkaTexts& texts) {
  std::map<std::string, OptionValue> values;
  for (const auto& [key, value] : texts) values[key] = {value, false};
  return {connector.options(), std::move(values)};
}

class KafkaFixture : public testing::Test {
 protected:
  KafkaFixture()
      : clock_(0), connector_(MakeKafkaConnector()), upsert_(MakeUpsertKafkaConnector()) {}

  TableContext Table(KafkaTexts options, bool upsert = false) {
    options.try_emplace("properties.bootstrap.servers", "localhost:9092");
    options.try_emplace("topic", "t");
    if (!upsert) options.try_emplace("scan.startup.mode", "earliest-offset");
    TableContext table;
    table.table = "orders";
    table.schema = Schema({{"v", DataType::String()}});
    table.options = KafkaOptions(*(upsert ? upsert_ : connector_), options);
    table.env.clock = &clock_;
    table.env.kafka = &kafka_;
    table.dead_letters = &letters_;
    return table;
  }

  SimulatedClock clock_;
  SimulatedKafka kafka_;
  RecordedLetters letters_;
  std::unique_ptr<Connector> connector_;
  std::unique_ptr<Connector> upsert_;
};

}  // namespace millrace
