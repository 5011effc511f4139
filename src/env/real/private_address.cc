// SPDX-License-Identifier: Apache-2.0
#include "env/real/private_address.h"

#include <netinet/in.h>

#include <cstdint>
#include <cstring>

namespace millrace {
namespace {

struct Range {
  uint32_t network;
  int bits;
};

constexpr Range kPrivateRanges[] = {
    {0x00000000, 8},   // this network
    {0x0A000000, 8},   // 10/8
    {0x64400000, 10},  // 100.64/10, shared
    {0x7F000000, 8},   // loopback
    {0xA9FE0000, 16},  // link-local, cloud metadata
    {0xAC100000, 12},  // 172.16/12
    {0xC0000000, 24},  // IETF assignments
    {0xC0A80000, 16},  // 192.168/16
    {0xC6120000, 15},  // benchmarking
    {0xE0000000, 3},   // multicast, reserved, broadcast
};

bool IsPrivateV4(uint32_t address) {
  for (const Range& range : kPrivateRanges) {
    if ((address ^ range.network) >> (32 - range.bits) == 0) return true;
  }
  return false;
}

uint32_t ReadV4(const uint8_t* bytes) {
  return static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
         static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
}

bool IsPrivateV6(const uint8_t* bytes) {
  constexpr uint8_t kZeros[12] = {};
  constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  constexpr uint8_t kNat64[12] = {0x00, 0x64, 0xFF, 0x9B};
  if (std::memcmp(bytes, kZeros, 12) == 0) return true;  // unspecified, loopback, compatible
  if (std::memcmp(bytes, kMapped, 12) == 0 || std::memcmp(bytes, kNat64, 12) == 0) {
    return IsPrivateV4(ReadV4(bytes + 12));
  }
  if (bytes[0] == 0x20 && bytes[1] == 0x02) return IsPrivateV4(ReadV4(bytes + 2));  // 6to4
  const bool link_or_site_local = bytes[0] == 0xFE && bytes[1] >= 0x80;
  return bytes[0] == 0xFF || link_or_site_local || (bytes[0] & 0xFE) == 0xFC;
}

}  // namespace

bool IsPrivateAddress(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    return IsPrivateV4(ntohl(v4.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address, sizeof v6);
    return IsPrivateV6(v6.sin6_addr.s6_addr);
  }
  return true;
}

}  // namespace millrace
