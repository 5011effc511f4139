// SPDX-License-Identifier: Apache-2.0
// Key codec: columns of a batch <-> self-delimiting byte keys. Equal values give equal bytes (NULL
// equals NULL; NaN equals NaN, -0.0 is not 0.0), so a key can be hashed, compared and stored.
// Order of the bytes is not the order of the values.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/batch.h"
#include "data/data_type.h"

namespace millrace {

/// The encoded keys of one batch: `bytes` concatenated, key i is [offsets[i], offsets[i+1]).
struct EncodedKeys {
  std::string bytes;
  std::vector<uint32_t> offsets;
  std::vector<uint64_t> hashes;  // of each key; stable across processes and versions (xxh3-class)

  size_t size() const { return hashes.size(); }
  std::string_view key(size_t i) const {
    return std::string_view(bytes).substr(offsets[i], offsets[i + 1] - offsets[i]);
  }
};

class KeyCodec {
 public:
  /// `columns` are indexes into the batch, `types` their types in the same order.
  KeyCodec(std::vector<int> columns, std::vector<DataType> types);

  /// Encodes the key of every row into `out` (cleared first, its capacity is reused).
  void Encode(const Batch& batch, EncodedKeys* out) const;
  /// Decodes keys back into one array per key column.
  Result<std::vector<std::shared_ptr<arrow::Array>>> Decode(
      std::span<const std::string_view> keys) const;

  const std::vector<int>& columns() const { return columns_; }
  const std::vector<DataType>& types() const { return types_; }

 private:
  std::vector<int> columns_;
  std::vector<DataType> types_;
};

/// A 64-bit hash of bytes, stable across processes.
uint64_t HashBytes(std::string_view bytes);

/// Key groups divide the key space; a shard owns a contiguous range of them.
constexpr int kKeyGroups = 128;
constexpr int KeyGroupOf(uint64_t hash) { return static_cast<int>((hash >> 57) & 127); }
constexpr int ShardOf(int key_group, int shards) { return key_group * shards / kKeyGroups; }

}  // namespace millrace
