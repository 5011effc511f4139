// SPDX-License-Identifier: Apache-2.0
// Options of the connector `datagen`: Flink's keys, and a seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"

namespace millrace {

std::vector<OptionSpec> DatagenOptions();
std::vector<OptionSpec> DatagenExtraOptions();

/// What one field's options say; fields of nested types have dotted names (`a.element`, `m.key`,
/// `r.x`).
struct FieldOptions {
  bool sequence = false;
  int64_t start = 0;  // of a sequence
  int64_t end = 0;
  std::optional<std::string> min;
  std::optional<std::string> max;
  int64_t length = 0;  // 0: not given
  bool variable_length = false;
  double null_rate = 0;
  int64_t max_past_ms = 0;
};

FieldOptions ReadFieldOptions(const Options& options, const std::string& field);

/// Every field's options fit its type, and name a column. MR0503, MR0506.
Status CheckDatagen(const TableContext& table);

}  // namespace millrace
