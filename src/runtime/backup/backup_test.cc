// SPDX-License-Identifier: Apache-2.0
// Backups of a data directory on a simulated disk: what they hold, what goes up, what goes, and
// what crashes and damage leave of them.
#include <gtest/gtest.h>

#include <algorithm>

#include "env/disk_object_store.h"
#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "runtime/backup/backup_writer.h"
#include "runtime/backup/restore_backup.h"
#include "runtime/inspection/state_reader.h"
#include "state/memory_state.h"

namespace millrace {
namespace {

class BackupTest : public testing::Test {
 protected:
  BackupTest() : random_(MakeRandom(7)) {
    env_.disk = &disk_;
    env_.clock = &clock_;
    EXPECT_TRUE(CreateJournal());
    manifest_.pipeline = "counts";
    manifest_.fingerprint = "f";
    EXPECT_TRUE(WriteManifest(&disk_, "data", manifest_));
    EXPECT_TRUE(WritePlan(&disk_, "data", {"counts", "f", {}}, {}));
    EXPECT_TRUE(disk_.SyncDirectory("data"));
    Restart();
  }

  Status CreateJournal() {
    TRY(disk_.CreateDirectories("data/journal"));
    TRY(disk_.SyncDirectory("data"));
    TRY_ASSIGN(journal_, EpochJournal::Open(env_, "data/journal"));
    return OkStatus();
  }

  /// As another process.
  void Restart(size_t retained = 1) {
    writer_ = std::make_unique<BackupWriter>(
        BackupSource{.env = env_,
                     .pipeline = "counts",
                     .data_dir = "data",
                     .program_file = {},
                     .completed_epoch = [this] { return completed_; },
                     .applied_epoch = [] { return uint64_t{0}; },
                     .letters = {{"in", "data/dead-letters/in.jsonl"}},
                     .staged = [this](const RunManifest&) { return staged_; }},
        MakeDiskObjectStore(&disk_, "copy"), retained, &stopping_);
    store_ = MakeDiskObjectStore(&disk_, "copy");
  }

  void AddEpoch(uint64_t epoch, const std::string& key, const std::string& value) {
    DeltaWriter delta;
    delta.Begin("count", "groups", /*merges=*/false);
    delta.Add({"groups", key, value, false, 5});
    manifest_.epoch = epoch;
    JournalRecord record;
    record.epoch = epoch;
    record.manifest = manifest_.Body();
    record.deltas = {{0, delta.Take()}};
    const auto appended = journal_->Append(record, nullptr);
    ASSERT_TRUE(appended) << appended.error().ToString();
  }

  BackupWriter::Made Make() {
    const auto made = writer_->Make();
    EXPECT_TRUE(made) << made.error().ToString();
    EXPECT_TRUE(made && made->has_value());
    return made && *made ? **made : BackupWriter::Made{};
  }

  Result<RestoredBackup> Restore(const std::string& directory, uint64_t epoch = 0) {
    return RestoreBackup(env_, store_.get(), {.epoch = epoch}, directory, {});
  }

  /// "a=1 b=2" at the last epoch of a directory.
  std::string Entries(const std::string& directory) {
    const auto reader = StateReader::Open(&disk_, directory, {});
    EXPECT_TRUE(reader) << reader.error().ToString();
    EXPECT_TRUE((*reader)->problems().empty()) << (*reader)->problems()[0];
    std::string entries;
    EXPECT_TRUE((*reader)->Visit([&](const StateEntry& entry) {
      entries += (entries.empty() ? "" : " ") + std::string(entry.key) + "=";
      entries += entry.value;
      return OkStatus();
    }));
    return entries;
  }

  size_t Count(const std::string& folder) { return store_->List(folder)->size(); }

  SimulatedDisk disk_{&clock_};
  SimulatedClock clock_;
  Environment env_;
  std::unique_ptr<Random> random_;
  RunManifest manifest_;
  std::unique_ptr<EpochJournal> journal_;
  uint64_t completed_ = 0;
  std::atomic<bool> stopping_{false};
  std::vector<StagedOutput> staged_;
  std::unique_ptr<BackupWriter> writer_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(BackupTest, HoldsWhatHappenedAndNothingElse) {
  AddEpoch(1, "a", "1");
  AddEpoch(2, "b", "2");
  AddEpoch(3, "a", "undecided");
  completed_ = 2;
  EXPECT_EQ(Make().epoch, 2u);
  const auto restored = Restore("other");
  ASSERT_TRUE(restored) << restored.error().ToString();
  EXPECT_EQ(restored->manifest.epoch, 2u);
  EXPECT_EQ(Entries("other"), "a=1 b=2");
  // Numbers go on where the lost run cannot have been.
  EXPECT_EQ((*ReadManifest(&disk_, "other"))->epoch, 2 + kEpochsSkipped);
  EXPECT_TRUE(CheckRestored(&disk_, "other"));
}

TEST_F(BackupTest, OnlyWhatIsNewGoesUp) {
  AddEpoch(1, "a", std::string(50'000, 'x'));
  completed_ = 1;
  Make();
  const uint64_t first = writer_->uploaded_bytes();
  EXPECT_GT(first, 50'000u);
  AddEpoch(2, "b", "2");
  completed_ = 2;
  EXPECT_TRUE(Make().changed);
  EXPECT_LT(writer_->uploaded_bytes() - first, 2000u);
  // Nothing has happened since: nothing is written.
  const uint64_t second = writer_->uploaded_bytes();
  EXPECT_FALSE(Make().changed);
  EXPECT_EQ(writer_->uploaded_bytes(), second);
  EXPECT_EQ(Count("backups"), 1u);
}

TEST_F(BackupTest, AnotherProcessFindsWhatIsThere) {
  AddEpoch(1, "a", std::string(50'000, 'x'));
  completed_ = 1;
  Make();
  Restart();
  AddEpoch(2, "b", "2");
  completed_ = 2;
  Make();
  const auto restored = Restore("other");
  ASSERT_TRUE(restored) << restored.error().ToString();
  EXPECT_EQ(restored->manifest.sequence, 2u);
  EXPECT_EQ(Count("backups"), 1u);
}

TEST_F(BackupTest, OldOnesGoAndWhatOthersNeedStays) {
  Restart(/*retained=*/2);
  for (uint64_t epoch = 1; epoch <= 5; ++epoch) {
    AddEpoch(epoch, "k" + std::to_string(epoch), "v");
    completed_ = epoch;
    Make();
  }
  EXPECT_EQ(Count("backups"), 2u);
  ASSERT_TRUE(Restore("newest"));
  EXPECT_EQ(Entries("newest"), "k1=v k2=v k3=v k4=v k5=v");
  ASSERT_TRUE(Restore("older", 4));
  EXPECT_EQ(Entries("older"), "k1=v k2=v k3=v k4=v");
  const auto gone = Restore("gone", 3);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, "MR0843");
  // All five parts of the journal are needed, run.json and plan.json once.
  EXPECT_EQ(Count("objects"), 7u);
}

TEST_F(BackupTest, ManyPartsBecomeOne) {
  for (uint64_t epoch = 1; epoch <= 70; ++epoch) {
    AddEpoch(epoch, "k", std::to_string(epoch));
    completed_ = epoch;
    Make();
  }
  EXPECT_LT(Count("objects"), 12u);
  ASSERT_TRUE(Restore("other"));
  EXPECT_EQ(Entries("other"), "k=70");
}

TEST_F(BackupTest, WhatNobodyNeedsGoesOnceItIsOld) {
  ASSERT_TRUE(disk_.CreateDirectories("copy/objects"));
  ASSERT_TRUE(store_->WriteAll("objects/left-by-a-kill", "bytes"));
  ASSERT_TRUE(disk_.WriteAtomic("copy/objects/.half.partial", "by"));
  AddEpoch(1, "a", "1");
  completed_ = 1;
  Make();
  EXPECT_EQ(Count("objects"), 5u);  // it may be of a backup that another machine is making
  clock_.Advance(2ll * 3600 * 1'000'000'000);
  AddEpoch(2, "a", "2");
  completed_ = 2;
  Make();
  EXPECT_EQ(Count("objects"), 4u);
  EXPECT_FALSE(*disk_.Stat("copy/objects/left-by-a-kill"));
  EXPECT_FALSE(*disk_.Stat("copy/objects/.half.partial"));
}

TEST_F(BackupTest, DamageIsFound) {
  AddEpoch(1, "a", "1");
  completed_ = 1;
  Make();
  const auto objects = *store_->List("objects");
  const auto journal = std::ranges::find_if(objects, [](const ObjectInfo& object) {
    return object.name.find("journal") != std::string::npos;
  });
  ASSERT_NE(journal, objects.end());
  std::string bytes = *store_->ReadAll(journal->name);
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(store_->WriteAll(journal->name, bytes));
  const auto damaged = Restore("other");
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, "MR0843");
  // What is there is no run, and nothing takes it for one.
  EXPECT_FALSE(CheckRestored(&disk_, "other"));
  EXPECT_FALSE(*ReadManifest(&disk_, "other"));
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(store_->WriteAll(journal->name, bytes));
  ASSERT_TRUE(Restore("other"));
  EXPECT_TRUE(CheckRestored(&disk_, "other"));
  EXPECT_EQ(Entries("other"), "a=1");
}

TEST_F(BackupTest, ATornManifestIsLeftOut) {
  Restart(/*retained=*/2);
  for (uint64_t epoch = 1; epoch <= 2; ++epoch) {
    AddEpoch(epoch, "a", std::to_string(epoch));
    completed_ = epoch;
    Make();
  }
  const auto names = *ListBackups(store_.get());
  ASSERT_EQ(names.size(), 2u);
  const std::string text = *store_->ReadAll(names[1]);
  ASSERT_TRUE(store_->WriteAll(names[1], text.substr(0, text.size() / 2)));
  std::vector<std::string> notices;
  const auto restored = RestoreBackup(env_, store_.get(), {}, "other",
                                      [&](const std::string& line) { notices.push_back(line); });
  ASSERT_TRUE(restored) << restored.error().ToString();
  EXPECT_EQ(restored->manifest.epoch, 1u);
  EXPECT_EQ(notices.size(), 1u);
  // Its number is not used again, and objects that it may name stay.
  Restart(/*retained=*/1);
  clock_.Advance(2ll * 3600 * 1'000'000'000);
  AddEpoch(3, "a", "3");
  completed_ = 3;
  Make();
  EXPECT_EQ(SequenceOfBackup(ListBackups(store_.get())->back()), 3u);
}

TEST_F(BackupTest, AnUnfinishedRunIsNotGivenUp) {
  AddEpoch(1, "a", "1");
  completed_ = 1;
  Make();
  const auto refused = Restore("data");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "MR0843");
  ASSERT_FALSE((*Restore("other")).already);
  // The same command again goes on with the run that it began.
  EXPECT_TRUE((*Restore("other")).already);
}

TEST_F(BackupTest, LettersAndStagedFilesAreInIt) {
  ASSERT_TRUE(disk_.CreateDirectories("data/dead-letters"));
  ASSERT_TRUE(disk_.WriteAtomic("data/dead-letters/in.jsonl", "one\ntwo\n"));
  ASSERT_TRUE(disk_.CreateDirectories("out"));
  ASSERT_TRUE(disk_.WriteAtomic("out/.part-0.inprogress", "rows and more"));
  ASSERT_TRUE(disk_.WriteAtomic("out/part-1", "complete"));
  staged_ = {
      {.path = "out/.part-0.inprogress", .final_path = "out/part-0", .length = 4},
      {.path = "out/.part-1.inprogress", .final_path = "out/part-1", .length = 8, .finished = true},
      {.path = "out/.gone", .final_path = "out/gone", .length = 3}};
  manifest_.dead_letters["in"] = 4;
  AddEpoch(1, "a", "1");
  completed_ = 1;
  Make();
  ASSERT_TRUE(disk_.RemoveTree("out"));
  ASSERT_TRUE(Restore("other"));
  EXPECT_EQ(*disk_.ReadAll("other/dead-letters/in.jsonl"), "one\n");
  EXPECT_EQ(*disk_.ReadAll("out/.part-0.inprogress"), "rows");
  EXPECT_EQ(*disk_.ReadAll("out/part-1"), "complete");
  EXPECT_FALSE(*disk_.Stat("out/gone"));
}

/// The run goes on meanwhile: its files must not get company.
TEST_F(BackupTest, WhoLooksLeavesStagedFilesAlone) {
  ASSERT_TRUE(disk_.CreateDirectories("out"));
  ASSERT_TRUE(disk_.WriteAtomic("out/.part-0.inprogress", "rows"));
  staged_ = {{.path = "out/.part-0.inprogress", .final_path = "out/part-0", .length = 4}};
  AddEpoch(1, "a", "1");
  completed_ = 1;
  Make();
  ASSERT_TRUE(disk_.Rename("out/.part-0.inprogress", "out/part-0"));
  const BackupChoice look{.only_to_look = true};
  ASSERT_TRUE(RestoreBackup(env_, store_.get(), look, "view", {}));
  EXPECT_EQ(Entries("view"), "a=1");
  EXPECT_FALSE(*disk_.Stat("out/.part-0.inprogress"));
  // They are checked all the same.
  const auto objects = *store_->List("objects");
  for (const ObjectInfo& object : objects) {
    if (object.name.find("part-0") == std::string::npos) continue;
    ASSERT_TRUE(store_->WriteAll(object.name, "ROWS"));
  }
  const auto refused = RestoreBackup(env_, store_.get(), look, "other-view", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "MR0843");
}

TEST_F(BackupTest, PathsDoNotLeadOut) {
  AddEpoch(1, "a", "1");
  completed_ = 1;
  Make();
  const std::string name = ListBackups(store_.get())->back();
  BackupManifest manifest = *BackupManifest::FromJson(*store_->ReadAll(name));
  manifest.files[0].path = "../../etc/passwd";
  ASSERT_TRUE(store_->WriteAll(name, manifest.ToJson()));
  const auto restored = Restore("other");
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, "MR0843");
}

/// The journal gives up segments that the state has: a backup reaches from its state to the end.
TEST_F(BackupTest, SegmentsThatAreGoneAreNotMissed) {
  const std::string large(6u << 20, 'x');
  for (uint64_t epoch = 1; epoch <= 8; ++epoch) AddEpoch(epoch, "k", large);
  completed_ = 8;
  Make();
  ASSERT_TRUE(journal_->DropBefore(7));
  AddEpoch(9, "k", "9");
  completed_ = 9;
  const auto made = Make();
  EXPECT_LT(made.bytes, 4 * large.size());
  const auto names = *ListBackups(store_.get());
  const BackupManifest manifest = *BackupManifest::FromJson(*store_->ReadAll(names.back()));
  EXPECT_LT(
      std::ranges::count_if(
          manifest.files, [](const BackupFile& file) { return file.path.starts_with("journal/"); }),
      4);
}

/// Power is lost, or the disk fails, at any operation of a backup: the one before is whole, or the
/// new one is.
TEST_F(BackupTest, ACrashLeavesTheOneBeforeOrTheNewOne) {
  AddEpoch(1, "a", "1");
  completed_ = 1;
  Make();
  int whole = 0;
  int aborted = 0;
  uint64_t epoch = 1;
  for (int stop = 0; stop < 60; ++stop) {
    ++epoch;
    AddEpoch(epoch, "a", std::to_string(epoch));
    completed_ = epoch;
    int operations = 0;
    const int last = stop % 30;
    disk_.SetFaults([&](SimulatedDisk::Operation, const std::string& path) -> Status {
      if (!path.starts_with("copy") || ++operations <= last) return OkStatus();
      return ExternalError("MR0801", "the power is gone");
    });
    const auto made = writer_->Make();
    disk_.SetFaults({});
    made ? ++whole : ++aborted;
    if (stop % 2 == 1) {  // the journal is synced, so a crash takes only what a backup left
      disk_.Crash(random_.get());
      journal_.reset();
      ASSERT_TRUE(CreateJournal());
      Restart();
    }
    const std::string directory = "r" + std::to_string(stop);
    const auto restored = Restore(directory);
    ASSERT_TRUE(restored) << stop << ": " << restored.error().ToString();
    EXPECT_GE(restored->manifest.epoch + (made ? 0 : 30), epoch);
    EXPECT_EQ(Entries(directory), "a=" + std::to_string(restored->manifest.epoch));
    if (made) {
      EXPECT_EQ(restored->manifest.epoch, epoch);
    }
    ASSERT_TRUE(disk_.RemoveTree(directory));
  }
  EXPECT_GT(whole, 5);
  EXPECT_GT(aborted, 5);
}

}  // namespace
}  // namespace millrace
