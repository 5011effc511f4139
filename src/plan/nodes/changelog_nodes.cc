// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/changelog_nodes.h"

namespace millrace {

ChangelogNormalizeNode::ChangelogNormalizeNode(PlanNodePtr input, std::vector<int> keys)
    : PlanNode({input}, input->schema()), keys_(std::move(keys)) {}

PlanNodePtr ChangelogNormalizeNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<ChangelogNormalizeNode>(children[0], keys_);
}

std::string ChangelogNormalizeNode::details() const {
  std::string text = "key=[";
  for (size_t i = 0; i < keys_.size(); ++i) {
    text += (i > 0 ? ", " : "") + schema()[static_cast<size_t>(keys_[i])].name;
  }
  return text + "]";
}

}  // namespace millrace
