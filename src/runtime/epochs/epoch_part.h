// SPDX-License-Identifier: Apache-2.0
// EpochPart: what one shard hands over when a barrier has passed all of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "operators/io/source_driver.h"
#include "state/state_store.h"

namespace millrace {

struct EpochPart {
  uint64_t epoch = 0;
  int shard = 0;
  std::map<std::string, std::vector<SplitPosition>> sources;  // by node id
  std::map<std::string, std::string> sinks;                   // SinkWriter state by "node id/shard"
  std::map<std::string, std::string> dead_letters;            // lines by table
};

/// Takes the changes of keyed state at a barrier, if anybody wants them. Called on shard threads.
using DeltaConsumer = std::function<Status(uint64_t epoch, int shard, std::string_view operator_id,
                                           const StateChange& change)>;

}  // namespace millrace
