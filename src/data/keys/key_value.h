// SPDX-License-Identifier: Apache-2.0
// Single values in keys: the slow path of the key codec (nested types) and the way back to columns.
// The layout is described in key_codec.cc.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "data/data_type.h"

namespace millrace {

constexpr uint32_t VarintSize(uint32_t value) {
  uint32_t size = 1;
  while (value >= 0x80) value >>= 7, ++size;
  return size;
}

inline char* WriteVarint(uint32_t value, char* to) {
  while (value >= 0x80) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<char>(value);
  return to;
}

/// Appends one value, NULL marker included.
void AppendKeyValue(const DataType& type, const arrow::Array& column, int64_t row,
                    std::string* out);

/// Reads the next column off the front of every key.
Result<std::shared_ptr<arrow::Array>> DecodeKeyColumn(const DataType& type,
                                                      std::span<std::string_view> keys);

}  // namespace millrace
