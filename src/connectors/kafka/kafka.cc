// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/kafka.h"

#include "connectors/kafka/letter_topic.h"
#include "connectors/kafka/metadata.h"
#include "connectors/kafka/settings.h"
#include "connectors/kafka/sink.h"
#include "connectors/kafka/source.h"
#include "connectors/kafka/transaction/transaction.h"

namespace millrace {
namespace {

Status CheckKafkaTable(const TableContext& table, bool upsert, bool for_write) {
  if (table.whole_files) {
    return UserError("MR0506", "a Kafka record cannot hold a whole file", {},
                     "use a record format such as 'json'");
  }
  TRY_ASSIGN(const KafkaSettings settings, ReadKafkaSettings(table, upsert, for_write));
  const KafkaRole role = for_write ? KafkaRole::kProducer : KafkaRole::kConsumer;
  TRY(MakeKafkaConfig(table, settings, role));
  return OkStatus();
}

class KafkaConnector : public Connector, public LetterTopicMaker {
 public:
  std::string_view name() const override { return "kafka"; }
  std::string_view summary() const override { return "Reads and writes Kafka topics."; }
  std::vector<OptionSpec> options() const override { return KafkaOptions(); }
  bool can_read() const override { return true; }
  bool can_write() const override { return true; }
  bool needs_format() const override { return true; }
  RecordKeys record_keys() const override { return RecordKeys::kOptional; }
  std::vector<MetadataColumn> metadata() const override { return KafkaMetadata(); }
  HoldTime sink_hold_time(const Options& options) const override { return KafkaHoldTime(options); }
  Status Check(const TableContext& table, bool for_write) const override {
    return CheckKafkaTable(table, /*upsert=*/false, for_write);
  }
  Result<std::unique_ptr<Source>> MakeSource(const TableContext& table) const override {
    return MakeKafkaSource(table, /*upsert=*/false);
  }
  Result<std::unique_ptr<SinkWriter>> MakeSink(const TableContext& table) const override {
    return MakeKafkaSink(table, /*upsert=*/false);
  }
  bool transactional(const TableContext& table) const override {
    return IsExactlyOnce(table.options);
  }
  Result<std::unique_ptr<EpochTransaction>> MakeTransaction(
      std::span<const TableContext> tables) const override {
    return MakeKafkaTransaction(tables);
  }
  Result<std::unique_ptr<LetterTopic>> MakeLetterTopic(const TableContext& table,
                                                       const std::string& topic) const override {
    return MakeKafkaLetterTopic(table, topic);
  }
};

class UpsertKafkaConnector final : public Connector, public LetterTopicMaker {
 public:
  std::string_view name() const override { return "upsert-kafka"; }
  std::string_view summary() const override {
    return "Reads and writes Kafka topics that hold the last row of each key.";
  }
  std::vector<OptionSpec> options() const override { return UpsertKafkaOptions(); }
  bool can_read() const override { return true; }
  bool can_write() const override { return true; }
  bool needs_format() const override { return true; }
  RecordKeys record_keys() const override { return RecordKeys::kPrimaryKey; }
  bool reads_upserts() const override { return true; }
  std::vector<MetadataColumn> metadata() const override { return KafkaMetadata(); }
  SinkTraits sink_traits() const override {
    return {
        .accepts = ChangelogMode::All(), .needs_primary_key_for_updates = true, .upserts = true};
  }
  HoldTime sink_hold_time(const Options& options) const override { return KafkaHoldTime(options); }
  Status Check(const TableContext& table, bool for_write) const override {
    return CheckKafkaTable(table, /*upsert=*/true, for_write);
  }
  Result<std::unique_ptr<Source>> MakeSource(const TableContext& table) const override {
    return MakeKafkaSource(table, /*upsert=*/true);
  }
  Result<std::unique_ptr<SinkWriter>> MakeSink(const TableContext& table) const override {
    return MakeKafkaSink(table, /*upsert=*/true);
  }
  bool transactional(const TableContext& table) const override {
    return IsExactlyOnce(table.options);
  }
  Result<std::unique_ptr<EpochTransaction>> MakeTransaction(
      std::span<const TableContext> tables) const override {
    return MakeKafkaTransaction(tables);
  }
  Result<std::unique_ptr<LetterTopic>> MakeLetterTopic(const TableContext& table,
                                                       const std::string& topic) const override {
    return MakeKafkaLetterTopic(table, topic);
  }
};

}  // namespace

std::unique_ptr<Connector> MakeKafkaConnector() { return std::make_unique<KafkaConnector>(); }
std::unique_ptr<Connector> MakeUpsertKafkaConnector() {
  return std::make_unique<UpsertKafkaConnector>();
}

}  // namespace millrace
