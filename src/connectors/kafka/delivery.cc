// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/delivery.h"

#include "connectors/dead_letter.h"

namespace millrace {
namespace {

std::optional<std::string> Own(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

}  // namespace

OwnedKafkaOutput OwnedKafkaOutput::From(const KafkaOutput& record) {
  OwnedKafkaOutput owned{.topic = std::string(record.topic),
                         .partition = record.partition,
                         .key = Own(record.key),
                         .value = Own(record.value),
                         .timestamp = record.timestamp,
                         .headers = {},
                         .epoch = record.tag};
  for (const KafkaOutputHeader& header : record.headers) {
    owned.headers.emplace_back(header.name, Own(header.value));
  }
  return owned;
}

KafkaOutput OwnedKafkaOutput::View(std::vector<KafkaOutputHeader>* views) const {
  views->clear();
  for (const auto& [name, header] : headers) {
    KafkaOutputHeader view{.name = name, .value = {}};
    if (header) view.value = *header;
    views->push_back(view);
  }
  KafkaOutput output{.topic = topic,
                     .partition = partition,
                     .key = {},
                     .value = {},
                     .timestamp = timestamp,
                     .headers = *views,
                     .tag = epoch};
  if (key) output.key = *key;
  if (value) output.value = *value;
  return output;
}

size_t OwnedKafkaOutput::bytes() const {
  size_t total = sizeof(OwnedKafkaOutput) + topic.size();
  if (key) total += key->size();
  if (value) total += value->size();
  for (const auto& [name, header] : headers) {
    total += sizeof(headers[0]) + name.size() + (header ? header->size() : 0);
  }
  return total;
}

Status GiveUpKafkaRecord(const TableContext& table, const OwnedKafkaOutput& record,
                         const Error& error) {
  if (table.dead_letters == nullptr) return std::unexpected(error);
  const std::string position =
      "topic " + record.topic + (record.key ? ", key " + *record.key : std::string());
  const std::string reason = error.message + ": " + error.detail;
  return table.dead_letters->Write({.table = table.table,
                                    .stage = "delivery",
                                    .position = position,
                                    .reason = reason,
                                    .raw = record.value ? *record.value : std::string_view(),
                                    .key = record.key ? *record.key : std::string_view()});
}

}  // namespace millrace
