// SPDX-License-Identifier: Apache-2.0
// ParquetFileWriter: batches into one file. Timestamps are INT64 with their logical type (millis,
// micros or nanos), TIMESTAMP_LTZ adjusted to UTC.
#pragma once

#include <memory>

#include "formats/format.h"

namespace millrace {

Result<std::unique_ptr<FileWriter>> MakeParquetWriter(std::shared_ptr<arrow::io::OutputStream> file,
                                                      const Schema& schema, const Options& options);

}  // namespace millrace
