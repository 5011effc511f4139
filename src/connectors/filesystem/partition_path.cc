// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/partition_path.h"

#include <arrow/array/array_base.h>

#include <algorithm>

#include "base/check.h"
#include "data/row_format.h"

namespace millrace {

std::string EscapePartitionValue(std::string_view value) {
  constexpr std::string_view kEscaped = "\"#%'*/:=?\\\x7F{[]^";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string path;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && kEscaped.find(c) == std::string_view::npos) {
      path.push_back(c);
      continue;
    }
    path.push_back('%');
    path.push_back(kHex[byte >> 4]);
    path.push_back(kHex[byte & 15]);
  }
  // A directory of its own, never this one or the one above.
  return path == "." || path == ".." ? "%2E" + path.substr(1) : path;
}

PartitionPath::PartitionPath(const Schema& schema, const std::vector<std::string>& keys,
                             std::string default_name)
    : default_name_(std::move(default_name)) {
  for (const std::string& key : keys) {
    const auto column = schema.Find(key);
    CHECK(column.has_value());
    columns_.push_back({*column, EscapePartitionValue(key) + "=", schema[*column].type});
  }
}

bool PartitionPath::Holds(size_t column) const {
  return std::ranges::any_of(columns_, [&](const Key& key) { return key.column == column; });
}

void PartitionPath::Of(const Batch& batch, int64_t row, std::string* path) const {
  path->clear();
  for (const Key& key : columns_) {
    if (!path->empty()) path->push_back('/');
    path->append(key.name);
    const arrow::Array& column = *batch.columns[key.column];
    std::string value;
    if (!column.IsNull(row)) AppendValueText(key.type, column, row, &value);
    path->append(value.empty() ? default_name_ : EscapePartitionValue(value));
  }
}

}  // namespace millrace
