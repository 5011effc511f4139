// SPDX-License-Identifier: Apache-2.0
#include "operators/io/dead_letters.h"

#include <gtest/gtest.h>

#include "env/simulated/disk.h"

namespace millrace {
namespace {

std::string IdOf(const std::string& line) { return line.substr(0, line.find(", ")); }

std::string LineOf(const DeadLetter& letter) {
  DeadLetterBuffer buffer;
  buffer.Add(letter);
  return buffer.Take().at(std::string(letter.table));
}

TEST(DeadLetterBuffer, SaysAllThatIsKnownOfARecord) {
  const RecordOrigin origin{.split = "t-0",
                            .position = "offset 7",
                            .raw = "\xff",
                            .key = "k\"1",
                            .timestamp_ms = 1700,
                            .headers = {{"trace", "abc"}, {"bin", "\xfe"}, {"none", std::nullopt}}};
  const std::string line = LineOf({.table = "t",
                                   .stage = "processing",
                                   .operation = "Calc",
                                   .reason = "MR0701: division by zero",
                                   .origin = &origin,
                                   .row = "+I[1]",
                                   .attempts = 3});
  EXPECT_EQ(line.substr(line.find(", ") + 2),
            "\"table\": \"t\", \"stage\": \"processing\", \"operator\": \"Calc\", "
            "\"code\": \"MR0701\", \"reason\": \"MR0701: division by zero\", \"split\": \"t-0\", "
            "\"position\": \"offset 7\", \"timestamp_ms\": 1700, \"row\": \"+I[1]\", "
            "\"key\": \"k\\\"1\", \"headers\": [{\"name\": \"trace\", \"value\": \"abc\"},"
            "{\"name\": \"bin\", \"value_base64\": \"/g==\"},{\"name\": \"none\"}], "
            "\"raw_base64\": \"/w==\", \"attempts\": 3}\n");
}

TEST(DeadLetterBuffer, AnIdDependsOnWhatLeftAndWhereNotOnTheReason) {
  const RecordOrigin at_7{.split = "s", .position = "byte 7", .raw = "x"};
  const RecordOrigin at_8{.split = "s", .position = "byte 8", .raw = "x"};
  const auto id = [](std::string_view table, std::string_view reason, const RecordOrigin& origin) {
    return IdOf(LineOf({.table = table, .stage = "decode", .reason = reason, .origin = &origin}));
  };
  EXPECT_EQ(id("t", "a", at_7), id("t", "b", at_7));
  EXPECT_NE(id("t", "a", at_7), id("t", "a", at_8));
  EXPECT_NE(id("t", "a", at_7), id("u", "a", at_7));
}

TEST(DeadLetterFiles, EndEachLineWithPipelineEpochAndTimeAndAreCutBack) {
  SimulatedDisk disk;
  DeadLetterFiles files(&disk, "p", {{"t", "/d/t.jsonl"}});
  ASSERT_TRUE(files.StartBehindExisting());
  const auto complete = files.Complete({{"t", "{\"a\": 1}\n{\"a\": 2}\n"}}, 4, 1500);
  ASSERT_TRUE(files.Append(complete) && files.Sync());
  const std::string first = *disk.ReadAll("/d/t.jsonl");
  const std::string end =
      ", \"pipeline\": \"p\", \"epoch\": 4, \"at\": \"1970-01-01T00:00:01.500Z\"}\n";
  EXPECT_EQ(first, "{\"a\": 1" + end + "{\"a\": 2" + end);
  const auto lengths = files.lengths();
  ASSERT_TRUE(files.Append(files.Complete({{"t", "{\"a\": 3}\n"}}, 5, 1600)) && files.Sync());
  DeadLetterFiles again(&disk, "p", {{"t", "/d/t.jsonl"}});
  ASSERT_TRUE(again.Restore(lengths));
  EXPECT_EQ(*disk.ReadAll("/d/t.jsonl"), first);
}

}  // namespace
}  // namespace millrace
