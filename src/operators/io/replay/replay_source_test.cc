// SPDX-License-Identifier: Apache-2.0
#include "operators/io/replay/replay_source.h"

#include <gtest/gtest.h>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "support/memory_connector.h"

namespace millrace {
namespace {

const std::vector<ReplayRecord> kRecords = {
    {.raw = "a b\n", .key = "k", .timestamp_ms = -5, .split = "t-0", .position = "offset 7"},
    {.raw = "", .key = std::nullopt, .timestamp_ms = std::nullopt, .split = "f", .position = ""},
    {.raw = std::nullopt, .key = std::string("\0\xff", 2), .split = "t-1", .position = "offset 9"}};

TEST(Replay, IsReadBack) {
  const auto replay = ParseReplay(FormatReplay(kRecords, 2.5));
  ASSERT_TRUE(replay) << replay.error().ToString();
  EXPECT_EQ(replay->rows_per_second, 2.5);
  ASSERT_EQ(replay->records.size(), kRecords.size());
  for (size_t i = 0; i < kRecords.size(); ++i) {
    EXPECT_EQ(replay->records[i].raw, kRecords[i].raw);
    EXPECT_EQ(replay->records[i].key, kRecords[i].key);
    EXPECT_EQ(replay->records[i].timestamp_ms, kRecords[i].timestamp_ms);
    EXPECT_EQ(replay->records[i].split, kRecords[i].split);
    EXPECT_EQ(replay->records[i].position, kRecords[i].position);
  }
}

TEST(Replay, ADamagedFileIsRefused) {
  const std::string text = FormatReplay(kRecords, 0);
  EXPECT_TRUE(ParseReplay(text));
  EXPECT_FALSE(ParseReplay(""));
  EXPECT_FALSE(ParseReplay(text.substr(0, text.rfind('\n', text.size() - 2) + 1)));
  EXPECT_FALSE(ParseReplay(text + "!!! - - - -\n"));
}

class ReplaySourceTest : public testing::Test {
 protected:
  std::unique_ptr<Source> Make() {
    table_ = MakeTable("t", Schema({{"v", DataType::BigInt()}}), &connector_);
    TableContext context{.table = "t", .data_dir = "/d"};
    context.env.disk = &disk_;
    context.env.clock = &clock_;
    context.services.replays_only = true;
    auto source = MakeTableSource(*table_, context);
    EXPECT_TRUE(source);
    return *std::move(source);
  }
  void Write(double rate) {
    EXPECT_TRUE(disk_.CreateDirectories("/d/replays/t"));
    EXPECT_TRUE(disk_.WriteAtomic("/d/replays/t/1.replay", FormatReplay(kRecords, rate)));
  }

  SimulatedClock clock_;
  SimulatedDisk disk_;
  MemoryStore store_;
  MemoryConnector connector_{&store_};
  TablePtr table_;
};

TEST_F(ReplaySourceTest, GivesTheRecordsOfAFileAndTellsWhereTheyWereFirst) {
  auto source = Make();
  EXPECT_TRUE(source->Discover()->empty());
  Write(0);
  const auto splits = *source->Discover();
  ASSERT_EQ(splits.size(), 1u);
  EXPECT_TRUE(splits[0].bounded);
  auto reader = *source->Open(splits[0]);
  ASSERT_TRUE(reader->Seek("1"));
  const auto read = reader->Read(100);
  ASSERT_TRUE(read);
  const auto& chunk = std::get<RawChunk>(read->data);
  ASSERT_EQ(chunk.records.size(), 2u);
  EXPECT_EQ(chunk.records[0].second, 0u) << "empty, not null";
  EXPECT_EQ(chunk.records[1].second, kNullRecord);
  EXPECT_EQ(chunk.numbers, (std::vector<int64_t>{1, 2}));
  RecordOrigin origin;
  chunk.details->Describe(1, &origin);
  EXPECT_EQ(origin.split, "t-1");
  EXPECT_EQ(origin.position, "offset 9");
  EXPECT_EQ(reader->Read(100)->kind, ReadResult::Kind::kEnd);
}

TEST_F(ReplaySourceTest, IsPaced) {
  Write(10);
  auto source = Make();
  auto reader = *source->Open(source->Discover()->front());
  EXPECT_EQ(std::get<RawChunk>(reader->Read(100)->data).records.size(), 1u);
  const auto idle = reader->Read(100);
  EXPECT_EQ(idle->kind, ReadResult::Kind::kIdle);
  EXPECT_GT(idle->wait_nanos, 90'000'000);
  clock_.AdvanceMillis(101);
  EXPECT_EQ(std::get<RawChunk>(reader->Read(100)->data).records.size(), 1u);
}

TEST_F(ReplaySourceTest, AFileIsOverOnceItsLastRecordIsInAnEpoch) {
  Write(0);
  auto source = Make();
  std::vector<Split> splits = *source->Discover();
  splits[0].position = "2";
  source->OnEpochCompleted(splits);
  EXPECT_EQ(source->Discover()->size(), 1u);
  splits[0].position = "3";
  source->OnEpochCompleted(splits);
  source->OnEpochCompleted(splits);
  EXPECT_TRUE(source->Discover()->empty());
  EXPECT_TRUE(disk_.Stat("/d/replays/t/1.done")->has_value());
}

}  // namespace
}  // namespace millrace
