// SPDX-License-Identifier: Apache-2.0
// MessageDecoder: records of a broker, which have a key beside the value and either of which may be
// null, to rows. Rules are Flink's: columns of the value win over those of the key; a null value is
// a delete for upserts, a row of NULLs for the raw format, and nothing otherwise; with a key format
// a record without a key gives no row. One thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace millrace {

class MessageDecoder {
 public:
  struct Settings {
    RecordDecoder* values = nullptr;
    std::unique_ptr<RecordDecoder> keys;  // null: keys are not read
    bool null_value_is_row = false;
    bool null_key_is_row = false;
    bool upserts = false;
  };

  explicit MessageDecoder(Settings settings) : settings_(std::move(settings)) {}

  /// Columns of the value, then those of the key. A length of kNullRecord is a null. `keys` is
  /// empty or has one entry per value.
  Result<Decoded> Decode(std::string_view bytes, std::span<const RecordSlice> values,
                         std::span<const RecordSlice> keys);

 private:
  /// Rows that each record gives: [first, first + count) of `batch`.
  struct Part {
    Batch batch;
    std::vector<int32_t> first;
    std::vector<int32_t> count;
    std::vector<DecodeError> errors;  // by record, ascending
    uint64_t skipped = 0;
  };
  static Result<Part> DecodePart(RecordDecoder* decoder, std::string_view bytes,
                                 std::span<const RecordSlice> slices, bool null_is_row);
  Result<Decoded> Join(Part values, Part keys, std::span<const RecordSlice> slices);

  Settings settings_;
};

}  // namespace millrace
