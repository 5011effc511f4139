// SPDX-License-Identifier: Apache-2.0
// SQL text of a constant, for explain, digests and messages.
#pragma once

#include <arrow/type_fwd.h>

#include <string>

#include "data/data_type.h"

namespace millrace {

/// `'it''s'`, `1.50`, `TIMESTAMP '2024-01-01 00:00:00'`, `NULL`. Unique per value and type kind.
std::string LiteralText(const DataType& type, const arrow::Scalar& value);

}  // namespace millrace
