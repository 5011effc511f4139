// SPDX-License-Identifier: Apache-2.0
// PartitionPath: the directory of a row, `k=v/k2=v2`, in Hive's spelling as Flink writes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "data/schema.h"

namespace millrace {

/// Control characters and those that mean something in a path or a query become %XX.
std::string EscapePartitionValue(std::string_view value);

/// The values of `keys` in a relative path that begins with `k=v/k2=v2/`, one per key; nullopt if
/// it does not. A value equal to `default_name` is NULL.
std::optional<std::vector<std::optional<std::string>>> PartitionValuesOf(
    std::string_view path, const std::vector<std::string>& keys, std::string_view default_name);

class PartitionPath {
 public:
  PartitionPath(const Schema& schema, const std::vector<std::string>& keys,
                std::string default_name);
  /// The directory, relative, without a slash behind; empty without partition columns.
  void Of(const Batch& batch, int64_t row, std::string* path) const;
  bool partitioned() const { return !columns_.empty(); }
  bool Holds(size_t column) const;

 private:
  struct Key {
    size_t column = 0;
    std::string name;
    DataType type;
  };
  std::vector<Key> columns_;
  std::string default_name_;
};

}  // namespace millrace
