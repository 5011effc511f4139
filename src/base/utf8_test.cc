// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Utf8, DecodesEveryLength) {
  EXPECT_EQ(DecodeCodePoint("a").value, U'a');
  EXPECT_EQ(DecodeCodePoint("\u00e9").value, U'\u00e9');
  EXPECT_EQ(DecodeCodePoint("\u20ac").value, U'\u20ac');
  const CodePoint emoji = DecodeCodePoint("\U0001F600 and more");
  EXPECT_EQ(emoji.value, U'\U0001F600');
  EXPECT_EQ(emoji.bytes, 4u);
}

TEST(Utf8, InvalidBytesAreOneReplacementEach) {
  for (std::string_view bad : {"\x80", "\xC0\x80", "\xE2\x82", "\xED\xA0\x80", "\xF8\x88\x80\x80",
                               "\xF4\x90\x80\x80", "\xC3"}) {
    const CodePoint point = DecodeCodePoint(bad);
    EXPECT_FALSE(point.valid) << bad.size();
    EXPECT_EQ(point.bytes, 1u);
    EXPECT_EQ(point.value, kReplacementCharacter);
    EXPECT_FALSE(IsValidUtf8(bad));
  }
  EXPECT_EQ(CountCodePoints("a\xFF\xFF"
                            "b"),
            4u);
}

TEST(Utf8, AppendIsTheInverseOfDecode) {
  for (char32_t value : {U'a', U'\u00df', U'\uFFFD', U'\U0010FFFF'}) {
    std::string text;
    AppendCodePoint(value, &text);
    const CodePoint point = DecodeCodePoint(text);
    EXPECT_TRUE(point.valid);
    EXPECT_EQ(point.value, value);
    EXPECT_EQ(point.bytes, text.size());
  }
}

TEST(Utf8, DisplayWidthKnowsWideAndCombining) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("\u65e5\u672c"), 4u);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1u);
  EXPECT_EQ(DisplayWidth("\U0001F600"), 2u);
  EXPECT_EQ(DisplayWidth("\u00fc"), 1u);
}

}  // namespace
}  // namespace millrace
