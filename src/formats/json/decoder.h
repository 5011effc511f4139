// SPDX-License-Identifier: Apache-2.0
// JsonDecoder: JSON records, one object per line or message, into columns.
//
// Groups of records of about 64 KiB are tokenized at once and stay in the cache while their values
// are decoded. A record is a JSON object, or an array of objects that gives a row each (as in
// Flink; the batch may then exceed kMaxBatchRows). What follows the value in a record is ignored,
// as in Flink. A bad record leaves no trace in the columns.
#pragma once

#include "formats/format.h"
#include "formats/json/tokenizer.h"
#include "formats/json/value_decoder.h"

namespace millrace {

class JsonDecoder final : public RecordDecoder {
 public:
  JsonDecoder(const Schema& schema, const JsonDecodeSettings& settings);

  size_t Frame(std::string_view bytes, bool at_end, std::vector<RecordSlice>* records) override;
  Result<Decoded> Decode(std::string_view bytes, std::span<const RecordSlice> records) override;

 private:
  struct Group {
    uint32_t begin = 0;  // byte range in the buffer
    uint32_t end = 0;
    size_t records = 0;
  };
  static Group NextGroup(std::span<const RecordSlice> records, size_t first);
  void DecodeGroup(const char* base, std::span<const RecordSlice> records, size_t first,
                   const Group& group);
  void DecodeAlone(const char* base, RecordSlice record, uint32_t number);
  void DecodeRecord(JsonCursor& in, uint32_t number);
  bool DecodeArray(JsonCursor& in, uint32_t number);
  void GiveUp(uint32_t number, std::string reason, int64_t rows);

  JsonDecodeSettings settings_;
  std::unique_ptr<ObjectDecoder> object_;
  Tokenizer tokenizer_;
  Decoded decoded_;
  int64_t rows_ = 0;
};

}  // namespace millrace
