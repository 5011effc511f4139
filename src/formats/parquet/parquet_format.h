// SPDX-License-Identifier: Apache-2.0
// The format `parquet`: whole files over Arrow's Parquet library.
#pragma once

#include <memory>

#include "formats/format.h"

namespace millrace {

std::unique_ptr<Format> MakeParquetFormat();

}  // namespace millrace
