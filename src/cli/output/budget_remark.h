// SPDX-License-Identifier: Apache-2.0
// BudgetRemark: says which sinks of a running job got events later than the latency budget, at most
// once in ten seconds and only when there were new ones. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "runtime/metrics/job_snapshot.h"

namespace millrace {

class BudgetRemark {
 public:
  /// A line per sink with new events over the budget; empty if there are none or it is too early.
  std::string Update(const JobSnapshot& snapshot, int64_t now_nanos);
  /// The same for the whole run, at its end; empty if every event was in time.
  static std::string Summary(const JobSnapshot& snapshot);

 private:
  std::map<std::string, uint64_t> told_;  // by operator id of the sink
  int64_t next_ = 0;
};

}  // namespace millrace
