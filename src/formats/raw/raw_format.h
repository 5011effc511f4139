// SPDX-License-Identifier: Apache-2.0
// The format `raw`: a record is the value of the table's one column.
#pragma once

#include <memory>

#include "formats/format.h"

namespace millrace {

std::unique_ptr<Format> MakeRawFormat();

}  // namespace millrace
