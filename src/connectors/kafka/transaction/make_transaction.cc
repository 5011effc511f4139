// SPDX-License-Identifier: Apache-2.0
// What the sinks of one transaction must have in common, and what follows from their options.
#include <algorithm>
#include <map>

#include "connectors/kafka/properties.h"
#include "connectors/kafka/settings.h"
#include "connectors/kafka/transaction/transaction.h"

namespace millrace {
namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

std::unexpected<Error> Refused(const TableContext& one, const TableContext& other,
                               const std::string& what, std::string hint) {
  return UserError("MR0834", "the exactly-once sinks of a pipeline share one transaction",
                   "tables '" + one.table + "' and '" + other.table + "' " + what, std::move(hint));
}

std::vector<std::string> Brokers(const TableContext& table) {
  std::string text = table.options.GetString("properties.bootstrap.servers");
  std::vector<std::string> brokers;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string broker = text.substr(at, end - at);
    std::erase(broker, ' ');
    if (!broker.empty()) brokers.push_back(std::move(broker));
    at = end + 1;
  }
  std::ranges::sort(brokers);
  return brokers;
}

/// The name of a property that differs, or nothing.
std::string Differing(const Properties& one, const Properties& other) {
  std::map<std::string, std::string> first(one.begin(), one.end());
  std::map<std::string, std::string> second(other.begin(), other.end());
  first.erase("bootstrap.servers");
  second.erase("bootstrap.servers");
  for (const auto& [key, value] : first) {
    const auto same = second.find(key);
    if (same == second.end() || same->second != value) return key;
    second.erase(same);
  }
  return second.empty() ? std::string() : second.begin()->first;
}

Status CheckShared(const TableContext& one, const TableContext& other) {
  if (Brokers(one) != Brokers(other)) {
    return Refused(one, other, "are in different clusters",
                   "write one of them 'at-least-once', or in a pipeline of its own");
  }
  TRY_ASSIGN(const auto first, ReadKafkaTransactionSettings(one));
  TRY_ASSIGN(const auto second, ReadKafkaTransactionSettings(other));
  if (first.id_prefix != second.id_prefix) {
    return Refused(one, other,
                   "have the prefixes '" + first.id_prefix + "' and '" + second.id_prefix + "'",
                   "give them the same 'sink.transactional-id-prefix'");
  }
  if (first.timeout_ms != second.timeout_ms) {
    return Refused(one, other,
                   "have time-outs of " + std::to_string(first.timeout_ms) + " and " +
                       std::to_string(second.timeout_ms) + " ms",
                   "give them the same 'properties.transaction.timeout.ms'");
  }
  TRY_ASSIGN(const auto of_one, TranslateKafkaProperties(one.options, KafkaRole::kProducer));
  TRY_ASSIGN(const auto of_other, TranslateKafkaProperties(other.options, KafkaRole::kProducer));
  const std::string key = Differing(of_one, of_other);
  if (key.empty()) return OkStatus();
  return Refused(one, other, "differ in the property '" + key + "' of the producer they share",
                 "give them the same properties");
}

}  // namespace

Result<std::unique_ptr<EpochTransaction>> MakeKafkaTransaction(
    std::span<const TableContext> tables) {
  const TableContext& table = tables[0];
  for (const TableContext& other : tables.subspan(1)) TRY(CheckShared(table, other));
  TRY_ASSIGN(const KafkaTransactionSettings settings, ReadKafkaTransactionSettings(table));
  const std::string identity = table.pipeline + "." + std::to_string(table.copy.index);
  KafkaTransaction::Settings made{.table = table, .client = {}, .at = {}, .topics = {}};
  made.client.transactional_id = settings.id_prefix + "." + identity;
  made.client.group = "millrace." + identity;
  made.client.timeout_ms = settings.timeout_ms;
  made.client.producer.client_id = "millrace-" + table.table;
  made.client.producer.wake = table.wake;
  TRY_ASSIGN(made.client.producer.properties,
             TranslateKafkaProperties(table.options, KafkaRole::kProducer));
  TRY_ASSIGN(made.client.reader_properties,
             TranslateKafkaProperties(table.options, KafkaRole::kAdmin));
  for (const TableContext& sink : tables) {
    for (const std::string& topic : sink.options.GetList("topic")) made.topics.push_back(topic);
  }
  std::ranges::sort(made.topics);
  made.topics.erase(std::ranges::unique(made.topics).begin(), made.topics.end());
  made.at = {table.options.GetList("topic")[0], 0};
  return std::make_unique<KafkaTransaction>(std::move(made));
}

}  // namespace millrace
