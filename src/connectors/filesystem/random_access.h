// SPDX-License-Identifier: Apache-2.0
// A file of the Disk seam as Arrow's RandomAccessFile, for formats that own a whole file.
#pragma once

#include <arrow/io/type_fwd.h>

#include <cstdint>
#include <memory>

#include "env/disk.h"

namespace millrace {

std::shared_ptr<arrow::io::RandomAccessFile> MakeRandomAccessFile(
    std::unique_ptr<ReadableFile> file, uint64_t size);

}  // namespace millrace
