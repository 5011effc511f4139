// SPDX-License-Identifier: Apache-2.0
// KafkaPosition: how far a partition has been read, as text in the record of an epoch:
// `offset=42,epoch=3,stop=100,topic=hXv..`. The leader epoch and the topic's id make it possible to
// see that the log is another one than the one that was read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "env/kafka_client.h"

namespace millrace {

struct KafkaPosition {
  int64_t offset = 0;                    // of the next record
  int32_t leader_epoch = kKafkaNoEpoch;  // of the record before it
  std::optional<int64_t> stop;           // bounded: first offset that is not read
  std::string topic_id;                  // empty = unknown

  std::string ToString() const;
  static Result<KafkaPosition> Parse(std::string_view text);
};

/// "orders-3". A topic's name may hold dashes.
std::string SplitIdOf(const KafkaPartition& partition);
Result<KafkaPartition> ParseSplitId(std::string_view id);

}  // namespace millrace
