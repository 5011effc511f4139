// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/changelog_nodes.h"

#include "plan/nodes/node_text.h"

namespace millrace {

ChangelogNormalizeNode::ChangelogNormalizeNode(PlanNodePtr input, std::vector<int> keys,
                                               int64_t state_ttl_ms)
    : PlanNode({input}, input->schema()), keys_(std::move(keys)), state_ttl_ms_(state_ttl_ms) {}

PlanNodePtr ChangelogNormalizeNode::WithChildren(std::vector<PlanNodePtr> children) const {
  return std::make_shared<ChangelogNormalizeNode>(children[0], keys_, state_ttl_ms_);
}

std::string ChangelogNormalizeNode::details() const {
  std::string text = "key=[";
  for (size_t i = 0; i < keys_.size(); ++i) {
    text += (i > 0 ? ", " : "") + schema()[static_cast<size_t>(keys_[i])].name;
  }
  text += "]";
  if (state_ttl_ms_ > 0) text += ", ttl=[" + DurationText(state_ttl_ms_) + "]";
  return text;
}

std::string ChangelogNormalizeNode::state_description() const {
  if (state_ttl_ms_ == 0) return "last row per key, for ever";
  return "last row per key, kept " + DurationText(state_ttl_ms_) + " after the last change";
}

}  // namespace millrace
