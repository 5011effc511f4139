// SPDX-License-Identifier: Apache-2.0
#include "log/segment/frame.h"

#include "log/segment/byte_order.h"
#include "log/segment/crc32c.h"

namespace millrace {
namespace {

constexpr std::string_view kMagic = "MRLOG\r\n";  // and one byte of version
constexpr char kVersion = 1;
constexpr uint8_t kEndsBatch = 1;

// Header of a frame.
constexpr size_t kAtChecksum = 0;
constexpr size_t kAtLength = 4;
constexpr size_t kAtDelta = 8;
constexpr size_t kAtKind = 12;
constexpr size_t kAtFlags = 13;
constexpr size_t kAtReserved = 14;
constexpr size_t kAtTimestamp = 16;

}  // namespace

std::string EncodeSegmentHeader(const SegmentIdentity& identity) {
  std::string header(kMagic);
  header += kVersion;
  AppendLittle(identity.base_offset, &header);
  AppendLittle(identity.log_id, &header);
  AppendLittle(uint32_t{0}, &header);
  AppendLittle(Crc32c(header), &header);
  return header;
}

SegmentHeaderCheck CheckSegmentHeader(std::string_view bytes, const SegmentIdentity& identity) {
  if (bytes.size() < kSegmentHeaderBytes) return SegmentHeaderCheck::kBroken;
  bytes = bytes.substr(0, kSegmentHeaderBytes);
  const std::string expected = EncodeSegmentHeader(identity);
  if (bytes == expected) return SegmentHeaderCheck::kValid;
  if (!bytes.starts_with(kMagic)) return SegmentHeaderCheck::kBroken;
  const size_t covered = kSegmentHeaderBytes - sizeof(uint32_t);
  if (LoadLittle<uint32_t>(bytes.data() + covered) != Crc32c(bytes.substr(0, covered))) {
    return SegmentHeaderCheck::kBroken;
  }
  return bytes[kMagic.size()] == kVersion ? SegmentHeaderCheck::kForeign
                                          : SegmentHeaderCheck::kNewer;
}

FrameCodec::FrameCodec(const SegmentIdentity& identity) : identity_(identity) {
  std::string seed;
  AppendLittle(identity.log_id, &seed);
  AppendLittle(identity.base_offset, &seed);
  seed_ = Crc32c(seed);
}

uint32_t FrameCodec::Checksum(int64_t offset, std::string_view covered) const {
  char seed[sizeof offset];
  StoreLittle(offset, seed);
  return ExtendCrc32c(ExtendCrc32c(seed_, {seed, sizeof seed}), covered);
}

void FrameCodec::Append(const Frame& frame, std::string* out) const {
  AppendHeader(frame, out);
  out->append(frame.payload);
  for (const std::string_view part : frame.rest) out->append(part);
}

void FrameCodec::AppendHeader(const Frame& frame, std::string* out) const {
  char header[kFrameHeaderBytes] = {};
  StoreLittle(static_cast<uint32_t>(frame.payload_size()), header + kAtLength);
  StoreLittle(static_cast<uint32_t>(frame.offset - identity_.base_offset), header + kAtDelta);
  StoreLittle(static_cast<uint8_t>(frame.kind), header + kAtKind);
  StoreLittle(frame.ends_batch ? kEndsBatch : uint8_t{0}, header + kAtFlags);
  StoreLittle(frame.timestamp, header + kAtTimestamp);
  uint32_t checksum = Checksum(frame.offset, {header + kAtLength, sizeof header - kAtLength});
  checksum = ExtendCrc32c(checksum, frame.payload);
  for (const std::string_view part : frame.rest) checksum = ExtendCrc32c(checksum, part);
  StoreLittle(checksum, header + kAtChecksum);
  out->append(header, sizeof header);
}

FrameCheck FrameCodec::Parse(std::string_view bytes, Frame* frame, size_t* size) const {
  *size = kFrameHeaderBytes;
  if (bytes.size() < kFrameHeaderBytes) return FrameCheck::kIncomplete;
  const char* header = bytes.data();
  const auto kind = LoadLittle<uint8_t>(header + kAtKind);
  const auto flags = LoadLittle<uint8_t>(header + kAtFlags);
  const bool known_kind = kind == static_cast<uint8_t>(FrameKind::kRecord) ||
                          kind == static_cast<uint8_t>(FrameKind::kMark);
  if (!known_kind || (flags & ~kEndsBatch) != 0 ||
      LoadLittle<uint16_t>(header + kAtReserved) != 0) {
    return FrameCheck::kBroken;
  }
  *size = static_cast<size_t>(ClaimedFrameSize(bytes));
  if (bytes.size() < *size) return FrameCheck::kIncomplete;
  const int64_t offset = ClaimedOffset(bytes);
  const std::string_view covered = bytes.substr(kAtLength, *size - kAtLength);
  if (LoadLittle<uint32_t>(header + kAtChecksum) != Checksum(offset, covered)) {
    return FrameCheck::kBroken;
  }
  *frame = {.kind = static_cast<FrameKind>(kind),
            .ends_batch = (flags & kEndsBatch) != 0,
            .offset = offset,
            .timestamp = LoadLittle<int64_t>(header + kAtTimestamp),
            .payload = bytes.substr(kFrameHeaderBytes, *size - kFrameHeaderBytes)};
  return FrameCheck::kValid;
}

int64_t FrameCodec::ClaimedOffset(std::string_view header) const {
  return identity_.base_offset + LoadLittle<uint32_t>(header.data() + kAtDelta);
}

uint64_t ClaimedFrameSize(std::string_view header) {
  return kFrameHeaderBytes + uint64_t{LoadLittle<uint32_t>(header.data() + kAtLength)};
}

}  // namespace millrace
