// SPDX-License-Identifier: Apache-2.0
// Arrow's ReferencedBufferSize gathers ranges of bytes in a table first, in case arrays share them:
// for a batch of few rows that takes longer than all else that is done with it.
#include "runtime/memory/batch_bytes.h"

#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>

namespace millrace {
namespace {

/// Of rows `begin` and following, counted from the start of the buffers.
uint64_t DataBytes(const arrow::ArrayData& data, int64_t begin, int64_t rows) {
  const auto bits = [rows](int64_t width) { return static_cast<uint64_t>((rows * width + 7) / 8); };
  uint64_t bytes = 0;
  if (!data.buffers.empty() && data.buffers[0] != nullptr) bytes += bits(1);
  const auto children = [&](int64_t first, int64_t count) {
    for (const auto& child : data.child_data) {
      bytes += DataBytes(*child, child->offset + first, count);
    }
  };
  switch (data.type->id()) {
    case arrow::Type::NA: return 0;
    case arrow::Type::STRUCT: children(begin, rows); return bytes;
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LIST:
    case arrow::Type::MAP: {
      if (data.buffers[1] == nullptr || rows == 0) return bytes;
      const int32_t* offsets = reinterpret_cast<const int32_t*>(data.buffers[1]->data()) + begin;
      bytes += static_cast<uint64_t>(rows) * sizeof(int32_t);
      const int64_t values = offsets[rows] - offsets[0];
      if (data.child_data.empty()) return bytes + static_cast<uint64_t>(values);
      children(offsets[0], values);
      return bytes;
    }
    default: break;
  }
  if (arrow::is_fixed_width(data.type->id())) return bytes + bits(data.type->bit_width());
  const auto size = arrow::util::ReferencedBufferSize(data);
  return size.ok() ? static_cast<uint64_t>(*size) : bytes;  // of a type it does not know
}

}  // namespace

uint64_t BatchBytes(const Batch& batch) {
  uint64_t bytes = 0;
  for (const auto& column : batch.columns) {
    const arrow::ArrayData& data = *column->data();
    bytes += DataBytes(data, data.offset, data.length);
  }
  return bytes;
}

}  // namespace millrace
