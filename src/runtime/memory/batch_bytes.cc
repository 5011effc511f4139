// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory/batch_bytes.h"

#include <arrow/array.h>
#include <arrow/util/byte_size.h>

namespace millrace {

uint64_t BatchBytes(const Batch& batch) {
  uint64_t bytes = 0;
  for (const auto& column : batch.columns) {
    const auto size = arrow::util::ReferencedBufferSize(*column->data());
    if (size.ok()) bytes += static_cast<uint64_t>(*size);  // else of a type it does not know
  }
  return bytes;
}

}  // namespace millrace
