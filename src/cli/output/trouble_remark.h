// SPDX-License-Identifier: Apache-2.0
// TroubleRemark: says what is wrong with a table of a running job that may pass, once it has lasted
// for ten seconds, and that it has passed. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "runtime/metrics/job_snapshot.h"

namespace millrace {

class TroubleRemark {
 public:
  /// A line per table with something new to say; empty if there is none.
  std::string Update(const JobSnapshot& snapshot, int64_t now_nanos);

 private:
  struct Known {
    int64_t since = 0;  // when it was seen first
    bool said = false;
  };
  std::map<std::string, Known> known_;  // by operator id
};

}  // namespace millrace
