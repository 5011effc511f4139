// SPDX-License-Identifier: Apache-2.0
// KeyMatches: the rows of one side of a join by key, for a join whose sides are complete: probe
// keys are answered with the matching rows in their order. NULL keys match nothing.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <span>
#include <vector>

#include "data/key_codec.h"
#include "state/key_table.h"

namespace millrace {

class KeyMatches {
 public:
  explicit KeyMatches(std::vector<DataType> key_types);

  /// `keys`: one array per key column, all `count` long.
  void Build(const std::vector<std::shared_ptr<arrow::Array>>& keys, int64_t count);
  /// matches->at(i) are the built rows that match probe row i, until the next Build.
  void Probe(const std::vector<std::shared_ptr<arrow::Array>>& keys, int64_t count,
             std::vector<std::span<const uint32_t>>* matches);

 private:
  void Encode(const std::vector<std::shared_ptr<arrow::Array>>& keys, int64_t count);

  KeyCodec codec_;
  EncodedKeys encoded_;
  std::vector<bool> null_;  // rows with a NULL among their keys
  std::unique_ptr<KeyTable> table_;
  std::vector<uint32_t> begins_;  // by key slot: its rows are rows_[begins_[s] .. begins_[s + 1])
  std::vector<uint32_t> rows_;
};

}  // namespace millrace
