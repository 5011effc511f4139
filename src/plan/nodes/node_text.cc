// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/node_text.h"

namespace millrace {

std::string ColumnList(const Schema& schema, const std::vector<int>& columns) {
  std::string text;
  for (size_t i = 0; i < columns.size(); ++i) {
    text += (i > 0 ? ", " : "") + schema[static_cast<size_t>(columns[i])].name;
  }
  return text;
}

std::string CallList(const Schema& input, const std::vector<AggregateCall>& calls) {
  std::string text;
  for (size_t i = 0; i < calls.size(); ++i) {
    text += (i > 0 ? ", " : "") + calls[i].ToString(input) + " AS " + calls[i].output.name;
  }
  return text;
}

std::string DurationText(int64_t milliseconds) {
  struct Unit {
    int64_t size;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}};
  for (const Unit& unit : kUnits) {
    if (milliseconds != 0 && milliseconds % unit.size == 0) {
      return std::to_string(milliseconds / unit.size) + " " + unit.name;
    }
  }
  return std::to_string(milliseconds) + " ms";
}

std::string AggregateCall::ToString(const Schema& input) const {
  std::string text = function + "(";
  if (distinct) text += "DISTINCT ";
  text += count_star ? "*" : ColumnList(input, args);
  text += ")";
  if (filter >= 0) {
    text += " FILTER (WHERE " + input[static_cast<size_t>(filter)].name + ")";
  }
  return text;
}

}  // namespace millrace
