// SPDX-License-Identifier: Apache-2.0
#include "plan/node.h"

#include <array>
#include <cstdio>

#include "data/key_codec.h"

namespace millrace {

int PlanNode::rowtime_column() const {
  for (size_t i = 0; i < schema_.size(); ++i) {
    if (schema_[i].type.time_attribute() == TimeAttribute::kRowtime) return static_cast<int>(i);
  }
  return -1;
}

const std::string& PlanNode::digest() const {
  if (!digest_.empty()) return digest_;
  digest_ = std::string(kind()) + "(" + details() + ")";
  for (const PlanNodePtr& child : children_) digest_ += "\n<" + child->digest() + ">";
  return digest_;
}

std::string PlanNode::id() const {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx",
                static_cast<unsigned long long>(HashBytes(digest())));
  return text.data();
}

}  // namespace millrace
