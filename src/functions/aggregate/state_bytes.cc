// SPDX-License-Identifier: Apache-2.0
#include "functions/aggregate/state_bytes.h"

namespace millrace {

void PutUnsigned(UInt128 value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(0x80 | static_cast<uint8_t>(value & 0x7F)));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

bool GetUnsigned(std::string_view* bytes, UInt128* value) {
  UInt128 result = 0;
  for (int shift = 0; shift < 128; shift += 7) {
    if (bytes->empty()) return false;
    const auto byte = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    result |= static_cast<UInt128>(byte & 0x7F) << shift;
    if (byte < 0x80) {
      *value = result;
      return true;
    }
  }
  return false;
}

std::unexpected<Error> CorruptState(std::string_view aggregate) {
  return InternalError("the stored state of " + std::string(aggregate) + " cannot be read");
}

}  // namespace millrace
