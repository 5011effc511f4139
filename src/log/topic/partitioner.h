// SPDX-License-Identifier: Apache-2.0
// The partition of a key, as Kafka's Java client chooses it, so that data moved between a broker
// and the embedded log keeps its partitions.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

/// Kafka's variant of murmur2 (seed 0x9747b28c).
uint32_t KafkaMurmur2(std::string_view bytes);

inline int32_t PartitionOfKey(std::string_view key, int32_t partitions) {
  return static_cast<int32_t>((KafkaMurmur2(key) & 0x7fffffff) % static_cast<uint32_t>(partitions));
}

}  // namespace millrace
