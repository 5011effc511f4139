// SPDX-License-Identifier: Apache-2.0
#include "functions/aggregate/stored_value.h"

namespace millrace::internal {

Result<std::shared_ptr<arrow::Array>> DecodeNested(
    const DataType& type, std::span<const std::optional<std::string_view>> values) {
  const KeyCodec codec({0}, {type.Nullable()});
  auto null = arrow::MakeArrayOfNull(type.ToArrow(), 1);
  if (!null.ok()) return InternalError("no NULL of a type", null.status().ToString());
  Batch batch;
  batch.num_rows = 1;
  batch.columns = {*std::move(null)};
  EncodedKeys null_key;
  codec.Encode(batch, &null_key);
  std::vector<std::string_view> keys;
  keys.reserve(values.size());
  for (const auto& value : values) keys.push_back(value.value_or(null_key.key(0)));
  TRY_ASSIGN(auto columns, codec.Decode(keys));
  CHECK_EQ(columns.size(), size_t{1});
  return std::move(columns.front());
}

}  // namespace millrace::internal
