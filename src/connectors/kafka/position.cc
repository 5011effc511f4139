// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/position.h"

#include <algorithm>

#include "data/option_text.h"

namespace millrace {

std::string KafkaPosition::ToString() const {
  std::string text = "offset=" + std::to_string(offset);
  if (leader_epoch != kKafkaNoEpoch) text += ",epoch=" + std::to_string(leader_epoch);
  if (stop) text += ",stop=" + std::to_string(*stop);
  if (!topic_id.empty()) text += ",topic=" + topic_id;
  return text;
}

Result<KafkaPosition> KafkaPosition::Parse(std::string_view text) {
  KafkaPosition position;
  bool found = false;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string_view entry = text.substr(at, end - at);
    at = end + 1;
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = entry.substr(0, equals);
    const std::string_view value = entry.substr(equals + 1);
    const auto number = ParseOptionLong(value);
    if (key == "topic") {
      position.topic_id = std::string(value);
    } else if (!number) {
      return InternalError("a saved Kafka position is broken", std::string(text));
    } else if (key == "offset") {
      position.offset = *number;
      found = true;
    } else if (key == "epoch") {
      position.leader_epoch = static_cast<int32_t>(*number);
    } else if (key == "stop") {
      position.stop = *number;
    }
  }
  if (!found) return InternalError("a saved Kafka position is broken", std::string(text));
  return position;
}

std::string SplitIdOf(const KafkaPartition& partition) {
  return partition.topic + "-" + std::to_string(partition.partition);
}

Result<KafkaPartition> ParseSplitId(std::string_view id) {
  const size_t dash = id.rfind('-');
  const auto number =
      dash == std::string_view::npos ? std::nullopt : ParseOptionLong(id.substr(dash + 1));
  if (!number) return InternalError("'" + std::string(id) + "' is no partition");
  return KafkaPartition{std::string(id.substr(0, dash)), static_cast<int32_t>(*number)};
}

}  // namespace millrace
