// SPDX-License-Identifier: Apache-2.0
// ValueDecoder: appends one JSON value to a column. The tree of decoders is planned once per
// schema, so decoding a record is a walk over its tokens without a look at types.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/schema.h"
#include "formats/columns/column_builder.h"
#include "formats/json/json_cursor.h"

namespace millrace {

struct JsonDecodeSettings {
  bool fail_on_missing_field = false;
  bool ignore_parse_errors = false;
};

class ValueDecoder {
 public:
  explicit ValueDecoder(std::string expected) : expected_(std::move(expected)) {}
  virtual ~ValueDecoder() = default;

  /// Appends the value at the cursor, which is not null, and moves behind it. On failure the column
  /// may hold half a value: the caller truncates it.
  virtual bool Decode(JsonCursor& in) = 0;

  /// Decode or, for null, AppendNull; with ignore-parse-errors a bad value is NULL too.
  bool DecodeEntry(JsonCursor& in) {
    if (in.AtNull()) [[unlikely]]
      return DecodeNull(in);
    const uint32_t* start = in.token();
    const int depth = in.depth();
    const int64_t length = column_->length();
    if (Decode(in)) [[likely]]
      return true;
    return Recover(in, start, depth, length);
  }
  ColumnBuilder* column() const { return column_; }

 private:
  bool DecodeNull(JsonCursor& in);
  /// After a failed Decode: with ignore-parse-errors the value at `start` becomes NULL.
  bool Recover(JsonCursor& in, const uint32_t* start, int depth, int64_t length);

 protected:
  bool Refuse(JsonCursor& in) const { return in.FailValue(expected_); }

  ColumnBuilder* column_ = nullptr;  // owned by the subclass
  std::string expected_;             // the SQL type, for messages
};

/// Maps the fields of an object to decoders: the next field in order first, then by hash.
class ObjectDecoder {
 public:
  ObjectDecoder(std::vector<std::string> names, std::vector<std::unique_ptr<ValueDecoder>> fields,
                const JsonDecodeSettings& settings);

  /// Decodes the object at the cursor into entry `row` of every column; fields that are not in it
  /// are NULL, of a repeated field the last one counts.
  bool Decode(JsonCursor& in, int64_t row);
  void Truncate(int64_t rows);
  const std::vector<std::unique_ptr<ValueDecoder>>& fields() const { return fields_; }

 private:
  struct Name {
    std::string text;
    uint64_t head = 0;    // first 8 bytes, zero-padded
    bool literal = true;  // no character that JSON writes as an escape
  };
  bool IsExpected(std::string_view raw, size_t expected) const;
  /// Index of the field; -1: no such field, -2: a bad escape in the name.
  int Lookup(std::string_view raw);
  bool DecodeField(JsonCursor& in, int field, int64_t row);
  bool FillMissing(JsonCursor& in, int64_t row);

  std::vector<Name> names_;
  std::vector<std::unique_ptr<ValueDecoder>> fields_;
  std::vector<int16_t> table_;  // open addressing, a power of two
  uint64_t mask_ = 0;
  JsonDecodeSettings settings_;
  size_t found_ = 0;  // columns that the object at hand has filled
  std::string scratch_;
};

std::unique_ptr<ValueDecoder> MakeValueDecoder(const DataType& type,
                                               const JsonDecodeSettings& settings);
std::unique_ptr<ValueDecoder> MakeNumberDecoder(const DataType& type);
std::unique_ptr<ValueDecoder> MakeTextDecoder(const DataType& type);
std::unique_ptr<ValueDecoder> MakeTimeDecoder(const DataType& type);
std::unique_ptr<ValueDecoder> MakeNestedDecoder(const DataType& type,
                                                const JsonDecodeSettings& settings);
std::unique_ptr<ObjectDecoder> MakeObjectDecoder(const Schema& schema,
                                                 const JsonDecodeSettings& settings);

}  // namespace millrace
