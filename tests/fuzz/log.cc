// SPDX-License-Identifier: Apache-2.0
// The log on any bytes as its last segment: it opens and can be read, or refuses with MR0805; what
// it opened stays as it is when opened again, and takes an append. The first byte chooses: raw
// bytes behind a sound header, or frames made of the input (so that the checksums are right), of
// which one byte may be spoilt.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/segment/log_recovery.h"
#include "log/segmented_log.h"
#include "log/topic/identity_window.h"
#include "log/topic/topic_record.h"

namespace millrace {
namespace {

constexpr uint64_t kLogId = 7;

/// Frames whose kinds, flags, offsets and payloads the input says.
std::string MakeFrames(std::string_view input) {
  const FrameCodec codec({.log_id = kLogId, .base_offset = 0});
  std::string bytes;
  int64_t next = 0;
  while (input.size() >= 2) {
    const uint8_t what = static_cast<uint8_t>(input[0]);
    const size_t size = std::min<size_t>(static_cast<uint8_t>(input[1]), input.size() - 2);
    const bool mark = what % 4 == 3;
    const int64_t offset = what >= 0xf0 ? next + what - 0xf0 : next;
    codec.Append({.kind = mark ? FrameKind::kMark : FrameKind::kRecord,
                  .ends_batch = (what & 4) == 0,
                  .offset = offset,
                  .timestamp = mark ? next - what % 16 : what,
                  .payload = input.substr(2, size)},
                 &bytes);
    if (!mark) next = offset + 1;
    input.remove_prefix(2 + size);
  }
  return bytes;
}

std::string MakeSegment(std::string_view input) {
  const uint8_t mode = static_cast<uint8_t>(input[0]);
  const uint8_t place = static_cast<uint8_t>(input[1]);
  input.remove_prefix(2);
  std::string bytes = EncodeSegmentHeader({.log_id = kLogId, .base_offset = 0});
  if (mode % 4 == 0) return std::string(input);
  if (mode % 4 == 1) return bytes.append(input);
  bytes += MakeFrames(input);
  if (mode % 4 == 3) bytes[place % bytes.size()] ^= static_cast<char>(1 << mode / 32);
  return bytes;
}

int64_t ReadAll(const SegmentedLog& log) {
  int64_t records = 0;
  int64_t at = log.first_offset();
  while (at < log.end_offset()) {
    const auto chunk = log.Read(at, {.bytes_max = 100});
    if (!chunk) {
      CHECK_EQ(chunk.error().code, "MR0805");
      break;
    }
    CHECK_GT(chunk->next_offset, at);
    records += static_cast<int64_t>(chunk->entries.size());
    at = chunk->next_offset;
  }
  return records;
}

void OpenAndUse(const std::string& segment, DamagePolicy damage) {
  SimulatedClock clock;
  SimulatedDisk disk(&clock);
  SyncScheduler scheduler(0);
  CHECK(disk.CreateDirectories("/log"));
  auto file = disk.OpenForAppend(SegmentPath("/log", 0), std::nullopt);
  CHECK((*file)->Append(segment));
  const LogHome home{.disk = &disk,
                     .clock = &clock,
                     .scheduler = &scheduler,
                     .directory = "/log",
                     .log_id = kLogId};
  auto log = SegmentedLog::Open(home, {.damage = damage}, true);
  if (!log) {
    CHECK_EQ(log.error().code, "MR0805");
    return;
  }
  const int64_t records = ReadAll(**log);
  const int64_t end = (*log)->end_offset();
  const LogRecord record{.payload = "more"};
  CHECK_EQ(*(*log)->Append({&record, 1}, nullptr), end);
  (void)(*log)->OffsetForTime(3);
  log->reset();
  log = SegmentedLog::Open(home, {.damage = damage}, true);
  CHECK(log.has_value());
  CHECK_EQ((*log)->end_offset(), end + 1);
  CHECK_EQ(ReadAll(**log), records + 1);
}

}  // namespace
}  // namespace millrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace millrace;
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string segment = MakeSegment(input);
  OpenAndUse(segment, DamagePolicy::kRefuse);
  OpenAndUse(segment, DamagePolicy::kSkip);
  TopicRecordView record;
  BatchIdentity identity;
  if (DecodeTopicRecord(input, &record, &identity)) {
    for (const TopicHeaderView& header : record.headers) CHECK(header.name.size() < size);
  }
  (void)DecodeSegmentIndex(input, {});
  IdentityWindow window(10);
  (void)window.Decode(input, 0);
  return 0;
}
