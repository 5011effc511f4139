// SPDX-License-Identifier: Apache-2.0
// FileSchemaReader: a file format whose files say their columns themselves. Such a Format derives
// from it too; whoever proposes tables asks with a dynamic_cast.
#pragma once

#include <arrow/io/type_fwd.h>

#include <memory>

#include "base/result.h"
#include "data/schema.h"

namespace millrace {

class FileSchemaReader {
 public:
  virtual ~FileSchemaReader() = default;
  /// The columns of a file as SQL types; a column whose type SQL has no word for is left out.
  virtual Result<Schema> ReadSchema(std::shared_ptr<arrow::io::RandomAccessFile> file) const = 0;
};

}  // namespace millrace
