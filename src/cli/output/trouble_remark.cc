// SPDX-License-Identifier: Apache-2.0
#include "cli/output/trouble_remark.h"

namespace millrace {
namespace {

constexpr int64_t kLastsNanos = 10'000'000'000;

}  // namespace

std::string TroubleRemark::Update(const JobSnapshot& snapshot, int64_t now_nanos) {
  std::string text;
  for (const NodeSnapshot& node : snapshot.nodes) {
    const auto known = known_.find(node.id);
    if (node.trouble.empty()) {
      if (known == known_.end()) continue;
      if (known->second.said) text += "table " + node.table + " goes on\n";
      known_.erase(known);
      continue;
    }
    if (known == known_.end()) {
      known_[node.id] = {.since = now_nanos};
    } else if (!known->second.said && now_nanos - known->second.since >= kLastsNanos) {
      known->second.said = true;
      text += "table " + node.table + ": " + node.trouble + "\n";
    }
  }
  return text;
}

}  // namespace millrace
