// SPDX-License-Identifier: Apache-2.0
// Many appenders and the threads that sync, on a disk whose syncs wait for more appends to gather.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/segmented_log.h"

namespace millrace {
namespace {

/// Lets a sync through when ten more appends have been counted since the last one, or at the end.
class Gate {
 public:
  void Appended() {
    const std::lock_guard lock(mutex_);
    ++appended_;
    changed_.notify_all();
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return open_ || appended_ >= passed_ + 10; });
    passed_ = appended_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int appended_ = 0;
  int passed_ = 0;
  bool open_ = false;
};

class GatedFile final : public WritableFile {
 public:
  GatedFile(std::unique_ptr<WritableFile> file, Gate* gate) : file_(std::move(file)), gate_(gate) {}
  Status Append(std::string_view bytes) override { return file_->Append(bytes); }
  Status Sync() override {
    gate_->Pass();
    return file_->Sync();
  }
  Status Close() override { return file_->Close(); }
  uint64_t size() const override { return file_->size(); }

 private:
  std::unique_ptr<WritableFile> file_;
  Gate* gate_;
};

class GatedDisk final : public Disk {
 public:
  GatedDisk(Disk* disk, Gate* gate) : disk_(disk), gate_(gate) {}
  Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override {
    return disk_->OpenForRead(path);
  }
  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path,
                                                      std::optional<uint64_t> keep) override {
    TRY_ASSIGN(auto file, disk_->OpenForAppend(path, keep));
    return std::make_unique<GatedFile>(std::move(file), gate_);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return disk_->Rename(from, to);
  }
  Status Remove(const std::string& path) override { return disk_->Remove(path); }
  Status CreateDirectories(const std::string& path) override {
    return disk_->CreateDirectories(path);
  }
  Status SyncDirectory(const std::string& path) override { return disk_->SyncDirectory(path); }
  Result<std::vector<FileInfo>> List(const std::string& directory, bool recursive) override {
    return disk_->List(directory, recursive);
  }
  Result<std::optional<FileInfo>> Stat(const std::string& path) override {
    return disk_->Stat(path);
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    return disk_->Lock(path);
  }

 private:
  Disk* disk_;
  Gate* gate_;
};

class GroupCommitTest : public testing::Test {
 protected:
  static constexpr int kAppenders = 4;
  static constexpr int kEach = 250;

  std::unique_ptr<SegmentedLog> Open(Disk* disk, const LogSettings& settings) {
    auto log = SegmentedLog::Open(
        {.disk = disk, .clock = &clock_, .scheduler = &scheduler_, .directory = "/log"}, settings,
        true);
    EXPECT_TRUE(log.has_value());
    return *std::move(log);
  }
  /// All appenders at once; `each` is called after each append with its offset.
  void AppendFromThreads(SegmentedLog* log, const std::function<void()>& each) {
    std::vector<std::jthread> appenders;
    for (int a = 0; a < kAppenders; ++a) {
      appenders.emplace_back([&, a] {
        for (int i = 0; i < kEach; ++i) {
          const std::string payload = std::to_string(a) + ":" + std::to_string(i);
          const LogRecord record{.payload = payload};
          const auto appended = log->Append({&record, 1}, [this, log](const Status& durable) {
            (durable ? durable_ : failed_)++;
            // Callbacks come in the order of offsets, so the n-th says that n are durable.
            if (log->durable_end() < durable_) ++too_early_;
          });
          EXPECT_TRUE(appended.has_value());
          each();
        }
      });
    }
  }
  void ExpectAllInOrder(const SegmentedLog& log) {
    std::vector<int> next(kAppenders);
    int64_t at = 0;
    while (at < log.end_offset()) {
      const auto chunk = log.Read(at, {.bytes_max = 3000});
      ASSERT_TRUE(chunk.has_value());
      for (const LogEntry& entry : chunk->entries) {
        const int appender = entry.payload[0] - '0';
        ASSERT_EQ(entry.payload, std::to_string(appender) + ":" + std::to_string(next[appender]++));
      }
      at = chunk->next_offset;
    }
    EXPECT_EQ(at, kAppenders * kEach);
  }

  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  SyncScheduler scheduler_{2};
  std::atomic<int> durable_ = 0;
  std::atomic<int> failed_ = 0;
  std::atomic<int> too_early_ = 0;
};

TEST_F(GroupCommitTest, AppendersShareSyncs) {
  Gate gate;
  GatedDisk gated(&disk_, &gate);
  for (int i = 0; i < 10; ++i) gate.Appended();  // for the sync of opening
  auto log = Open(&gated, {});
  AppendFromThreads(log.get(), [&] { gate.Appended(); });
  gate.Open();
  ASSERT_TRUE(log->Sync());
  EXPECT_EQ(durable_, kAppenders * kEach);
  EXPECT_EQ(failed_ + too_early_, 0);
  EXPECT_LE(log->statistics().syncs, kAppenders * kEach / 10u + 2);
  ExpectAllInOrder(*log);
}

TEST_F(GroupCommitTest, RollsAndRetentionUnderLoad) {
  LogSettings settings{.segment_bytes = 2000, .index_interval_bytes = 300};
  auto log = Open(&disk_, settings);
  std::jthread reader([&, log = log.get()] {
    int64_t at = 0;
    while (at < kAppenders * kEach) {
      log->WaitForRecord(at, 60'000);
      const auto chunk = log->Read(at, {.bytes_max = 500});
      ASSERT_TRUE(chunk.has_value()) << chunk.error().ToString();
      for (const LogEntry& entry : chunk->entries) ASSERT_EQ(entry.offset, at++);
      ASSERT_EQ(chunk->next_offset, at);
    }
  });
  AppendFromThreads(log.get(), [] {});
  reader.join();
  ASSERT_TRUE(log->Sync());
  EXPECT_EQ(durable_, kAppenders * kEach);
  EXPECT_GT(log->statistics().segments, 10u);
  ExpectAllInOrder(*log);
  log.reset();
  log = Open(&disk_, settings);
  ExpectAllInOrder(*log);
}

TEST_F(GroupCommitTest, ClosingSyncsAndCallsBack) {
  auto log = Open(&disk_, {});
  const LogRecord record{.payload = "x"};
  Status outcome = InternalError("not called");
  ASSERT_TRUE(log->Append({&record, 1}, [&](const Status& durable) { outcome = durable; }));
  log.reset();
  EXPECT_TRUE(outcome.has_value());
}

TEST_F(GroupCommitTest, AFailedSyncReachesEveryoneWhoWaits) {
  auto log = Open(&disk_, {});
  disk_.SetFaults([](SimulatedDisk::Operation operation, const std::string&) -> Status {
    if (operation != SimulatedDisk::Operation::kSync) return OkStatus();
    return ExternalError("MR0801", "EIO");
  });
  int appended = 0;
  std::atomic<int> called = 0;
  for (int i = 0; i < 100; ++i) {
    const LogRecord record{.payload = "x"};
    const auto status = log->Append({&record, 1}, [&](const Status& durable) {
      EXPECT_EQ(durable.error().code, "MR0808");
      ++called;
    });
    if (status) ++appended;
  }
  EXPECT_EQ(log->Sync().error().code, "MR0808");
  log.reset();
  EXPECT_GE(appended, 1);
  EXPECT_EQ(called, appended);
}

}  // namespace
}  // namespace millrace
