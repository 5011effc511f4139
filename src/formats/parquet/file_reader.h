// SPDX-License-Identifier: Apache-2.0
// ParquetFileReader: streams a file's row groups, reading only the columns of the schema, found by
// name. A column the file lacks is NULL; types are converted where no value can change its meaning.
#pragma once

#include <memory>

#include "formats/format.h"

namespace millrace {

Result<std::unique_ptr<FileReader>> MakeParquetReader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, const Schema& schema);

}  // namespace millrace
