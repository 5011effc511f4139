// SPDX-License-Identifier: Apache-2.0
// What epochs that come on and on leave on the disk: neither journal nor state grow with time, nor
// do open files. On the real disk, with RocksDB; backups are made meanwhile.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "env/disk_object_store.h"
#include "env/simulated/clock.h"
#include "runtime/backup/backup_writer.h"
#include "runtime/epochs/journal.h"
#include "runtime/epochs/plan_file.h"
#include "runtime/epochs/recovery.h"
#include "runtime/epochs/state_applier.h"
#include "state/epoch_delta.h"
#include "state/rocksdb/rocks_state.h"

namespace millrace {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kEpochs = 600;
constexpr int kEntriesPerEpoch = 2000;
constexpr int kKeys = 20'000;
constexpr size_t kValueBytes = 100;
constexpr uint64_t kStateBytes = kKeys * (kValueBytes + 40);  // with keys
constexpr uint64_t kSegmentBytes = 16ull << 20;
constexpr uint64_t kGatheredBytes = 8ull << 20;  // applied to the state together

struct Usage {
  uint64_t bytes = 0;
  size_t files = 0;

  void Raise(const fs::path& directory) {
    Usage now;
    std::error_code gone;  // a file may be removed meanwhile
    for (const auto& entry : fs::recursive_directory_iterator(directory, gone)) {
      if (!entry.is_regular_file(gone)) continue;
      const uint64_t size = entry.file_size(gone);
      if (gone) continue;
      now.bytes += size;
      ++now.files;
    }
    bytes = std::max(bytes, now.bytes);
    files = std::max(files, now.files);
  }
};

size_t OpenFiles() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

class RetentionTest : public testing::Test {
 protected:
  RetentionTest() : root_(fs::path(testing::TempDir()) / "millrace-retention-test") {
    fs::remove_all(root_);
    env_.disk = disk_.get();
    env_.clock = &clock_;
  }
  ~RetentionTest() override { fs::remove_all(root_); }

  std::string data() const { return (root_ / "data").string(); }

  JournalRecord Record(uint64_t epoch) {
    DeltaWriter delta;
    delta.Begin("count", "groups", /*merges=*/false);
    for (int i = 0; i < kEntriesPerEpoch; ++i) {
      const std::string key = "k" + std::to_string((next_key_++ * 7919) % kKeys);
      std::string value = std::to_string(epoch);
      value.resize(kValueBytes, 'v');
      delta.Add({"groups", key, value, false, i % 128});
    }
    JournalRecord record;
    record.epoch = epoch;
    manifest_.epoch = epoch;
    record.manifest = manifest_.Body();
    record.deltas = {{0, delta.Take()}};
    return record;
  }

  fs::path root_;
  std::unique_ptr<Disk> disk_ = MakeRealDisk();
  SimulatedClock clock_;
  Environment env_;
  RunManifest manifest_{.pipeline = "retention", .fingerprint = "f"};
  int64_t next_key_ = 0;
};

TEST_F(RetentionTest, DiskAndOpenFilesAreBounded) {
  fs::create_directories(data());
  ASSERT_TRUE(WriteManifest(disk_.get(), data(), manifest_));
  ASSERT_TRUE(WritePlan(disk_.get(), data(), {"retention", "f", {}}, {}));
  const auto journal = *EpochJournal::Open(env_, data() + "/journal");
  const auto state = *OpenRocksState(data() + "/state");
  StateApplier applier(state.get(), env_, {.gather_bytes = kGatheredBytes});
  uint64_t completed = 0;
  const std::atomic<bool> stopping{false};
  BackupWriter backup({.env = env_,
                       .pipeline = "retention",
                       .data_dir = data(),
                       .program_file = {},
                       .state = state.get(),
                       .completed_epoch = [&completed] { return completed; },
                       .applied_epoch = [&applier] { return applier.applied_epoch(); },
                       .letters = {},
                       .staged = {}},
                      MakeDiskObjectStore(disk_.get(), (root_ / "copy").string()), 1, &stopping);
  const size_t files_at_start = OpenFiles();
  size_t files = 0;
  Usage journal_usage;
  Usage state_usage;
  Usage copy_usage;
  uint64_t journaled = 0;
  uint64_t named = 0;  // bytes of the backups, as if each were whole
  for (uint64_t epoch = 1; epoch <= kEpochs; ++epoch) {
    JournalRecord record = Record(epoch);
    journaled += record.deltas[0].second.size();
    const auto hash = journal->Append(record, nullptr);
    ASSERT_TRUE(hash) << hash.error().ToString();
    applier.Push(std::move(record), *hash);
    ASSERT_TRUE(applier.status());
    completed = epoch;
    ASSERT_TRUE(journal->DropBefore(applier.applied_epoch()));
    if (epoch % 20 != 0) continue;
    const auto made = backup.Make();
    ASSERT_TRUE(made) << made.error().ToString();
    named += (*made)->bytes;
    files = std::max(files, OpenFiles());
    journal_usage.Raise(data() + "/journal");
    state_usage.Raise(data() + "/state");
    copy_usage.Raise(root_ / "copy");
  }
  EXPECT_GT(journaled, 7 * kSegmentBytes);
  EXPECT_LE(journal_usage.bytes, 3 * kSegmentBytes);
  EXPECT_LT(state_usage.bytes, 25 * kStateBytes);  // levels that wait to be merged
  EXPECT_LT(state_usage.files, 80u);
  EXPECT_LT(files, files_at_start + 80);
  // A backup needs what the directory has, and nothing that it had.
  EXPECT_LE(copy_usage.bytes, journal_usage.bytes + state_usage.bytes + (2u << 20));
  EXPECT_LT(backup.uploaded_bytes(), named);
}

// Runs that end before anything is brought to the state do not leave their journal to those to
// come.
TEST_F(RetentionTest, ARunLeavesNothingToTheNextOne) {
  fs::create_directories(data());
  const auto state = *OpenRocksState(data() + "/state");
  Usage usage;
  for (int run = 0; run < 8; ++run) {
    const auto journal = *EpochJournal::Open(env_, data() + "/journal", 256 << 10);
    ++manifest_.epoch;
    ASSERT_TRUE(BeginRun({}, manifest_, journal.get(), state.get()));
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(journal->Append(Record(manifest_.epoch + 1), nullptr));
    ASSERT_TRUE(journal->Sync());
    usage.Raise(data() + "/journal");
  }
  constexpr uint64_t kEpochBytes = kEntriesPerEpoch * (kValueBytes + 40);
  EXPECT_LT(usage.bytes, 10 * kEpochBytes);  // those of two runs
}

}  // namespace
}  // namespace millrace
