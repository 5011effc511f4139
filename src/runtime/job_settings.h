// SPDX-License-Identifier: Apache-2.0
// JobSettings: the SET options that the runtime obeys, typed. Every option is described once, in
// JobOptions(); completion, docs and checks derive from it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/options.h"

namespace millrace {

struct JobSettings {
  int parallelism = 1;
  int64_t batch_rows_max = 8192;
  int64_t checkpoint_interval_ms = 200;
  int64_t batch_delay_ms = 0;
  int64_t discovery_interval_ms = 1000;
  size_t exchange_capacity = 16;      // batches in flight from one shard to another on one edge
  bool fail_on_row_error = false;

  /// Reads the options it knows from all SETs of a session; others are not its business.
  static Result<JobSettings> From(const std::map<std::string, std::string>& sets);
};

std::vector<OptionSpec> JobOptions();

}  // namespace millrace
