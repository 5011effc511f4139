// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/file/wire_reader.h"

namespace millrace {

bool ReadWireVarint(std::string_view bytes, size_t* position, uint64_t* value) {
  uint64_t result = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (*position >= bytes.size()) return false;
    const auto byte = static_cast<uint8_t>(bytes[(*position)++]);
    result |= shift < 64 ? static_cast<uint64_t>(byte & 0x7f) << shift : 0;
    if ((byte & 0x80) == 0) {
      *value = result;
      return true;
    }
  }
  return false;
}

bool WireReader::Fail() {
  ok_ = false;
  return false;
}

bool WireReader::ReadVarint(uint64_t* value) { return ReadWireVarint(bytes_, &position_, value); }

bool WireReader::ReadFixed(size_t size) {
  if (bytes_.size() - position_ < size) return false;
  for (size_t i = 0; i < size; ++i) {
    number_ |= static_cast<uint64_t>(static_cast<uint8_t>(bytes_[position_ + i])) << (8 * i);
  }
  position_ += size;
  return true;
}

bool WireReader::Next() {
  if (!ok_ || position_ >= bytes_.size()) return false;
  uint64_t tag = 0;
  if (!ReadVarint(&tag)) return Fail();
  if ((tag >> 3) == 0 || (tag >> 3) > 0x1fffffff) return Fail();
  field_ = static_cast<uint32_t>(tag >> 3);
  number_ = 0;
  value_ = {};
  switch (tag & 7) {
    case 0: type_ = Type::kVarint; return ReadVarint(&number_) || Fail();
    case 1: type_ = Type::kFixed64; return ReadFixed(8) || Fail();
    case 2: {
      type_ = Type::kBytes;
      uint64_t size = 0;
      if (!ReadVarint(&size) || size > bytes_.size() - position_) return Fail();
      value_ = bytes_.substr(position_, size);
      position_ += size;
      return true;
    }
    case 5: type_ = Type::kFixed32; return ReadFixed(4) || Fail();
    default: return Fail();  // groups: no field of a model has them
  }
}

}  // namespace millrace
