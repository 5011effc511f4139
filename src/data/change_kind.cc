// SPDX-License-Identifier: Apache-2.0
#include "data/change_kind.h"

namespace millrace {

std::string ChangelogMode::ToString() const {
  constexpr std::string_view kNames[] = {"I", "UB", "UA", "D"};
  std::string text;
  for (int i = 0; i < 4; ++i) {
    if (!Contains(static_cast<ChangeKind>(i))) continue;
    if (!text.empty()) text += ",";
    text += kNames[i];
  }
  return text;
}

}  // namespace millrace
