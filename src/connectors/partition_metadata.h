// SPDX-License-Identifier: Apache-2.0
// The metadata key under which a source gives a partition column: its text, or NULL. Every source
// that reads tables with PARTITIONED BY understands it; it is in no list of metadata columns.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

constexpr std::string_view kPartitionMetadata = "partition:";

inline std::string PartitionMetadataKey(const std::string& column) {
  return std::string(kPartitionMetadata) + column;
}

}  // namespace millrace
