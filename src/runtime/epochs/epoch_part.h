// SPDX-License-Identifier: Apache-2.0
// EpochPart: what one shard hands over when a barrier has passed all of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "operators/io/source_driver.h"

namespace millrace {

struct EpochPart {
  uint64_t epoch = 0;
  int shard = 0;
  std::map<std::string, std::vector<SplitPosition>> sources;  // by node id
  std::map<std::string, std::string> sinks;                   // SinkWriter state by "node id/shard"
  std::map<std::string, std::string> dead_letters;            // lines by table
  std::string delta;                                          // what changed in state (DeltaWriter)
  bool messages_left = false;                                 // last part: some outbox is not empty
};

}  // namespace millrace
