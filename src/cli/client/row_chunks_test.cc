// SPDX-License-Identifier: Apache-2.0
#include "cli/client/row_chunks.h"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace millrace {
namespace {

/// Gives one piece per read; an empty one is a pause.
class Pieces final : public ByteInput {
 public:
  explicit Pieces(std::deque<std::string> pieces) : pieces_(std::move(pieces)) {}
  Result<Got> Read(size_t, int64_t, std::string* out) override {
    if (pieces_.empty()) return Got::kEnd;
    const std::string piece = std::move(pieces_.front());
    pieces_.pop_front();
    *out += piece;
    return piece.empty() ? Got::kNothing : Got::kBytes;
  }

 private:
  std::deque<std::string> pieces_;
};

/// "first:rows" of each piece; the last one has a '.' behind it.
std::vector<std::string> Cut(std::deque<std::string> pieces, bool quoted,
                             RowChunks::Limits limits = {}) {
  Pieces input(std::move(pieces));
  RowChunks chunks(&input, quoted, limits);
  std::vector<std::string> cut;
  for (int i = 0; i < 100; ++i) {
    const RowChunk chunk = *chunks.Next(0);
    cut.push_back(std::to_string(chunk.first) + ":" + chunk.rows + (chunk.last ? "." : ""));
    if (chunk.last) return cut;
  }
  ADD_FAILURE() << "the text has no end";
  return cut;
}

using Texts = std::vector<std::string>;

TEST(RowChunksTest, WholeRowsGoOutAtOnceAndTheRestWaits) {
  EXPECT_EQ(Cut({"a\nb", "", "c\n", "", "d"}, false), (Texts{"1:a\n", "2:bc\n", "3:d."}));
  EXPECT_EQ(Cut({"a\nb\n"}, false), (Texts{"1:a\nb\n."}));
  EXPECT_EQ(Cut({}, false), (Texts{"1:."}));
}

TEST(RowChunksTest, LimitsCutBetweenRows) {
  EXPECT_EQ(Cut({"a\nb\nc\nd\ne"}, false, {.lines = 2}), (Texts{"1:a\nb\n", "3:c\nd\n", "5:e."}));
  EXPECT_EQ(Cut({"aaa\nbbb\ncccccccccccc\nd\n"}, false, {.bytes = 8}),
            (Texts{"1:aaa\nbbb\n", "3:cccccccccccc\n", "4:d\n."}));
}

TEST(RowChunksTest, ALineBreakInQuotesEndsNoRow) {
  EXPECT_EQ(Cut({"1,\"a\nb", "", "\"\"c\"\n2,x\n"}, true),
            (Texts{"1:", "1:1,\"a\nb\"\"c\"\n2,x\n."}));
  EXPECT_EQ(Cut({"1,\"a\nb\"\n"}, false), (Texts{"1:1,\"a\nb\"\n."}));
}

}  // namespace
}  // namespace millrace
