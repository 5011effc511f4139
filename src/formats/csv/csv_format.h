// SPDX-License-Identifier: Apache-2.0
// The format `csv` with Flink's options.
#pragma once

#include <memory>

#include "formats/format.h"

namespace millrace {

std::unique_ptr<Format> MakeCsvFormat();

}  // namespace millrace
