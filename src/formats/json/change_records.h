// SPDX-License-Identifier: Apache-2.0
// Change records: JSON objects that hold a row before and after a change and a code of what
// happened, as tools for change data capture write them.
//
// An update is one record and two rows. Rows are written as one record each: the new version of an
// updated row as an insert, the old one as a delete, as Flink does.
#pragma once

#include <string>
#include <string_view>

#include "formats/format.h"
#include "formats/json/decoder.h"
#include "formats/json/encoder.h"

namespace millrace {

/// How one tool writes them. Rows are always in the fields `before` and `after`.
struct ChangeEnvelope {
  std::string_view code_field;  // "op"
  std::string_view insert;      // its values
  std::string_view update;
  std::string_view remove;
  std::string_view snapshot;  // a row that was there at the start; empty: has no such code
  std::string_view passed;    // says nothing about rows; empty: has no such code
};

struct ChangeDecodeSettings {
  ChangeEnvelope envelope;
  bool in_payload = false;  // the record is in the field `payload` of another one
  bool ignore_parse_errors = false;
};

class ChangeDecoder final : public RecordDecoder {
 public:
  ChangeDecoder(const Schema& schema, const ChangeDecodeSettings& settings);

  size_t Frame(std::string_view bytes, bool at_end, std::vector<RecordSlice>* records) override;
  Result<Decoded> Decode(std::string_view bytes, std::span<const RecordSlice> records) override;

 private:
  size_t columns_;
  ChangeDecodeSettings settings_;
  JsonDecoder envelopes_;
};

class ChangeEncoder final : public RecordEncoder {
 public:
  ChangeEncoder(const Schema& schema, const ChangeEnvelope& envelope,
                const JsonEncodeSettings& settings);
  Status Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) override;

 private:
  JsonEncoder rows_;
  std::string before_insert_;  // what stands around the row
  std::string behind_insert_;
  std::string before_delete_;
  std::string behind_delete_;
  std::string text_;  // the rows of one batch
  std::vector<size_t> text_ends_;
};

}  // namespace millrace
