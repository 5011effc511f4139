// SPDX-License-Identifier: Apache-2.0
#include "log/topic/kafka_records.h"

namespace millrace {
namespace {

KafkaSlice Slice(const std::optional<std::string_view>& text, KafkaRecords* records) {
  return text ? records->Append(*text) : KafkaSlice();
}

}  // namespace

void AppendKafkaRecord(const TopicRecordView& record, const KafkaPollLimits& limits,
                       KafkaRecords* records) {
  records->keys.push_back(limits.keys ? Slice(record.key, records) : KafkaSlice());
  records->values.push_back(Slice(record.value, records));
  records->offsets.push_back(record.offset);
  records->timestamps.push_back(record.timestamp_ms.value_or(kKafkaNoTimestamp));
  records->timestamp_types.push_back(KafkaTimestampType::kCreateTime);
  records->leader_epochs.push_back(0);
  if (!limits.headers) return;
  for (const TopicHeaderView& header : record.headers) {
    const KafkaSlice name = records->Append(header.name);
    records->headers.push_back({.name = name, .value = Slice(header.value, records)});
  }
  records->header_ends.push_back(static_cast<uint32_t>(records->headers.size()));
}

}  // namespace millrace
