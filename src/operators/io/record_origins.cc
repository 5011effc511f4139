// SPDX-License-Identifier: Apache-2.0
#include "operators/io/record_origins.h"

#include "connectors/connector.h"

namespace millrace {

RecordOrigin RecordRange::Of(size_t record) const {
  const auto text = [&](const RecordSlice& slice) -> std::optional<std::string_view> {
    if (slice.length == kNullRecord) return std::nullopt;
    return std::string_view(*bytes).substr(slice.offset, slice.length);
  };
  RecordOrigin origin{.split = split};
  origin.raw = text(records[record]);
  if (!keys.empty()) origin.key = text(keys[record]);
  if (!numbers.empty()) {
    origin.position = "offset " + std::to_string(numbers[record]);
  } else {
    origin.position = "byte " + std::to_string(offset + records[record].offset) + position_note;
  }
  if (details != nullptr) details->Describe(first_detail + record, &origin);
  return origin;
}

RecordOrigin PlainOrigins::Of(int32_t row) const {
  RecordOrigin origin{.split = split_};
  if (first_row_ >= 0) origin.position = "row " + std::to_string(first_row_ + row);
  return origin;
}

}  // namespace millrace
