// SPDX-License-Identifier: Apache-2.0
// The list of formats that exist.
#include "formats/csv/csv_format.h"
#include "formats/format.h"
#include "formats/json/change_format.h"
#include "formats/json/json_format.h"
#include "formats/parquet/parquet_format.h"
#include "formats/raw/raw_format.h"

namespace millrace {

void RegisterBuiltinFormats(FormatRegistry* registry) {
  registry->Register(MakeCsvFormat());
  registry->Register(MakeDebeziumJsonFormat());
  registry->Register(MakeJsonFormat());
  registry->Register(MakeOggJsonFormat());
  registry->Register(MakeParquetFormat());
  registry->Register(MakeRawFormat());
}

}  // namespace millrace
