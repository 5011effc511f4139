// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/manifest.h"

#include <gtest/gtest.h>

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
