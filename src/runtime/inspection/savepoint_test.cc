// SPDX-License-Identifier: Apache-2.0
// Reading a data directory without its pipeline, and savepoints of it, on a simulated disk.
#include "runtime/inspection/savepoint.h"

#include <gtest/gtest.h>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "state/deltas/net_changes.h"
#include "state/memory_state.h"

namespace millrace {
namespace {

class SavepointTest : public testing::Test {
 protected:
  SavepointTest() {
    env_.disk = &disk_;
    env_.clock = &clock_;
    EXPECT_TRUE(disk_.CreateDirectories("data/journal"));
    manifest_.pipeline = "counts";
    manifest_.fingerprint = "f";
    manifest_.sources["s"] = {{.split = "0", .bounded = false, .position = "17"}};
    EXPECT_TRUE(WriteManifest(&disk_, "data", manifest_));
    EXPECT_TRUE(WritePlan(&disk_, "data", {"counts", "f", {}}, {}));
  }

  /// An epoch in which entries are put (`key` to `value`) and deleted.
  void AddEpoch(uint64_t epoch, const std::vector<std::pair<std::string, std::string>>& puts,
                const std::vector<std::string>& deletes = {}) {
    auto journal = EpochJournal::Open(env_, "data/journal");
    ASSERT_TRUE(journal) << journal.error().ToString();
    DeltaWriter delta;
    delta.Begin("count", "groups", /*merges=*/false);
    for (const auto& [key, value] : puts) delta.Add({"groups", key, value, false, 5});
    for (const std::string& key : deletes) delta.Add({"groups", key, {}, true, 5});
    delta.Begin("count", "times", /*merges=*/true);
    delta.Add({"times", "watermark", std::to_string(epoch), false, -1});
    delta.Begin("out", "messages", /*merges=*/false);
    delta.Add({"messages", "m" + std::to_string(epoch), "text", false, -1});
    manifest_.epoch = epoch;
    JournalRecord record;
    record.epoch = epoch;
    record.manifest = manifest_.Body();
    record.deltas = {{1, delta.Take()}};
    ASSERT_TRUE((*journal)->Append(record, nullptr));
    ASSERT_TRUE((*journal)->Sync());
  }

  std::unique_ptr<StateReader> Read(const std::string& directory) {
    auto reader = StateReader::Open(&disk_, directory, [this](const std::string&) {
      return Result<std::unique_ptr<DurableState>>(std::make_unique<MemoryState>(&device_));
    });
    EXPECT_TRUE(reader) << reader.error().ToString();
    return reader ? *std::move(reader) : nullptr;
  }

  /// "count/groups 5 a=1", by operator, table and key.
  static std::vector<std::string> Entries(const StateReader& reader) {
    std::vector<std::string> entries;
    EXPECT_TRUE(reader.Visit([&](const StateEntry& entry) {
      entries.push_back(std::string(entry.operator_id) + "/" + std::string(entry.table) + " " +
                        (entry.key_group >= 0 ? std::to_string(entry.key_group)
                                              : "shard " + std::to_string(entry.shard)) +
                        " " + std::string(entry.key) + "=" + std::string(entry.value));
      return OkStatus();
    }));
    return entries;
  }

  SimulatedDisk disk_;
  SimulatedClock clock_;
  Environment env_;
  RunManifest manifest_;
  MemoryStateDevice device_;
};

using Lines = std::vector<std::string>;

TEST_F(SavepointTest, TheLastEpochIsSeen) {
  AddEpoch(1, {{"a", "1"}, {"b", "1"}});
  AddEpoch(2, {{"a", "2"}}, {"b"});
  const auto reader = Read("data");
  EXPECT_EQ(reader->epoch(), 2u);
  EXPECT_EQ(reader->manifest()->sources.at("s")[0].position, "17");
  EXPECT_EQ(Entries(*reader), (Lines{"out/messages shard 1 m1=text", "out/messages shard 1 m2=text",
                                     "count/times shard 1 watermark=2", "count/groups 5 a=2"}));
}

TEST_F(SavepointTest, WhatHasLeftTheJournalIsSeenToo) {
  MemoryState state(&device_);
  AddEpoch(1, {{"a", "1"}, {"c", "1"}});
  {
    const auto journal = *EpochJournal::Open(env_, "data/journal");
    const auto record = *journal->Read(journal->places()[0]);
    NetChanges changes;
    for (const auto& [shard, delta] : record.deltas) ASSERT_TRUE(changes.Add(delta, shard));
    ASSERT_TRUE(changes.WriteTo(&state, {1, journal->places()[0].hash, record.manifest}));
  }
  ASSERT_TRUE(disk_.CreateDirectories("data/state"));
  AddEpoch(2, {{"b", "2"}}, {"c"});
  const auto reader = Read("data");
  EXPECT_EQ(reader->applied_epoch(), 1u);
  const auto entries = Entries(*reader);
  EXPECT_EQ(Lines(entries.begin() + 3, entries.begin() + 5),
            (Lines{"count/groups 5 a=1", "count/groups 5 b=2"}));
}

TEST_F(SavepointTest, ASavepointHoldsTheSame) {
  AddEpoch(6, {{"a", "1"}});
  AddEpoch(7, {{"a", "2"}, {"b", std::string(1000, 'x')}});
  const auto reader = Read("data");
  const auto written = WriteSavepoint(env_, *reader, "saved");
  ASSERT_TRUE(written) << written.error().ToString();
  EXPECT_EQ(written->epoch, 7u);
  EXPECT_EQ(written->entries, 5u);
  EXPECT_EQ(ReadSavepoint(&disk_, "saved")->id, written->id);
  const auto saved = Read("saved");
  EXPECT_TRUE(saved->problems().empty());
  EXPECT_EQ(Entries(*saved), Entries(*reader));
  EXPECT_GE(saved->epoch(), 7u);
  EXPECT_EQ(WriteSavepoint(env_, *reader, "saved").error().code, "MR0842");
}

TEST_F(SavepointTest, ARunStartsFromItOnce) {
  AddEpoch(3, {{"a", "1"}});
  const auto reader = Read("data");
  ASSERT_TRUE(WriteSavepoint(env_, *reader, "saved"));
  const auto installed = InstallSavepoint(&disk_, "saved", "other");
  ASSERT_TRUE(installed) << installed.error().ToString();
  EXPECT_TRUE(*installed);
  EXPECT_EQ(Entries(*Read("other")), Entries(*reader));
  EXPECT_FALSE((*ReadManifest(&disk_, "other"))->finished);
  // The same command again goes on with the run that it began.
  EXPECT_FALSE(*InstallSavepoint(&disk_, "saved", "other"));
  EXPECT_EQ(InstallSavepoint(&disk_, "saved", "data").error().code, "MR0842");
  EXPECT_EQ(InstallSavepoint(&disk_, "nowhere", "third").error().code, "MR0842");
}

TEST_F(SavepointTest, DamageIsSaidAndTheRestIsShown) {
  AddEpoch(1, {{"a", "1"}});
  const auto files = *disk_.List("data/journal", false);
  const std::string path = files[0].path;
  const std::string whole = *disk_.ReadAll(path);
  AddEpoch(2, {{"a", "2"}});
  AddEpoch(3, {{"a", "3"}});
  std::string damaged = *disk_.ReadAll(path);
  damaged[whole.size() + (damaged.size() - whole.size()) / 4] ^= 0x20;
  ASSERT_TRUE(disk_.WriteAtomic(path, damaged));
  const auto reader = Read("data");
  ASSERT_FALSE(reader->problems().empty());
  EXPECT_EQ(reader->epoch(), 1u);
  EXPECT_EQ(Entries(*reader)[2], "count/groups 5 a=1");
  EXPECT_EQ(WriteSavepoint(env_, *reader, "saved").error().code, "MR0842");
}

TEST_F(SavepointTest, ADirectoryWithoutARunIsNamed) {
  const auto reader = StateReader::Open(&disk_, "nothing", {});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, "MR0722");
}

}  // namespace
}  // namespace millrace
