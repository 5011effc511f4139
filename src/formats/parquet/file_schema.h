// SPDX-License-Identifier: Apache-2.0
// The columns of a Parquet file as SQL types.
#pragma once

#include <memory>

#include "formats/format.h"

namespace millrace {

Result<Schema> ReadParquetSchema(std::shared_ptr<arrow::io::RandomAccessFile> file);

}  // namespace millrace
