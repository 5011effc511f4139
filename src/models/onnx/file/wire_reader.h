// SPDX-License-Identifier: Apache-2.0
// WireReader: walks the fields of one protobuf message in memory, without copying and without
// trusting a length. After a malformed field, Next returns false and ok() is false for good.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

class WireReader {
 public:
  enum class Type : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

  /// Moves to the next field; false at the end or on malformed bytes.
  bool Next();
  bool ok() const { return ok_; }

  uint32_t field() const { return field_; }
  Type type() const { return type_; }
  bool is_bytes() const { return type_ == Type::kBytes; }
  /// Of a varint or fixed field; 0 otherwise.
  uint64_t number() const { return number_; }
  int64_t signed_number() const { return static_cast<int64_t>(number_); }
  /// Of a length-delimited field; empty otherwise.
  std::string_view bytes() const { return value_; }

 private:
  bool Fail();
  bool ReadVarint(uint64_t* value);
  bool ReadFixed(size_t size);

  std::string_view bytes_;
  size_t position_ = 0;
  bool ok_ = true;
  uint32_t field_ = 0;
  Type type_ = Type::kVarint;
  uint64_t number_ = 0;
  std::string_view value_;
};

/// Reads one varint at `*position`; false if it is cut off or longer than ten bytes.
bool ReadWireVarint(std::string_view bytes, size_t* position, uint64_t* value);

}  // namespace millrace
