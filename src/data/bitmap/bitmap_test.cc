// SPDX-License-Identifier: Apache-2.0
#include "data/bitmap/bitmap.h"

#include <gtest/gtest.h>

#include <random>

namespace millrace {
namespace {

std::string BytesOf(const Bitmap& bitmap) {
  std::string bytes;
  bitmap.AppendBytes(&bytes);
  return bytes;
}

std::string TextOf(const Bitmap& bitmap) {
  std::string text;
  bitmap.AppendText(&text);
  return text;
}

/// Runs, arrays and bitsets, in several containers.
Bitmap Mixed() {
  Bitmap bitmap;
  bitmap.AddRange(10, 70000);
  for (uint32_t i = 0; i < 10000; ++i) bitmap.Add(200000 + 3 * i);
  for (const uint32_t value : {1U, 5U, 500000U, 4294967295U}) bitmap.Add(value);
  return bitmap;
}

TEST(BitmapTest, BytesAreThoseOfTheSet) {
  Bitmap built;
  for (uint32_t i = 20; i > 0; --i) built.Add(i);
  Bitmap cut;
  cut.AddRange(0, 100);
  Bitmap common;
  common.AddRange(1, 20);
  cut.KeepCommon(common);
  EXPECT_EQ(BytesOf(built), BytesOf(cut));
  EXPECT_EQ(TextOf(Bitmap::FromBytes(BytesOf(built))), TextOf(cut));
}

TEST(BitmapTest, ParsesWhatItWrites) {
  const std::string bytes = BytesOf(Mixed());
  const auto parsed = Bitmap::Parse(bytes);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(BytesOf(*parsed), bytes);
  EXPECT_EQ(parsed->size(), Mixed().size());
  EXPECT_TRUE(Bitmap::Parse(bytes + "behind").has_value());
}

TEST(BitmapTest, OperatesOnSets) {
  Bitmap left;
  for (const uint32_t value : {1U, 3U, 5U}) left.Add(value);
  Bitmap right;
  for (const uint32_t value : {5U, 9U}) right.Add(value);
  Bitmap flipped = left;
  flipped.Flip(right);
  EXPECT_EQ(TextOf(flipped), "{1,3,9}");
  Bitmap less = left;
  less.RemoveAll(right);
  EXPECT_EQ(TextOf(less), "{1,3}");
  left.AddAll(right);
  EXPECT_EQ(TextOf(left), "{1,3,5,9}");
  EXPECT_EQ(TextOf(Bitmap()), "{}");
}

TEST(BitmapTest, RefusesBytesThatAreNone) {
  const std::string bytes = BytesOf(Mixed());
  for (size_t size = 0; size < 64; ++size) EXPECT_FALSE(Bitmap::Parse(bytes.substr(0, size)));
  EXPECT_FALSE(Bitmap::Parse(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(Bitmap::Parse(std::string(8, '\xFF')));
}

TEST(BitmapTest, SurvivesSpoiledBytes) {
  const std::string bytes = BytesOf(Mixed());
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    std::string spoiled = bytes;
    spoiled[random() % 200] = static_cast<char>(random());
    const auto parsed = Bitmap::Parse(spoiled);
    if (parsed) EXPECT_EQ(BytesOf(Bitmap::FromBytes(BytesOf(*parsed))), BytesOf(*parsed));
  }
}

}  // namespace
}  // namespace millrace
