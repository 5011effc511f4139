// SPDX-License-Identifier: Apache-2.0
// SQL values as JSON, as JSON_STRING, JSON_OBJECT and JSON_ARRAY show them: TIMESTAMP in ISO form,
// bytes in base64, DOUBLE as its shortest decimal number, ROW and MAP as objects.
#pragma once

#include <arrow/array/array_base.h>

#include "data/data_type.h"
#include "functions/json/json_node.h"

namespace millrace {

/// Whether the type has a JSON form; DATE, TIME and intervals, and maps without text keys, have
/// none.
bool HasJsonForm(const DataType& type);

/// REQUIRES: HasJsonForm(type).
JsonNode EncodeJson(const DataType& type, const arrow::Array& array, int64_t row);

}  // namespace millrace
