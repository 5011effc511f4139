// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/record_details.h"

#include <utility>

namespace millrace {

KafkaRecordDetails::KafkaRecordDetails(std::shared_ptr<const std::string> bytes,
                                       KafkaRecords* records)
    : bytes_(std::move(bytes)),
      timestamps_(records->timestamps),
      headers_(std::exchange(records->headers, {})),
      header_ends_(std::exchange(records->header_ends, {})) {}

void KafkaRecordDetails::Describe(size_t record, RecordOrigin* origin) const {
  if (timestamps_[record] != kKafkaNoTimestamp) origin->timestamp_ms = timestamps_[record];
  if (record >= header_ends_.size()) return;
  const uint32_t begin = record == 0 ? 0 : header_ends_[record - 1];
  for (uint32_t i = begin; i < header_ends_[record]; ++i) {
    const KafkaHeader& header = headers_[i];
    auto& added = origin->headers.emplace_back(View(header.name), std::nullopt);
    if (!header.value.is_null()) added.second = View(header.value);
  }
}

}  // namespace millrace
