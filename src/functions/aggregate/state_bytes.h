// SPDX-License-Identifier: Apache-2.0
// State bytes: how accumulators write one slot. Integers are LEB128 varints (zigzag when signed),
// floating point is eight or four little-endian bytes, text is its length and bytes. The encoding
// does not depend on the machine; every state starts with what its class writes first, so a change
// needs a new leading value.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.h"
#include "data/decimal.h"

namespace millrace {

/// Appends an unsigned integer of up to 128 bits.
void PutUnsigned(UInt128 value, std::string* out);
/// False if the bytes end early or the value needs more than 128 bits.
[[nodiscard]] bool GetUnsigned(std::string_view* bytes, UInt128* value);

/// The error of bytes that no Serialize wrote.
[[nodiscard]] std::unexpected<Error> CorruptState(std::string_view aggregate);

template <typename T>
void PutValue(const T& value, std::string* out) {
  if constexpr (std::is_same_v<T, std::string>) {
    PutUnsigned(value.size(), out);
    out->append(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    const Bits bits = std::bit_cast<Bits>(value);
    for (size_t i = 0; i < sizeof(T); ++i) out->push_back(static_cast<char>(bits >> (8 * i)));
  } else if constexpr (std::is_same_v<T, bool> || std::is_unsigned_v<T>) {
    PutUnsigned(value, out);
  } else {
    const Int128 wide = value;
    PutUnsigned((static_cast<UInt128>(wide) << 1) ^ static_cast<UInt128>(wide >> 127), out);
  }
}

template <typename T>
[[nodiscard]] bool GetValue(std::string_view* bytes, T* value) {
  if constexpr (std::is_same_v<T, std::string>) {
    UInt128 size = 0;
    if (!GetUnsigned(bytes, &size) || size > bytes->size()) return false;
    value->assign(bytes->substr(0, static_cast<size_t>(size)));
    bytes->remove_prefix(static_cast<size_t>(size));
    return true;
  } else if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    if (bytes->size() < sizeof(T)) return false;
    Bits bits = 0;
    for (size_t i = 0; i < sizeof(T); ++i) {
      bits |= static_cast<Bits>(static_cast<uint8_t>((*bytes)[i])) << (8 * i);
    }
    *value = std::bit_cast<T>(bits);
    bytes->remove_prefix(sizeof(T));
    return true;
  } else if constexpr (std::is_same_v<T, bool> || std::is_unsigned_v<T>) {
    UInt128 wide = 0;
    if (!GetUnsigned(bytes, &wide)) return false;
    *value = static_cast<T>(wide);
    return true;
  } else {
    UInt128 wide = 0;
    if (!GetUnsigned(bytes, &wide)) return false;
    *value = static_cast<T>(static_cast<Int128>(wide >> 1) ^ -static_cast<Int128>(wide & 1));
    return true;
  }
}

/// Several values at once, in order.
template <typename... T>
void PutValues(std::string* out, const T&... values) {
  (PutValue(values, out), ...);
}
template <typename... T>
[[nodiscard]] bool GetValues(std::string_view* bytes, T*... values) {
  return (GetValue(bytes, values) && ...);
}

}  // namespace millrace
