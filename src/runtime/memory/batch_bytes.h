// SPDX-License-Identifier: Apache-2.0
// BatchBytes: the memory that the rows of a batch take.
#pragma once

#include <cstdint>

#include "data/batch.h"

namespace millrace {

/// Bytes of the columns; of a slice, of its rows alone. What columns share counts for each.
uint64_t BatchBytes(const Batch& batch);

}  // namespace millrace
