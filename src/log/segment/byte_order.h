// SPDX-License-Identifier: Apache-2.0
// Integers as the files of the log hold them: little-endian, unaligned.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>
#include <string>
#include <string_view>

namespace millrace {

static_assert(std::endian::native == std::endian::little, "the log writes integers as they lie");

template <std::integral T>
T LoadLittle(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

template <std::integral T>
void StoreLittle(T value, char* bytes) {
  std::memcpy(bytes, &value, sizeof value);
}

template <std::integral T>
void AppendLittle(T value, std::string* out) {
  char bytes[sizeof value];
  StoreLittle(value, bytes);
  out->append(bytes, sizeof bytes);
}

/// Takes an integer from the front of `bytes`; false if there are too few.
template <std::integral T>
bool TakeLittle(std::string_view* bytes, T* value) {
  if (bytes->size() < sizeof *value) return false;
  *value = LoadLittle<T>(bytes->data());
  bytes->remove_prefix(sizeof *value);
  return true;
}

}  // namespace millrace
