// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/manifest.h"

#include <gtest/gtest.h>

#include "data/key_codec.h"
#include "data/keys/hash_parts.h"
#include "env/clock.h"
#include "runtime/epochs/journal.h"

namespace millrace {
namespace {

RunManifest Example() {
  RunManifest manifest{.pipeline = "fraud \"v2\"", .fingerprint = "0123456789abcdef", .epoch = 42};
  manifest.sources["aa"] = {{.split = "in/ä.json", .done = true, .position = "100"},
                            {.split = "in/b.json", .bounded = false, .position = "7\n", .row = 9}};
  manifest.sinks["bb/0"] = "files 2 7 0\no 6 100 \n";
  manifest.sinks["bb/1"] = std::string("\x00\xff\x01", 3);
  manifest.sinks["bb/2"] = "hex:looks like ours";
  manifest.dead_letters["t"] = 12;
  manifest.sources["a1"] = {
      {.split = "t-0", .bounded = false, .position = "offset=5,topic=x", .shard = 3}};
  return manifest;
}

TEST(RunManifest, ReadsBackWhatItWrote) {
  const RunManifest manifest = Example();
  const auto read = RunManifest::FromJson(manifest.ToJson());
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read->ToJson(), manifest.ToJson());
  EXPECT_EQ(read->sources, manifest.sources);
  EXPECT_EQ(read->sinks, manifest.sinks);
  EXPECT_EQ(read->epoch, 42u);
  EXPECT_EQ(read->pipeline, "fraud \"v2\"");
}

TEST(RunManifest, ReadsBackItsBody) {
  RunManifest manifest = Example();
  manifest.shards = 4;
  manifest.finished = true;
  const auto read = RunManifest::FromBody(manifest.Body(), 9);
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(read->Body(), manifest.Body());
  EXPECT_EQ(read->epoch, 9u);
}

TEST(RunManifest, ANewerVersionIsRefused) {
  std::string body = Example().Body();
  const std::string version = "\"version\": 2";
  const size_t at = body.find(version);
  ASSERT_NE(at, std::string::npos) << body;
  body.replace(at, version.size(), "\"version\": 3");
  const auto read = RunManifest::FromBody(body, 1);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "MR0722");
  EXPECT_NE(read.error().detail.find("format 3, this program reads 2"), std::string::npos);
}

TEST(JournalRecordTest, ANewerVersionIsRefused) {
  JournalRecord record;
  record.epoch = 7;
  record.manifest = "{}";
  record.deltas.emplace_back(1, "changes");
  record.dead_letters["t"] = {.at = 3, .lines = "{}\n"};
  std::string bytes = record.Encode();
  const auto same = JournalRecord::Decode(bytes);
  ASSERT_TRUE(same) << same.error().ToString();
  EXPECT_EQ(same->Encode(), bytes);
  bytes[0] = 2;
  const auto newer = JournalRecord::Decode(bytes);
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, "MR0805");
}

TEST(JournalRecordTest, PartsAreTheWhole) {
  JournalRecord record;
  record.deltas.emplace_back(0, std::string(100'000, 'x'));
  record.deltas.emplace_back(1, "y");
  record.dead_letters["t"] = {.at = 3, .lines = "{}\n"};
  std::deque<std::string> own;
  const std::vector<std::string_view> parts = record.EncodeParts(&own);
  EXPECT_EQ(HashParts(parts), HashBytes(record.Encode()));
  EXPECT_EQ(JournalRecord::Decode(record.Encode())->deltas, record.deltas);
}

TEST(JournalRecordTest, ChangedBytesNeverCrash) {
  JournalRecord record;
  record.epoch = 5;
  record.manifest = Example().Body();
  record.deltas.emplace_back(0, "some changes");
  record.deltas.emplace_back(1, std::string(300, 'x'));
  record.dead_letters["t"] = {.at = 77, .lines = "{}\n{}\n"};
  const std::string whole = record.Encode();
  const auto random = MakeRandom(11);
  int read = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = whole;
    for (uint64_t changes = 1 + random->Next() % 4; changes > 0; --changes) {
      bytes[random->Next() % bytes.size()] = static_cast<char>(random->Next());
    }
    if (random->Next() % 4 == 0) bytes.resize(random->Next() % bytes.size());
    const auto decoded = JournalRecord::Decode(bytes);
    if (!decoded) continue;
    ++read;
    const auto again = JournalRecord::Decode(decoded->Encode());
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->manifest, decoded->manifest);
    EXPECT_EQ(again->deltas, decoded->deltas);
  }
  EXPECT_GT(read, 0) << "a changed letter of a text is no fault of the record's form";
}

TEST(JournalRecordTest, EveryCutIsSeen) {
  JournalRecord record;
  record.epoch = 300;
  record.decided_before = EpochRecord{.epoch = 299, .hash = 12345678901234567ull};
  record.manifest = "manifest";
  record.deltas.emplace_back(0, std::string(200, 'd'));
  record.dead_letters["t"] = {.at = 1000, .lines = "line\n"};
  const std::string bytes = record.Encode();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(JournalRecord::Decode(std::string_view(bytes).substr(0, size))) << size;
  }
  EXPECT_FALSE(JournalRecord::Decode(bytes + "x"));
}

TEST(RunManifest, EveryFlippedOrMissingByteIsSeen) {
  const std::string text = Example().ToJson();
  for (size_t i = 0; i < text.size() - 1; ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    const auto read = RunManifest::FromJson(damaged);
    if (!read) continue;
    // A digit of the check sum may change its case only; everything else must be as it was.
    EXPECT_EQ(read->ToJson(), text) << "byte " << i;
  }
  for (size_t size = 0; size + 2 < text.size(); ++size) {
    EXPECT_FALSE(RunManifest::FromJson(std::string_view(text).substr(0, size))) << size;
  }
}

TEST(RunManifest, SaysWhichFileIsDamagedAndTheCure) {
  EXPECT_EQ(ManifestPath("data"), "data/run.json");
  const auto read = RunManifest::FromJson("{\"epoch\": 1}");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "MR0722");
}

}  // namespace
}  // namespace millrace
