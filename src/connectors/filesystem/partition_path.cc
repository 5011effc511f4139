// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/partition_path.h"

#include <arrow/array/array_base.h>

#include <algorithm>
#include <charconv>

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

namespace {

std::string UnescapePartitionValue(std::string_view text) {
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      value.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      value.push_back(text[i]);
    }
  }
  return value;
}

}  // namespace

std::optional<std::vector<std::optional<std::string>>> PartitionValuesOf(
    std::string_view path, const std::vector<std::string>& keys, std::string_view default_name) {
  std::vector<std::optional<std::string>> values;
  for (const std::string& key : keys) {
    const size_t slash = path.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view directory = path.substr(0, slash);
    path.remove_prefix(slash + 1);
    const size_t equals = directory.find('=');
    if (equals == std::string_view::npos ||
        UnescapePartitionValue(directory.substr(0, equals)) != key) {
      return std::nullopt;
    }
    const std::string value = UnescapePartitionValue(directory.substr(equals + 1));
    values.push_back(value == default_name ? std::nullopt : std::optional(value));
  }
  return values;
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
