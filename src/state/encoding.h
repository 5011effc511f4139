// SPDX-License-Identifier: Apache-2.0
// Encoding of state keys and values: integers as big-endian bytes whose order is that of the values
// (so a store sorted by bytes is sorted by time), and lengths as LEB128 varints. Version-stable.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

inline void PutOrdered(int64_t value, std::string* out) {
  const uint64_t bits = static_cast<uint64_t>(value) ^ (uint64_t{1} << 63);
  const uint64_t big_endian = __builtin_bswap64(bits);
  out->append(reinterpret_cast<const char*>(&big_endian), sizeof big_endian);
}

[[nodiscard]] inline bool GetOrdered(std::string_view* bytes, int64_t* value) {
  if (bytes->size() < 8) return false;
  uint64_t bits = 0;
  std::memcpy(&bits, bytes->data(), sizeof bits);
  bytes->remove_prefix(8);
  *value = static_cast<int64_t>(__builtin_bswap64(bits) ^ (uint64_t{1} << 63));
  return true;
}

inline void PutVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

/// Of a varint, or of the length in front of bytes.
inline constexpr size_t kVarintBytesMax = 10;

/// Returns where it ends.
inline char* PutVarint(uint64_t value, char* out) {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
  *out++ = static_cast<char>(value);
  return out;
}

[[nodiscard]] inline bool GetVarint(std::string_view* bytes, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && !bytes->empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    *value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

/// Numbers near zero as small ones without a sign.
inline uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}

inline int64_t FromZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

/// A length and the bytes.
inline void PutBytes(std::string_view value, std::string* out) {
  PutVarint(value.size(), out);
  out->append(value);
}

[[nodiscard]] inline bool GetBytes(std::string_view* bytes, std::string_view* value) {
  uint64_t size = 0;
  if (!GetVarint(bytes, &size) || size > bytes->size()) return false;
  *value = bytes->substr(0, static_cast<size_t>(size));
  bytes->remove_prefix(static_cast<size_t>(size));
  return true;
}

/// The error of state bytes that this version did not write.
[[nodiscard]] inline std::unexpected<Error> CorruptStateEntry(std::string_view table) {
  return InternalError("the state of '" + std::string(table) + "' cannot be read");
}

}  // namespace millrace
