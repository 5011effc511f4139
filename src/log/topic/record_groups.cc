// SPDX-License-Identifier: Apache-2.0
#include "log/topic/record_groups.h"

#include "log/topic/partitioner.h"

namespace millrace {

Result<std::map<int32_t, RecordGroup>> GroupByPartition(Topic* topic,
                                                        std::span<const TopicRecordView> records,
                                                        const AppendOptions& options) {
  std::map<int32_t, RecordGroup> groups;
  const int32_t partitions = topic->entry.partitions;
  if (options.partition && (*options.partition < 0 || *options.partition >= partitions)) {
    return UserError(
        "MR0807",
        "topic '" + topic->entry.name + "' has no partition " + std::to_string(*options.partition),
        "it has " + std::to_string(partitions));
  }
  int32_t keyless = -1;
  for (const TopicRecordView& record : records) {
    int32_t partition = 0;
    if (options.partition) {
      partition = *options.partition;
    } else if (record.key) {
      partition = PartitionOfKey(*record.key, partitions);
    } else {
      if (keyless < 0) {
        keyless = options.identity.idempotency_key.empty()
                      ? static_cast<int32_t>(topic->turn++ % static_cast<uint32_t>(partitions))
                      : PartitionOfKey(options.identity.idempotency_key, partitions);
      }
      partition = keyless;
    }
    groups[partition].push_back(&record);
  }
  return groups;
}

Status CheckIdentity(const BatchIdentity& identity) {
  if (identity.idempotency_key.size() > kIdempotencyKeyBytesMax) {
    return UserError("MR0809", "the idempotency key is too long",
                     "at most " + std::to_string(kIdempotencyKeyBytesMax) + " bytes are allowed");
  }
  if (identity.producer_id >= 0 && identity.sequence < 0) {
    return InternalError("a producer's batch without a sequence");
  }
  return OkStatus();
}

}  // namespace millrace
