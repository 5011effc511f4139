// SPDX-License-Identifier: Apache-2.0
// Copies: whether a plan may run as several processes that share its Kafka partitions and never
// talk to each other (`--copy i/n`). They may if rows that must meet always lie in one partition:
// every grouping includes the record key of the table it comes from. That the topic's writers chose
// the partition by that key is the user's promise.
#pragma once

#include <vector>

#include "base/result.h"
#include "plan/node.h"

namespace millrace {

/// MR0766 with the operator that would see only a part of its rows, or the table that every copy
/// would read whole.
Status CheckCopies(const std::vector<PlanNodePtr>& roots);

}  // namespace millrace
