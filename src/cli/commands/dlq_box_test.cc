// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/dlq_box.h"

#include <gtest/gtest.h>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "operators/io/replay/replay_source.h"

namespace millrace {
namespace {

constexpr char kDecode[] =
    R"({"id": "aa", "table": "t", "stage": "decode", "code": "MR0711", "reason": "not JSON at 7",)"
    R"( "split": "t-0", "position": "offset 7", "timestamp_ms": 12, "key_base64": "/w==",)"
    R"( "raw": "{x", "attempts": 1, "pipeline": "p", "epoch": 3, "at": "2026-01-02T00:00:00Z"})"
    "\n";
constexpr char kWithoutRecord[] =
    R"({"id": "bb", "table": "t", "stage": "processing", "operator": "Calc", "reason": "bad",)"
    R"( "row": "+I[1]", "attempts": 1, "pipeline": "p", "epoch": 4, "at": "2026-01-03T00:00:00Z"})"
    "\n";

class LetterBoxTest : public testing::Test {
 protected:
  LetterBoxTest() {
    EXPECT_TRUE(disk_.CreateDirectories("/d/dead-letters"));
    Append("/d/dead-letters/t.jsonl", std::string(kDecode) + kWithoutRecord + R"({"id": "cut)");
  }
  void Append(const std::string& path, const std::string& text) {
    const std::string before = disk_.ReadAll(path).value_or("");
    EXPECT_TRUE(disk_.WriteAtomic(path, before + text));
  }
  LetterBox Open() { return *LetterBox::Open(&disk_, &clock_, "/d"); }
  static std::vector<std::string> Found(const LetterBox& box, const LetterFilter& filter) {
    std::vector<std::string> ids;
    for (const StoredLetter* letter : box.Select(filter)) ids.push_back(letter->id);
    return ids;
  }

  SimulatedClock clock_;
  SimulatedDisk disk_;
};

TEST_F(LetterBoxTest, ReadsWholeLinesAndFilters) {
  const LetterBox box = Open();
  using Ids = std::vector<std::string>;
  EXPECT_EQ(Found(box, {}), (Ids{"aa", "bb"}));
  EXPECT_EQ(Found(box, {.stage = "decode"}), Ids{"aa"});
  EXPECT_EQ(Found(box, {.where_like = "%Calc%"}), Ids{"bb"});
  EXPECT_EQ(Found(box, {.since = "2026-01-02T12:00"}), Ids{"bb"});
  EXPECT_EQ(Found(box, {.table = "u"}), Ids{});
  EXPECT_TRUE(box.letters()[0].can_be_replayed());
  EXPECT_FALSE(box.letters()[1].can_be_replayed());
}

TEST_F(LetterBoxTest, KeepsStatesBesideTheLetters) {
  LetterBox box = Open();
  ASSERT_TRUE(box.Mark(box.Select({.ids = {"bb"}}), LetterState::kReview));
  EXPECT_EQ(Found(Open(), {.state = "review"}), std::vector<std::string>{"bb"});
  ASSERT_TRUE(box.Mark(box.Select({.ids = {"bb"}}), LetterState::kDropped));
  EXPECT_EQ(Found(Open(), {.state = "dropped"}), std::vector<std::string>{"bb"});
  EXPECT_EQ(Found(Open(), {.state = "new"}), std::vector<std::string>{"aa"});
}

TEST_F(LetterBoxTest, AReplayedLetterThatComesAgainIsNewAgain) {
  LetterBox box = Open();
  ASSERT_TRUE(box.Replay(box.Select({.ids = {"aa"}}), 5));
  EXPECT_EQ(Open().letters()[0].state, LetterState::kReplayed);
  const auto files = *disk_.List("/d/replays/t", false);
  ASSERT_EQ(files.size(), 1u);
  const auto replay = ParseReplay(*disk_.ReadAll(files[0].path));
  ASSERT_TRUE(replay);
  EXPECT_EQ(replay->rows_per_second, 5);
  ASSERT_EQ(replay->records.size(), 1u);
  EXPECT_EQ(replay->records[0].raw, "{x");
  EXPECT_EQ(replay->records[0].key, "\xff");
  EXPECT_EQ(replay->records[0].timestamp_ms, 12);
  EXPECT_EQ(replay->records[0].split, "t-0");
  ASSERT_TRUE(disk_.WriteAtomic("/d/dead-letters/t.jsonl",
                                std::string(kDecode) + kWithoutRecord + kDecode));
  const LetterBox again = Open();
  EXPECT_EQ(again.letters()[0].times, 2u);
  EXPECT_EQ(again.letters()[0].state, LetterState::kNew);
}

TEST(MatchesLike, IsSqls) {
  EXPECT_TRUE(MatchesLike("abc", "a%"));
  EXPECT_TRUE(MatchesLike("abc", "%b_"));
  EXPECT_TRUE(MatchesLike("", "%"));
  EXPECT_TRUE(MatchesLike("aXbXc", "a%X_"));
  EXPECT_FALSE(MatchesLike("abc", "ab"));
  EXPECT_FALSE(MatchesLike("abc", "_b_d"));
}

}  // namespace
}  // namespace millrace
