// SPDX-License-Identifier: Apache-2.0
// OutboxReplays: messages that were given up and are to be sent again, under the keys they had.
// They lie in replay files of the sink's table (operators/io/replay/replay_source.h) and are put
// into its outbox; a file is done once an epoch holds its messages. A crash before that puts them
// in twice, under the same keys. One thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/outbox.h"

namespace millrace {

class OutboxReplays {
 public:
  explicit OutboxReplays(const TableContext& table);

  /// Looks for files, now and then. Answers when to look again (monotonic nanoseconds).
  Result<int64_t> Look(Outbox* outbox);
  void OnBarrier(uint64_t epoch);
  Status OnDecided(uint64_t epoch);

 private:
  Status Take(const std::string& path, Outbox* outbox);

  Environment env_;
  std::string directory_;
  int64_t next_look_ = 0;
  std::vector<std::string> taken_;                         // since the last barrier
  std::map<uint64_t, std::vector<std::string>> by_epoch_;  // until they are decided
};

}  // namespace millrace
