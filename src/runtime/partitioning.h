// SPDX-License-Identifier: Apache-2.0
// Partitioning: how the rows of a node's output lie on the shards, as far as it can be proved.
// Saves exchanges between consecutive operators on the same keys.
#pragma once

#include <vector>

#include "plan/node.h"

namespace millrace {

struct Partitioning {
  enum class Kind { kUnknown, kHash, kSingle } kind = Kind::kUnknown;
  std::vector<int> keys;  // kHash: columns whose encoded key chose the shard, in encoding order

  bool Satisfies(const Distribution& required) const;
};

/// The partitioning of `node`'s output when its input i is partitioned as `inputs[i]`.
Partitioning OutputPartitioning(const PlanNodePtr& node, const std::vector<Partitioning>& inputs);

}  // namespace millrace
