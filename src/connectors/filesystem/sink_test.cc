// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/sink.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <gtest/gtest.h>

#include "connectors/filesystem/filesystem.h"
#include "connectors/filesystem/partition_path.h"
#include "connectors/filesystem/sink_state.h"
#include "connectors/staged_output.h"
#include "env/simulated/clock.h"
#include "env/simulated/disk.h"

namespace millrace {
namespace {

Schema TestSchema() { return Schema({{"n", DataType::Int()}, {"k", DataType::String()}}); }

Batch MakeBatch(const std::vector<int>& numbers, const std::vector<const char*>& keys) {
  arrow::Int32Builder n;
  arrow::StringBuilder k;
  for (size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_TRUE(n.Append(numbers[i]).ok());
    EXPECT_TRUE((keys[i] == nullptr ? k.AppendNull() : k.Append(keys[i])).ok());
  }
  return Batch{.num_rows = static_cast<int64_t>(numbers.size()),
               .columns = {*n.Finish(), *k.Finish()}};
}

/// One simulated machine with a table on it. Rows are their number in decimal.
class FileSinkTest : public testing::Test {
 protected:
  FileSinkTest() : disk_(&clock_) { EXPECT_TRUE(disk_.CreateDirectories("/w").has_value()); }

  std::unique_ptr<SinkWriter> Open(std::map<std::string, OptionValue> values = {},
                                   std::vector<std::string> partition_keys = {}, int shard = 0) {
    const auto connector = MakeFilesystemConnector();
    values.try_emplace("path", OptionValue{"/w/out"});
    TableContext table{.table = "t", .schema = TestSchema(), .pipeline = "p"};
    table.partition_keys = std::move(partition_keys);
    table.options = Options(connector->options(), std::move(values));
    table.env = {.clock = &clock_, .disk = &disk_};
    table.shard = shard;
    EXPECT_TRUE(connector->Check(table, true).has_value());
    auto sink = connector->MakeSink(table);
    EXPECT_TRUE(sink.has_value());
    return std::move(*sink);
  }

  static Status WriteBatch(SinkWriter* sink, const Batch& batch) {
    std::string bytes;
    std::vector<size_t> ends;
    const auto* numbers = batch.columns[0]->data()->GetValues<int32_t>(1);
    for (int64_t i = 0; i < batch.num_rows; ++i) {
      bytes += std::to_string(numbers[i]);
      ends.push_back(bytes.size());
    }
    return sink->Write({.batch = &batch, .bytes = bytes, .ends = ends, .delimiter = "\n"});
  }
  static Status Write(SinkWriter* sink, const std::vector<int>& numbers) {
    return WriteBatch(sink, MakeBatch(numbers, std::vector<const char*>(numbers.size(), "k")));
  }

  /// Path below the table (without the name's hash) and content of every file with a final name.
  std::map<std::string, std::string> Visible() {
    std::map<std::string, std::string> visible;
    const auto files = disk_.List("/w/out", true);
    if (!files) return visible;
    for (const FileInfo& file : *files) {
      const size_t slash = file.path.rfind('/');
      if (file.directory || file.path[slash + 1] == '.') continue;
      std::string name = file.path.substr(slash + 1);
      if (name.starts_with("part-")) name.erase(4, 9);
      visible[file.path.substr(6, slash - 6) + "/" + name] = *disk_.ReadAll(file.path);
    }
    return visible;
  }
  size_t Hidden() {
    size_t hidden = 0;
    const auto files = disk_.List("/w/out", true);
    for (const FileInfo& file : *files) {
      hidden += file.path[file.path.rfind('/') + 1] == '.';
    }
    return hidden;
  }

  SimulatedClock clock_;
  SimulatedDisk disk_;
};

using Files = std::map<std::string, std::string>;

TEST_F(FileSinkTest, FilesAppearWhenTheirEpochIsCommitted) {
  auto sink = Open({{"sink.rolling-policy.file-size", {"4 b"}}});
  ASSERT_TRUE(sink->Restore(""));
  ASSERT_TRUE(Write(sink.get(), {1, 2}));
  ASSERT_TRUE(Write(sink.get(), {3}));
  EXPECT_EQ(Visible(), Files());
  ASSERT_TRUE(sink->Prepare(1));
  EXPECT_EQ(Visible(), Files());
  ASSERT_TRUE(sink->Commit(1));
  EXPECT_EQ(Visible(), (Files{{"/part-0-0", "1\n2\n"}}));
  ASSERT_TRUE(sink->Commit(1));
  ASSERT_TRUE(sink->Finish());
  EXPECT_EQ(Visible(), (Files{{"/part-0-0", "1\n2\n"}, {"/part-0-1", "3\n"}}));
  EXPECT_EQ(Hidden(), 0u);
}

TEST_F(FileSinkTest, RollsByAgeAndByInactivity) {
  auto sink = Open({{"sink.rolling-policy.rollover-interval", {"10 s"}},
                    {"sink.rolling-policy.inactivity-interval", {"3 s"}}});
  ASSERT_TRUE(Write(sink.get(), {1}));
  clock_.AdvanceMillis(3000);
  ASSERT_TRUE(sink->Prepare(1) && sink->Commit(1));
  EXPECT_EQ(Visible(), (Files{{"/part-0-0", "1\n"}}));
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(Write(sink.get(), {2}));
    clock_.AdvanceMillis(2000);
  }
  ASSERT_TRUE(sink->Prepare(2) && sink->Commit(2));
  EXPECT_EQ(Visible().size(), 2u);
}

TEST_F(FileSinkTest, AFreshRunGoesOnBehindEarlierFiles) {
  auto first = Open();
  ASSERT_TRUE(Write(first.get(), {1}) && first->Prepare(1) && first->Commit(1) && first->Finish());
  auto stopped = Open();
  ASSERT_TRUE(Write(stopped.get(), {2}) && stopped->Prepare(1));
  auto second = Open();
  ASSERT_TRUE(second->Restore(""));
  EXPECT_EQ(Hidden(), 0u);
  ASSERT_TRUE(Write(second.get(), {3}) && second->Finish());
  EXPECT_EQ(Visible(), (Files{{"/part-0-0", "1\n"}, {"/part-0-1", "3\n"}}));
}

TEST_F(FileSinkTest, RestoreTruncatesToTheEpoch) {
  auto sink = Open();
  ASSERT_TRUE(Write(sink.get(), {1}));
  const auto state = sink->Prepare(1);
  ASSERT_TRUE(state.has_value() && sink->Commit(1));
  ASSERT_TRUE(Write(sink.get(), {2, 3}));
  auto restored = Open();
  ASSERT_TRUE(restored->Restore(*state) && restored->Commit(1));
  ASSERT_TRUE(Write(restored.get(), {4}) && restored->Prepare(2) && restored->Commit(2));
  ASSERT_TRUE(restored->Finish());
  EXPECT_EQ(Visible(), (Files{{"/part-0-0", "1\n4\n"}}));
}

TEST_F(FileSinkTest, RestoreAfterAFinishThatWasCutShort) {
  auto sink = Open();
  ASSERT_TRUE(Write(sink.get(), {1}));
  const auto state = sink->Prepare(1);
  ASSERT_TRUE(state.has_value() && sink->Commit(1) && sink->Finish());
  auto restored = Open();
  ASSERT_TRUE(restored->Restore(*state) && restored->Commit(1) && restored->Finish());
  EXPECT_EQ(Visible(), (Files{{"/part-0-0", "1\n"}}));
}

TEST_F(FileSinkTest, AnOlderPartBesideAFileIsNotTakenForIt) {
  auto sink = Open();
  ASSERT_TRUE(Write(sink.get(), {1}));
  ASSERT_TRUE(sink->Prepare(1));
  const std::string staging = disk_.List("/w/out", true)->front().path;
  const std::string part = *disk_.ReadAll(staging);
  clock_.AdvanceMillis(3'600'000);
  ASSERT_TRUE(Write(sink.get(), {2}));
  const auto state = sink->Prepare(2);
  ASSERT_TRUE(state.has_value() && sink->Commit(2));
  // Restoring a backup of epoch 1, and then one of epoch 2, leaves the part of the first.
  ASSERT_TRUE(disk_.WriteAtomic(staging, part));
  auto restored = Open();
  ASSERT_TRUE(restored->Restore(*state) && restored->Commit(2) && restored->Finish());
  EXPECT_EQ(Visible(), (Files{{"/part-0-0", "1\n2\n"}}));
  EXPECT_EQ(Hidden(), 0u);
  // Without the file there is nothing that could be shown.
  const auto files = *disk_.List("/w/out", true);
  for (const FileInfo& file : files) ASSERT_TRUE(disk_.Remove(file.path));
  ASSERT_TRUE(disk_.WriteAtomic(staging, part));
  EXPECT_FALSE(Open()->Restore(*state));
}

TEST_F(FileSinkTest, KnowsWhatCameBehindAnEpochOnAnyShard) {
  const auto published = [this](int shard, const std::vector<int>& numbers) {
    auto sink = Open({}, {}, shard);
    EXPECT_TRUE(sink->Restore("") && Write(sink.get(), numbers));
    const std::string state = *sink->Prepare(1);
    EXPECT_TRUE(sink->Commit(1) && sink->Finish());
    return state;
  };
  const auto behind = [this](const std::map<int, std::string>& states) {
    auto sink = Open();
    std::string text;
    const auto outputs = *dynamic_cast<StagesOutput&>(*sink).Behind(states);
    for (const StagedOutput& output : outputs) {
      text += output.final_path.substr(output.final_path.find('-') + 10) + " ";
      if (!output.path.empty())
        text += "of " + output.path.substr(output.path.find('-') + 10) + " ";
    }
    return text;
  };
  published(2, {1});  // of a run before
  const std::string first = published(0, {2});
  EXPECT_EQ(behind({{0, first}}), "0-1 of 0-1.inprogress ");  // open in that epoch
  // The run went on with more shards, and is lost.
  published(1, {3});
  published(2, {4});
  EXPECT_EQ(behind({{0, first}}), "0-1 of 0-1.inprogress 1-2 2-3 ");
  auto sink = Open();
  ASSERT_TRUE(sink->Restore("") && Write(sink.get(), {5}));
  EXPECT_EQ(behind({{0, *sink->Prepare(1)}}), "");
}

TEST_F(FileSinkTest, WritesPartitionsAsHive) {
  auto sink = Open({{"sink.partition-commit.policy.kind", {"success-file"}}}, {"k"});
  ASSERT_TRUE(WriteBatch(sink.get(), MakeBatch({1, 2, 3, 4, 5}, {"a", "x=/ y", nullptr, "", "a"})));
  ASSERT_TRUE(sink->Finish());
  EXPECT_EQ(Visible(), (Files{{"/k=__DEFAULT_PARTITION__/_SUCCESS", ""},
                              {"/k=__DEFAULT_PARTITION__/part-0-0", "3\n4\n"},
                              {"/k=a/_SUCCESS", ""},
                              {"/k=a/part-0-1", "1\n5\n"},
                              {"/k=x%3D%2F y/_SUCCESS", ""},
                              {"/k=x%3D%2F y/part-0-2", "2\n"}}));
}

TEST_F(FileSinkTest, RefusesWhatItCannotDo) {
  const auto connector = MakeFilesystemConnector();
  const auto check = [&](std::map<std::string, OptionValue> values) {
    values.emplace("path", OptionValue{"/w/out"});
    TableContext table{.table = "t", .schema = TestSchema()};
    table.options = Options(connector->options(), std::move(values));
    const Status status = connector->Check(table, true);
    return status ? std::string() : status.error().code;
  };
  EXPECT_EQ(check({}), "");
  EXPECT_EQ(check({{"auto-compaction", {"true"}}}), "MR0506");
  EXPECT_EQ(check({{"sink.partition-commit.policy.kind", {"metastore"}}}), "MR0506");
  EXPECT_EQ(check({{"sink.partition-commit.trigger", {"partition-time"}}}), "MR0506");
}

/// Runs epochs with a crash at a random operation, restores, and goes on: in the end every row is
/// there exactly once, in order. Losing an fsync anywhere in the sink makes this fail.
TEST_F(FileSinkTest, EveryRowIsThereOnceAfterCrashesAnywhere) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto random = MakeRandom(seed);
    ASSERT_TRUE(disk_.RemoveTree("/w/out"));
    ASSERT_TRUE(disk_.SyncDirectory("/w"));
    ASSERT_TRUE(disk_.SyncDirectory("/"));
    std::string state;  // of the last durable epoch
    int done = 0;       // rows in that epoch
    bool finished = false;
    while (!finished) {
      uint64_t operations = random->Next() % 40 + 1;
      disk_.SetFaults([&](SimulatedDisk::Operation, const std::string& path) -> Status {
        if (--operations > 0) return OkStatus();
        return ExternalError("MR0801", "crash at '" + path + "'");
      });
      auto sink = Open({{"sink.rolling-policy.file-size", {"8 b"}}});
      int row = done;
      const auto run = [&]() -> Status {
        TRY(sink->Restore(state));
        for (uint64_t epoch = 1; row < 30; ++epoch) {
          TRY(sink->Commit(epoch - 1));
          TRY(Write(sink.get(), {row, row + 1}));
          row += 2;
          TRY_ASSIGN(state, sink->Prepare(epoch));
          done = row;
        }
        return sink->Finish();
      };
      finished = run().has_value();
      disk_.SetFaults(nullptr);
      if (!finished) disk_.Crash(random.get());
    }
    std::string all;
    std::map<int, std::string> ordered;
    for (const auto& [name, text] : Visible()) {
      ordered[std::stoi(name.substr(name.rfind('-') + 1))] = text;
    }
    for (const auto& [sequence, text] : ordered) all += text;
    std::string expected;
    for (int i = 0; i < 30; ++i) expected += std::to_string(i) + "\n";
    ASSERT_EQ(all, expected);
    ASSERT_EQ(Hidden(), 0u);
  }
}

TEST(SinkStateTest, ReadsWhatItWrites) {
  const SinkState state{.next_sequence = 7,
                        .files = {{1, "k=a b/e=1", 100, true}, {3, "", 0, false}}};
  EXPECT_EQ(*ReadSinkState(WriteSinkState(state)), state);
  EXPECT_FALSE(ReadSinkState("files 2 7 0\nf 1").has_value());
  EXPECT_FALSE(ReadSinkState("junk").has_value());
}

TEST(PartitionPathTest, EscapesAsFlink) {
  EXPECT_EQ(EscapePartitionValue("x=/ y"), "x%3D%2F y");
  EXPECT_EQ(EscapePartitionValue("\xC3\xA9%:\""), "\xC3\xA9%25%3A%22");
  EXPECT_EQ(EscapePartitionValue(".."), "%2E.");
  EXPECT_EQ(EscapePartitionValue("a\nb"), "a%0Ab");
}

}  // namespace
}  // namespace millrace
