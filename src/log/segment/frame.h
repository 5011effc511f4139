// SPDX-License-Identifier: Apache-2.0
// Frames: the bytes of a segment (docs/internals/log-format.md).
//
// A checksum is seeded with the log's id, the segment's base offset and the frame's offset, so a
// block that belongs elsewhere, or was left by a file that lay here before, never validates. Marks
// are frames without a record: they say up to which offset everything had been synced when they
// were written, which is how recovery tells a torn tail from damage.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

inline constexpr size_t kSegmentHeaderBytes = 32;
inline constexpr size_t kFrameHeaderBytes = 24;

/// Which segment of which log.
struct SegmentIdentity {
  uint64_t log_id = 0;
  int64_t base_offset = 0;
};

std::string EncodeSegmentHeader(const SegmentIdentity& identity);

enum class SegmentHeaderCheck { kValid, kBroken, kForeign, kNewer };
/// kForeign: a sound header of another log or segment. kNewer: of a later version of the format.
SegmentHeaderCheck CheckSegmentHeader(std::string_view bytes, const SegmentIdentity& identity);

enum class FrameKind : uint8_t { kRecord = 1, kMark = 2 };

struct Frame {
  FrameKind kind = FrameKind::kRecord;
  bool ends_batch = false;
  int64_t offset = 0;     // mark: of the record that comes next
  int64_t timestamp = 0;  // mark: everything below this offset was synced
  std::string_view payload;
  std::span<const std::string_view> rest = {};  // goes on with the payload; empty when parsed

  size_t payload_size() const {
    size_t size = payload.size();
    for (const std::string_view part : rest) size += part.size();
    return size;
  }
  size_t size() const { return kFrameHeaderBytes + payload_size(); }
};

enum class FrameCheck { kValid, kIncomplete, kBroken };

/// Encodes and checks the frames of one segment. Immutable.
class FrameCodec {
 public:
  explicit FrameCodec(const SegmentIdentity& identity);

  void Append(const Frame& frame, std::string* out) const;
  /// What stands in front of the frame's payload.
  void AppendHeader(const Frame& frame, std::string* out) const;
  /// Reads the frame at the front of `bytes`; the payload is a view. kIncomplete: it is longer than
  /// `bytes` (*size says how long, if the header is there; nothing was checked then).
  FrameCheck Parse(std::string_view bytes, Frame* frame, size_t* size) const;
  /// The offset that the frame's header claims and its size, unchecked.
  int64_t ClaimedOffset(std::string_view header) const;
  const SegmentIdentity& identity() const { return identity_; }

 private:
  uint32_t Checksum(int64_t offset, std::string_view covered) const;

  SegmentIdentity identity_;
  uint32_t seed_;
};

/// The size of the whole frame that the header claims, unchecked.
uint64_t ClaimedFrameSize(std::string_view header);

}  // namespace millrace
