// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arrow/api.h>
#include <arrow/json/from_string.h>

#include <memory>
#include <string>

#include "data/data_type.h"

namespace millrace {

/// A column of that type from a JSON array; the text must be right.
inline std::shared_ptr<arrow::Array> JsonArray(const DataType& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type.ToArrow(), json).ValueOrDie();
}

}  // namespace millrace
