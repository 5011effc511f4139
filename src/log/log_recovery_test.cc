// SPDX-License-Identifier: Apache-2.0
// Torn tails, flipped bits, missing and misplaced files.
#include <gtest/gtest.h>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/segment/log_recovery.h"
#include "log/segmented_log.h"

namespace millrace {
namespace {

class LogRecoveryTest : public testing::Test {
 protected:
  Result<std::unique_ptr<SegmentedLog>> Open(uint64_t log_id = 7) {
    return SegmentedLog::Open({.disk = &disk_,
                               .clock = &clock_,
                               .scheduler = &scheduler_,
                               .directory = "/log",
                               .log_id = log_id},
                              settings_, true);
  }
  /// Batches of one, two and three records; synced in the middle and at the end.
  void Fill(int batches, size_t payload_bytes = 30) {
    auto log = *Open();
    for (int b = 0; b < batches; ++b) {
      std::vector<std::string> payloads;
      for (int i = 0; i <= b % 3; ++i) {
        payloads.push_back(std::string(payload_bytes, static_cast<char>('a' + b % 26)) +
                           std::to_string(written_.size() + payloads.size()));
      }
      std::vector<LogRecord> batch;
      for (const std::string& payload : payloads) batch.push_back({.payload = payload});
      ASSERT_TRUE(log->Append(batch, nullptr).has_value());
      written_.insert(written_.end(), payloads.begin(), payloads.end());
      ends_.push_back(written_.size());
      if (b == batches / 2) ASSERT_TRUE(log->Sync());
    }
    log.reset();
    clock_.AdvanceMillis(1000);
  }
  /// Empty: reading failed.
  std::optional<std::vector<std::string>> ReadAll(const SegmentedLog& log) {
    std::vector<std::string> payloads;
    for (int64_t at = log.first_offset(); at < log.end_offset();) {
      const auto chunk = log.Read(at, {.bytes_max = 200});
      if (!chunk) {
        last_error_ = chunk.error();
        return std::nullopt;
      }
      for (const LogEntry& entry : chunk->entries) payloads.emplace_back(entry.payload);
      at = chunk->next_offset;
    }
    return payloads;
  }
  std::vector<std::string> Files(const std::string& suffix) {
    std::vector<std::string> paths;
    const auto files = disk_.List("/log", false);
    for (const FileInfo& file : *files) {
      if (file.path.ends_with(suffix)) paths.push_back(file.path);
    }
    return paths;
  }
  void Replace(const std::string& path, const std::string& bytes) {
    auto file = disk_.OpenForAppend(path, std::nullopt);
    ASSERT_TRUE((*file)->Append(bytes) && (*file)->Sync());
  }
  void ExpectRefused(const std::string& part_of_detail) {
    const auto log = Open();
    ASSERT_FALSE(log.has_value());
    EXPECT_EQ(log.error().code, "MR0805");
    EXPECT_NE(log.error().ToString().find(part_of_detail), std::string::npos)
        << log.error().ToString();
  }

  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  SyncScheduler scheduler_{0};
  LogSettings settings_;
  std::vector<std::string> written_;
  std::vector<size_t> ends_;
  Error last_error_;
};

TEST_F(LogRecoveryTest, ATailTornAnywhereLosesOnlyWhatWasNotSynced) {
  {
    auto log = *Open();
    const LogRecord synced{.payload = "synced"};
    ASSERT_TRUE(log->Append({&synced, 1}, nullptr) && log->Sync());
  }
  const std::string path = SegmentPath("/log", 0);
  const size_t safe = disk_.ReadAll(path)->size();
  {
    auto log = *Open();
    for (int b = 0; b < 3; ++b) {
      const std::vector<LogRecord> batch = {{0, "first of two"}, {0, "second of two"}};
      ASSERT_TRUE(log->Append(batch, nullptr));
    }
    const std::string whole = *disk_.ReadAll(path);
    const size_t batch_bytes = (whole.size() - safe) / 3;
    disk_.SetFaults([](auto, const std::string&) -> Status {
      return ExternalError("MR0801", "the machine is off");
    });
    log.reset();
    disk_.SetFaults(nullptr);
    for (size_t size = safe; size <= whole.size(); ++size) {
      for (const std::string& tail : {std::string(), std::string(700, '\0'), std::string("#!x")}) {
        if (!tail.empty() && size == whole.size()) continue;
        Replace(path, whole.substr(0, size) + tail);
        auto opened = Open();
        ASSERT_TRUE(opened.has_value()) << opened.error().ToString();
        const size_t batches = (size - safe) / batch_bytes;
        ASSERT_EQ((*opened)->end_offset(), static_cast<int64_t>(1 + 2 * batches));
        ASSERT_EQ(ReadAll(**opened)->size(), 1 + 2 * batches);
        const bool torn = safe + batches * batch_bytes < size + tail.size();
        ASSERT_EQ((*opened)->statistics().cut_bytes > 0, torn);
        const LogRecord more{.payload = "more"};
        ASSERT_TRUE((*opened)->Append({&more, 1}, nullptr));
      }
    }
  }
}

TEST_F(LogRecoveryTest, EveryFlippedBitIsNoticedOrHarmless) {
  settings_.segment_bytes = 400;
  settings_.index_interval_bytes = 100;
  Fill(12);
  int refused = 0;
  for (const std::string& path : Files("")) {
    const std::string whole = *disk_.ReadAll(path);
    for (size_t at = 0; at < whole.size(); ++at) {
      std::string flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
      Replace(path, flipped);
      auto log = Open();
      if (!log) {
        ASSERT_EQ(log.error().code, "MR0805") << path << " " << at;
        ASSERT_TRUE(path.ends_with(".log"));
        ++refused;
      } else {
        ASSERT_EQ(ReadAll(**log), written_) << path << " " << at;
      }
      if (log) log->reset();
      Replace(path, whole);
      clock_.AdvanceMillis(1);
    }
  }
  EXPECT_GT(refused, 500);
}

TEST_F(LogRecoveryTest, DecayThatLeavesNoTraceOutsideIsFoundByReading) {
  settings_.segment_bytes = 400;
  Fill(12);
  const std::string path = SegmentPath("/log", 0);
  std::string bytes = *disk_.ReadAll(path);
  bytes[150] = static_cast<char>(bytes[150] ^ 4);
  clock_.SetWallMillis(disk_.Stat(path)->value().modified_ms);
  Replace(path, bytes);
  auto log = Open();
  ASSERT_TRUE(log.has_value());
  EXPECT_EQ(ReadAll(**log), std::nullopt);
  EXPECT_EQ(last_error_.code, "MR0805");
  EXPECT_NE(last_error_.ToString().find(path), std::string::npos);
}

TEST_F(LogRecoveryTest, AnAcknowledgedLastRecordIsNotCut) {
  Fill(1);
  const std::string path = SegmentPath("/log", 0);
  std::string bytes = *disk_.ReadAll(path);
  bytes[kSegmentHeaderBytes + kFrameHeaderBytes + 3] ^= 1;
  Replace(path, bytes);
  ExpectRefused("(offset 0, byte 32)");
}

TEST_F(LogRecoveryTest, AHoleInWhatWasNeverSyncedIsCut) {
  auto log = *Open();
  const std::string path = SegmentPath("/log", 0);
  const std::string large(3000, 'x');
  const LogRecord record{.payload = large};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->Append({&record, 1}, nullptr));
  std::string bytes = *disk_.ReadAll(path);
  disk_.SetFaults([](auto, const std::string&) -> Status {
    return ExternalError("MR0801", "the machine is off");
  });
  log.reset();
  disk_.SetFaults(nullptr);
  // The second record's pages were not written, the third's were.
  bytes.replace(3584, 1024, 1024, '\0');
  Replace(path, bytes);
  auto opened = Open();
  ASSERT_TRUE(opened.has_value()) << opened.error().ToString();
  EXPECT_EQ((*opened)->end_offset(), 1);
}

TEST_F(LogRecoveryTest, WithoutAHoleWholeRecordsBehindSpeakAgainstCutting) {
  auto log = *Open();
  const LogRecord record{.payload = "one of three"};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->Append({&record, 1}, nullptr));
  const std::string path = SegmentPath("/log", 0);
  std::string bytes = *disk_.ReadAll(path);
  disk_.SetFaults([](auto, const std::string&) -> Status {
    return ExternalError("MR0801", "the machine is off");
  });
  log.reset();
  disk_.SetFaults(nullptr);
  bytes[bytes.find("one of three")] ^= 1;
  Replace(path, bytes);
  ExpectRefused("but there are some behind it");
}

TEST_F(LogRecoveryTest, ASyncedHoleIsRefused) {
  Fill(5, 3000);
  const std::string path = SegmentPath("/log", 0);
  std::string bytes = *disk_.ReadAll(path);
  bytes.replace(3584, 1024, 1024, '\0');
  Replace(path, bytes);
  ExpectRefused("but there are some behind it");
}

TEST_F(LogRecoveryTest, MissingSegmentsAreNoticed) {
  settings_.segment_bytes = 300;
  Fill(12);
  const auto logs = Files(".log");
  ASSERT_GE(logs.size(), 4u);
  const std::string middle = *disk_.ReadAll(logs[1]);
  ASSERT_TRUE(disk_.Remove(logs[1]));
  ExpectRefused("missing");
  Replace(logs[1], middle);
  EXPECT_TRUE(Open().has_value());
  ASSERT_TRUE(disk_.Remove(logs.back()));
  ExpectRefused("a segment that should follow is missing");
  for (const std::string& path : logs) ASSERT_TRUE(disk_.Remove(path));
  ExpectRefused("missing");
}

TEST_F(LogRecoveryTest, SegmentsOfElsewhereAreRefused) {
  settings_.segment_bytes = 300;
  Fill(12);
  EXPECT_EQ(Open(/*log_id=*/8).error().code, "MR0805");
  const auto logs = Files(".log");
  const std::string first = *disk_.ReadAll(logs[0]);
  const std::string second = *disk_.ReadAll(logs[1]);
  Replace(logs[1], first);
  ExpectRefused("belongs to another log or place");
  // Only the data lies in the wrong place.
  Replace(logs[1], second.substr(0, kSegmentHeaderBytes) + first.substr(kSegmentHeaderBytes));
  ExpectRefused("no whole record");
  std::string newer = second;
  newer[7] = 2;
  Replace(logs[1], newer);
  EXPECT_EQ(Open().error().code, "MR0805");
}

TEST_F(LogRecoveryTest, FramesValidateOnlyInTheirPlace) {
  std::string bytes;
  const FrameCodec codec({.log_id = 1, .base_offset = 100});
  codec.Append({.offset = 105, .timestamp = 3, .payload = "payload"}, &bytes);
  Frame frame;
  size_t size = 0;
  EXPECT_EQ(codec.Parse(bytes, &frame, &size), FrameCheck::kValid);
  EXPECT_EQ(frame.offset, 105);
  EXPECT_EQ(size, bytes.size());
  EXPECT_EQ(codec.Parse(bytes.substr(0, 30), &frame, &size), FrameCheck::kIncomplete);
  EXPECT_EQ(FrameCodec({.log_id = 2, .base_offset = 100}).Parse(bytes, &frame, &size),
            FrameCheck::kBroken);
  EXPECT_EQ(FrameCodec({.log_id = 1, .base_offset = 101}).Parse(bytes, &frame, &size),
            FrameCheck::kBroken);
}

TEST_F(LogRecoveryTest, AnOperatorMaySkipDamage) {
  settings_.segment_bytes = 600;
  Fill(20);
  const auto logs = Files(".log");
  const int64_t sealed_lost = 3;  // in the first segment
  std::string first = *disk_.ReadAll(logs[0]);
  const size_t at = first.find(written_[sealed_lost]);
  ASSERT_NE(at, std::string::npos);
  first[at] ^= 1;
  Replace(logs[0], first);
  std::string last = *disk_.ReadAll(logs.back());
  const size_t last_frame = last.find(written_.back());
  ASSERT_NE(last_frame, std::string::npos);
  last[last_frame] ^= 1;
  Replace(logs.back(), last);
  ExpectRefused("no whole record");
  settings_.damage = DamagePolicy::kSkip;
  auto log = Open();
  ASSERT_TRUE(log.has_value()) << log.error().ToString();
  EXPECT_EQ((*log)->statistics().damaged_places, 2u);
  std::vector<std::string> expected = written_;
  expected.erase(expected.begin() + sealed_lost);
  expected.pop_back();
  EXPECT_EQ(ReadAll(**log), expected);
  EXPECT_EQ((*log)->end_offset(), static_cast<int64_t>(written_.size()));
  const LogRecord more{.payload = "more"};
  EXPECT_EQ(*(*log)->Append({&more, 1}, nullptr), static_cast<int64_t>(written_.size()));
  expected.push_back("more");
  EXPECT_EQ(ReadAll(**log), expected);
}

TEST_F(LogRecoveryTest, AnExistingLogMustHaveItsSegments) {
  ASSERT_TRUE(disk_.CreateDirectories("/log"));
  const auto log = SegmentedLog::Open(
      {.disk = &disk_, .clock = &clock_, .scheduler = &scheduler_, .directory = "/log"}, settings_,
      /*create=*/false);
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().code, "MR0805");
}

}  // namespace
}  // namespace millrace
