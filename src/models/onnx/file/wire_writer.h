// SPDX-License-Identifier: Apache-2.0
// Writing protobuf messages field by field: what WireReader reads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

inline void PutWireVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) out->push_back(static_cast<char>(value | 0x80));
  out->push_back(static_cast<char>(value));
}
inline void PutWireNumber(uint32_t field, uint64_t value, std::string* out) {
  PutWireVarint(uint64_t{field} << 3, out);
  PutWireVarint(value, out);
}
inline void PutWireBytes(uint32_t field, std::string_view bytes, std::string* out) {
  PutWireVarint(uint64_t{field} << 3 | 2, out);
  PutWireVarint(bytes.size(), out);
  out->append(bytes);
}

}  // namespace millrace
