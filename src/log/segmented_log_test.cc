// SPDX-License-Identifier: Apache-2.0
// Appending, reading, rolling, retention, times, full disks and failed syncs.
#include "log/segmented_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/segment/log_recovery.h"

namespace millrace {
namespace {

using Operation = SimulatedDisk::Operation;

class SegmentedLogTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(disk_.CreateDirectories("/d") && disk_.SyncDirectory("/")); }

  LogHome Home() {
    return {.disk = &disk_,
            .clock = &clock_,
            .scheduler = &scheduler_,
            .directory = "/d/log",
            .log_id = 7};
  }
  void Open() {
    log_.reset();
    auto log = SegmentedLog::Open(Home(), settings_, true);
    ASSERT_TRUE(log.has_value()) << log.error().ToString();
    log_ = *std::move(log);
  }
  Result<int64_t> Append(const std::string& payload, int64_t timestamp = 0,
                         SegmentedLog::Callback callback = nullptr) {
    const LogRecord record{.timestamp_ms = timestamp, .payload = payload};
    return log_->Append({&record, 1}, std::move(callback));
  }
  std::vector<std::string> ReadAll(const SegmentedLog& log, uint64_t bytes_max = 100) {
    std::vector<std::string> payloads;
    int64_t at = log.first_offset();
    while (at < log.end_offset()) {
      auto chunk = log.Read(at, {.bytes_max = bytes_max});
      EXPECT_TRUE(chunk.has_value()) << chunk.error().ToString();
      if (!chunk || chunk->entries.empty()) break;
      for (const LogEntry& entry : chunk->entries) {
        EXPECT_EQ(entry.offset, at++);
        payloads.emplace_back(entry.payload);
      }
      EXPECT_EQ(chunk->next_offset, at);
    }
    return payloads;
  }
  std::vector<std::string> SegmentNames() {
    std::vector<std::string> names;
    const auto files = disk_.List("/d/log", false);
    for (const FileInfo& file : *files) {
      if (file.path.ends_with(".log")) names.push_back(file.path);
    }
    return names;
  }

  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  SyncScheduler scheduler_{0};
  LogSettings settings_;
  std::unique_ptr<SegmentedLog> log_;
};

TEST_F(SegmentedLogTest, ReadsWhatWasAppended) {
  Open();
  EXPECT_EQ(*Append("a"), 0);
  const std::vector<LogRecord> batch = {{1, "b"}, {2, ""}, {3, std::string_view("c\0d", 3)}};
  EXPECT_EQ(*log_->Append(batch, nullptr), 1);
  EXPECT_EQ(ReadAll(*log_), (std::vector<std::string>{"a", "b", "", std::string("c\0d", 3)}));
  const auto end = log_->Read(4, {});
  ASSERT_TRUE(end.has_value());
  EXPECT_TRUE(end->entries.empty());
  EXPECT_EQ(end->next_offset, 4);
  EXPECT_EQ(log_->Read(5, {}).error().code, "MR0806");
  EXPECT_EQ(log_->Read(-1, {}).error().code, "MR0806");
  const auto limited = log_->Read(0, {.records_max = 2});
  EXPECT_EQ(limited->entries.size(), 2u);
  EXPECT_EQ(limited->next_offset, 2);
}

TEST_F(SegmentedLogTest, ALargeRecordComesThroughSmallLimits) {
  Open();
  const std::string large(300'000, 'x');
  ASSERT_TRUE(Append("a") && Append(large) && Append("b"));
  EXPECT_EQ(ReadAll(*log_, 1), (std::vector<std::string>{"a", large, "b"}));
  settings_.record_bytes_max = 10;
  Open();
  EXPECT_EQ(Append("12345678901").error().code, "MR0809");
}

TEST_F(SegmentedLogTest, CallsBackWhenDurableAndNotBefore) {
  Open();
  int called = 0;
  ASSERT_TRUE(Append("a", 0, [&](const Status& status) { called += status ? 1 : 100; }));
  ASSERT_TRUE(Append("b"));
  EXPECT_EQ(called, 0);
  EXPECT_EQ(log_->durable_end(), 0);
  EXPECT_EQ(log_->end_offset(), 2);
  ASSERT_TRUE(log_->Sync());
  EXPECT_EQ(called, 1);
  EXPECT_EQ(log_->durable_end(), 2);
  EXPECT_EQ(log_->statistics().unsynced_bytes, 0u);
  log_->WhenDurable(1, [&](const Status&) { ++called; });
  ASSERT_TRUE(log_->Sync());
  EXPECT_EQ(called, 2);
}

TEST_F(SegmentedLogTest, GoesOnAfterReopening) {
  settings_.segment_bytes = 200;
  std::vector<std::string> expected;
  for (int i = 0; i < 40; ++i) {
    Open();
    expected.push_back("record " + std::to_string(i));
    ASSERT_EQ(*Append(expected.back()), i);
    EXPECT_EQ(ReadAll(*log_), expected);
  }
  EXPECT_GT(SegmentNames().size(), 5u);
}

TEST_F(SegmentedLogTest, RollsBySizeAndAge) {
  settings_.segment_bytes = 1000;
  settings_.segment_ms = 60'000;
  Open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Append(std::string(400, 'x')));
  EXPECT_EQ(SegmentNames().size(), 5u);
  EXPECT_EQ(log_->durable_end(), 8);  // a full segment is synced before the next begins
  clock_.AdvanceMillis(60'000);
  ASSERT_TRUE(Append("y"));
  EXPECT_EQ(SegmentNames().size(), 6u);
  clock_.AdvanceMillis(60'000);
  ASSERT_TRUE(log_->Maintain());
  EXPECT_EQ(SegmentNames().size(), 7u);
  clock_.AdvanceMillis(60'000);
  ASSERT_TRUE(log_->Maintain());  // an empty segment does not age
  EXPECT_EQ(SegmentNames().size(), 7u);
  EXPECT_EQ(ReadAll(*log_, 500).size(), 11u);
}

TEST_F(SegmentedLogTest, RetentionBySizeTakesWholeSegmentsOnly) {
  settings_.segment_bytes = 1000;
  settings_.retention_bytes = 3000;
  Open();
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(Append(std::string(400, 'x')));
  const LogStatistics statistics = log_->statistics();
  EXPECT_GE(statistics.bytes, 3000u);
  EXPECT_LT(statistics.bytes, 5000u);
  EXPECT_EQ(log_->first_offset() % 2, 0);
  EXPECT_GT(log_->first_offset(), 20);
  EXPECT_EQ(log_->Read(0, {}).error().code, "MR0806");
  EXPECT_EQ(ReadAll(*log_).size(), static_cast<size_t>(40 - log_->first_offset()));
  const int64_t first = log_->first_offset();
  Open();
  EXPECT_EQ(log_->first_offset(), first);
  EXPECT_EQ(log_->end_offset(), 40);
}

TEST_F(SegmentedLogTest, RetentionThatIsSetLaterMakesSegmentsSmallEnough) {
  settings_.segment_bytes = 64 << 20;
  Open();
  ASSERT_TRUE(Append("in the first segment"));
  log_->SetRetention({.bytes = 4 << 20});
  for (int i = 0; i < 160; ++i) ASSERT_TRUE(Append(std::string(100'000, 'x')));
  EXPECT_GE(log_->statistics().bytes, 4u << 20);
  EXPECT_LT(log_->statistics().bytes, 5u << 20);
  // By time, what was written last goes as well once it is older than that.
  log_->SetRetention({.ms = 80'000});
  clock_.AdvanceMillis(10'000);
  ASSERT_TRUE(log_->Maintain());
  clock_.AdvanceMillis(80'001);
  ASSERT_TRUE(log_->Maintain());
  EXPECT_EQ(log_->first_offset(), 161);
  log_->SetRetention({});
  ASSERT_TRUE(Append("stays"));
  clock_.AdvanceMillis(1'000'000'000);
  ASSERT_TRUE(log_->Maintain());
  ASSERT_TRUE(log_->Maintain());
  EXPECT_EQ(log_->first_offset(), 161);
}

TEST_F(SegmentedLogTest, RetentionByTimeGoesByTheTimeOfWriting) {
  settings_.segment_bytes = 100;
  settings_.retention_ms = 10'000;
  Open();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(Append(std::string(80, 'x'), /*timestamp=*/-1'000'000));
    clock_.AdvanceMillis(1000);
  }
  EXPECT_EQ(log_->first_offset(), 0);
  clock_.AdvanceMillis(8000);
  ASSERT_TRUE(log_->Maintain());
  EXPECT_EQ(log_->first_offset(), 3);
  clock_.AdvanceMillis(1'000'000);
  ASSERT_TRUE(log_->Maintain());
  EXPECT_EQ(log_->first_offset(), 4);  // never the active one
  EXPECT_EQ(ReadAll(*log_).size(), 1u);
}

TEST_F(SegmentedLogTest, DeletesBeforeAnOffset) {
  settings_.segment_bytes = 100;
  Open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Append(std::string(80, 'x')));
  ASSERT_TRUE(log_->DeleteBefore(4));
  EXPECT_EQ(log_->first_offset(), 4);
  ASSERT_TRUE(log_->DeleteBefore(100));
  EXPECT_EQ(log_->first_offset(), 9);
}

TEST_F(SegmentedLogTest, FindsTimes) {
  settings_.segment_bytes = 2000;
  settings_.index_interval_bytes = 150;
  Open();
  EXPECT_EQ(*log_->OffsetForTime(0), std::nullopt);
  // Times that go back now and then.
  std::vector<int64_t> times;
  for (int64_t i = 0; i < 200; ++i) {
    times.push_back(i % 7 == 3 ? i * 10 - 500 : i * 10);
    ASSERT_TRUE(Append("record", times.back()));
  }
  for (int round = 0; round < 2; ++round) {
    for (int64_t wanted = -600; wanted < 2100; wanted += 7) {
      const auto found = std::ranges::find_if(times, [&](int64_t t) { return t >= wanted; });
      std::optional<int64_t> expected;
      if (found != times.end()) expected = found - times.begin();
      ASSERT_EQ(*log_->OffsetForTime(wanted), expected) << wanted;
    }
    Open();
  }
}

TEST_F(SegmentedLogTest, AnyTimestampIsTaken) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kGreatest = std::numeric_limits<int64_t>::max();
  settings_.segment_bytes = 100;
  settings_.retention_ms = 1000;
  Open();
  for (const int64_t time : {kLeast, int64_t{-1}, int64_t{0}, kGreatest}) {
    ASSERT_TRUE(Append(std::string(60, 'x'), time));
  }
  EXPECT_EQ(*log_->OffsetForTime(kLeast), 0);
  EXPECT_EQ(*log_->OffsetForTime(kLeast + 1), 1);
  EXPECT_EQ(*log_->OffsetForTime(kGreatest), 3);
  Open();
  EXPECT_EQ(log_->Read(0, {})->entries[0].timestamp_ms, kLeast);
  clock_.AdvanceMillis(5000);
  ASSERT_TRUE(log_->Maintain());  // a time far in the future holds nothing
  EXPECT_EQ(log_->first_offset(), 3);
}

TEST_F(SegmentedLogTest, AFullDiskAtTheStartIsSaid) {
  disk_.SetCapacity(10);
  const auto log = SegmentedLog::Open(Home(), settings_, true);
  ASSERT_FALSE(log.has_value());
  EXPECT_EQ(log.error().code, "MR0802");
  disk_.SetCapacity(UINT64_MAX);
  Open();
  EXPECT_EQ(*Append("a"), 0);
}

TEST_F(SegmentedLogTest, IndexesAreRebuiltWhenMissingOrWrong) {
  settings_.segment_bytes = 500;
  settings_.index_interval_bytes = 100;
  Open();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Append("record " + std::to_string(i), i));
  ASSERT_TRUE(log_->Sync());
  const auto expected = ReadAll(*log_);
  log_.reset();
  const std::string path = IndexPath("/d/log", 0);
  const std::string whole = *disk_.ReadAll(path);
  for (const std::string& bytes : {whole.substr(0, whole.size() / 2), std::string(),
                                   whole.substr(0, whole.size() - 1) + "?"}) {
    ASSERT_TRUE(disk_.WriteAtomic(path, bytes));
    Open();
    EXPECT_EQ(ReadAll(*log_), expected);
    EXPECT_EQ(*log_->OffsetForTime(3), 3);
    EXPECT_EQ(*disk_.ReadAll(path), whole);
    log_.reset();
  }
  ASSERT_TRUE(disk_.Remove(path));
  Open();
  EXPECT_EQ(ReadAll(*log_), expected);
  EXPECT_EQ(*disk_.ReadAll(path), whole);
}

TEST_F(SegmentedLogTest, AFullDiskFailsAppendsUntilThereIsSpace) {
  Open();
  ASSERT_TRUE(Append("before"));
  disk_.SetCapacity(200);
  const auto full = Append(std::string(500, 'x'));
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().code, "MR0802");
  EXPECT_TRUE(full.error().retryable);
  EXPECT_EQ(ReadAll(*log_), std::vector<std::string>{"before"});
  ASSERT_TRUE(Append("fits"));
  ASSERT_TRUE(log_->Sync());
  EXPECT_FALSE(Append(std::string(500, 'x')).has_value());
  disk_.SetCapacity(UINT64_MAX);
  ASSERT_EQ(*Append("after"), 2);
  const std::vector<std::string> expected = {"before", "fits", "after"};
  EXPECT_EQ(ReadAll(*log_), expected);
  Open();
  EXPECT_EQ(ReadAll(*log_), expected);
}

TEST_F(SegmentedLogTest, RecordsInPartsAreOne) {
  Open();
  const std::string large(200'000, 'x');
  const std::vector<std::string_view> rest = {large, "", "tail"};
  const std::vector<LogRecord> batch = {{.timestamp_ms = 1, .payload = "a"},
                                        {.payload = "head", .rest = rest},
                                        {.payload = "b", .rest = {rest.data() + 1, 2}},
                                        {.payload = large},
                                        {.payload = "c"}};
  const std::vector<std::string> expected = {"a", "head" + large + "tail", "btail", large, "c"};
  ASSERT_EQ(*log_->Append(batch, nullptr), 0);
  ASSERT_EQ(*Append("after"), 5);
  auto read = ReadAll(*log_);
  ASSERT_EQ(read.size(), 6u);
  EXPECT_EQ(std::vector<std::string>(read.begin(), read.end() - 1), expected);
  Open();
  EXPECT_EQ(ReadAll(*log_), read);
  settings_.record_bytes_max = large.size();
  Open();
  EXPECT_EQ(log_->Append({&batch[1], 1}, nullptr).error().code, "MR0809");
}

TEST_F(SegmentedLogTest, ARecordInPartsThatFailsIsTakenBackWhole) {
  Open();
  ASSERT_TRUE(Append("before"));
  const std::string large(100'000, 'x');
  const std::vector<std::string_view> rest = {large, large};
  const LogRecord record{.payload = "head", .rest = rest};
  disk_.SetCapacity(150'000);  // header, head and the first part fit
  EXPECT_EQ(log_->Append({&record, 1}, nullptr).error().code, "MR0802");
  ASSERT_TRUE(Append("fits"));
  disk_.SetCapacity(UINT64_MAX);
  ASSERT_EQ(*log_->Append({&record, 1}, nullptr), 2);
  const std::vector<std::string> expected = {"before", "fits", "head" + large + large};
  EXPECT_EQ(ReadAll(*log_), expected);
  Open();
  EXPECT_EQ(ReadAll(*log_), expected);
}

TEST_F(SegmentedLogTest, AFullDiskAtARollLeavesNoHalfSegment) {
  settings_.segment_bytes = 200;
  Open();
  ASSERT_TRUE(Append(std::string(100, 'a')));
  disk_.SetCapacity(150);
  EXPECT_FALSE(Append(std::string(100, 'b')).has_value());
  EXPECT_FALSE(Append("c").has_value());  // would fit in the old segment, which is sealed by now
  EXPECT_EQ(SegmentNames().size(), 1u);
  EXPECT_EQ(ReadAll(*log_).size(), 1u);
  disk_.SetCapacity(UINT64_MAX);
  ASSERT_EQ(*Append("c"), 1);
  Open();
  EXPECT_EQ(ReadAll(*log_), (std::vector<std::string>{std::string(100, 'a'), "c"}));
}

TEST_F(SegmentedLogTest, AShortWriteIsTakenBack) {
  Open();
  ASSERT_TRUE(Append("before"));
  disk_.SetFaults([](Operation operation, const std::string&) -> Status {
    if (operation != Operation::kAppend) return OkStatus();
    return ExternalError("MR0801", "EIO");
  });
  bool called = false;
  EXPECT_FALSE(Append(std::string(100, 'x'), 0, [&](const Status&) { called = true; }));
  disk_.SetFaults(nullptr);
  ASSERT_EQ(*Append("after"), 1);
  ASSERT_TRUE(log_->Sync());
  EXPECT_FALSE(called);
  EXPECT_EQ(ReadAll(*log_), (std::vector<std::string>{"before", "after"}));
  Open();
  EXPECT_EQ(ReadAll(*log_), (std::vector<std::string>{"before", "after"}));
  EXPECT_EQ(log_->statistics().cut_bytes, 0u);
}

TEST_F(SegmentedLogTest, AFailedSyncIsNeverTriedAgain) {
  Open();
  ASSERT_TRUE(Append("kept"));
  ASSERT_TRUE(log_->Sync());
  int syncs = 0;
  disk_.SetFaults([&](Operation operation, const std::string&) -> Status {
    if (operation != Operation::kSync || ++syncs > 1) return OkStatus();
    return ExternalError("MR0801", "EIO");
  });
  std::vector<std::string> codes;
  ASSERT_TRUE(
      Append("lost", 0, [&](const Status& status) { codes.push_back(status.error().code); }));
  const Status failed = log_->Sync();
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, "MR0808");
  EXPECT_EQ(codes, std::vector<std::string>{"MR0808"});
  EXPECT_EQ(Append("more").error().code, "MR0808");
  EXPECT_EQ(log_->Sync().error().code, "MR0808");
  EXPECT_EQ(log_->Maintain().error().code, "MR0808");
  EXPECT_EQ(log_->status().error().code, "MR0808");
  log_->WhenDurable(1, [&](const Status& status) { codes.push_back(status ? "ok" : "failed"); });
  (void)log_->Sync();
  EXPECT_EQ(codes.back(), "ok");  // what was durable before still is
  EXPECT_EQ(syncs, 1);
  EXPECT_EQ(log_->durable_end(), 1);
  EXPECT_EQ(ReadAll(*log_), (std::vector<std::string>{"kept", "lost"}));
}

TEST_F(SegmentedLogTest, AFailedSyncAtARollTellsThoseWhoWait) {
  settings_.segment_bytes = 100;
  Open();
  int failures = 0;
  ASSERT_TRUE(Append(std::string(80, 'x'), 0, [&](const Status& s) { failures += s ? 0 : 1; }));
  disk_.SetFaults([](Operation operation, const std::string&) -> Status {
    if (operation != Operation::kSync) return OkStatus();
    return ExternalError("MR0801", "EIO");
  });
  EXPECT_EQ(Append(std::string(80, 'x')).error().code, "MR0808");
  (void)log_->Sync();
  EXPECT_EQ(failures, 1);
}

TEST_F(SegmentedLogTest, WaitsForRecords) {
  Open();
  EXPECT_FALSE(log_->WaitForRecord(0, 1));
  std::jthread appender([&] { EXPECT_TRUE(Append("a")); });
  EXPECT_TRUE(log_->WaitForRecord(0, 60'000));
  EXPECT_TRUE(log_->WaitForRecord(0, 0));
}

}  // namespace
}  // namespace millrace
