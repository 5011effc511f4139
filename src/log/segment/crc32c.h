// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli), by the processor's instruction where it has one.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace {

/// The checksum of what `crc` is the checksum of, followed by `bytes`; 0 stands for nothing.
uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes);

inline uint32_t Crc32c(std::string_view bytes) { return ExtendCrc32c(0, bytes); }

/// The same without the instruction, for the test that compares both.
uint32_t ExtendCrc32cPortable(uint32_t crc, std::string_view bytes);

}  // namespace millrace
