// SPDX-License-Identifier: Apache-2.0
// What is a request, where it ends, and what is refused, however its bytes are cut.
#include "env/real/http/request_reader.h"

#include <gtest/gtest.h>

#include "env/clock.h"

namespace millrace {
namespace {

using Stage = RequestReader::Stage;

constexpr size_t kBodyMax = 100;

/// Feeds pieces of `step` bytes, as a connection does. What is left of the input stays in `rest`.
Stage Read(RequestReader* reader, std::string_view text, size_t step, std::string* rest) {
  std::string input;
  for (size_t i = 0; i < text.size(); i += step) {
    input += text.substr(i, step);
    if (reader->Feed(&input) == Stage::kHeadDone) {
      reader->AcceptBody(kBodyMax);
      reader->Feed(&input);
    }
    if (reader->stage() == Stage::kDone || reader->stage() == Stage::kFailed) {
      input += text.substr(std::min(text.size(), i + step));
      break;
    }
  }
  *rest = input;
  return reader->stage();
}

class RequestReaderTest : public ::testing::TestWithParam<size_t> {
 protected:
  Stage Feed(std::string_view text) { return Read(&reader_, text, GetParam(), &rest_); }

  HttpServerSettings settings_{.header_bytes_max = 1024, .headers_max = 10, .target_bytes_max = 64};
  RequestReader reader_{settings_};
  std::string rest_;
};

TEST_P(RequestReaderTest, ReadsHeadAndBody) {
  ASSERT_EQ(Feed("POST /a?b=c HTTP/1.1\r\nHOST: x\r\nContent-Length: 3\r\n\r\nabcGET"),
            Stage::kDone);
  EXPECT_EQ(reader_.request().method, "POST");
  EXPECT_EQ(reader_.request().target, "/a?b=c");
  EXPECT_EQ(reader_.request().Header("host"), "x");
  EXPECT_EQ(reader_.request().Header("nothing"), std::nullopt);
  EXPECT_EQ(reader_.request().body, "abc");
  EXPECT_EQ(rest_, "GET");
  EXPECT_TRUE(reader_.keep_alive());
}

TEST_P(RequestReaderTest, ReadsChunks) {
  ASSERT_EQ(Feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
                 "2;x=y\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\nGET"),
            Stage::kDone);
  EXPECT_EQ(reader_.request().body, "abc");
  EXPECT_EQ(rest_, "GET");
}

TEST_P(RequestReaderTest, ReadsChunksOfNothing) {
  ASSERT_EQ(Feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET"),
            Stage::kDone);
  EXPECT_EQ(reader_.request().body, "");
  EXPECT_EQ(rest_, "GET");
}

TEST_P(RequestReaderTest, RefusesAChunkWithoutALength) {
  EXPECT_EQ(Feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            Stage::kFailed);
  EXPECT_EQ(reader_.status(), 400);
}

TEST_P(RequestReaderTest, SkipsEmptyLinesBeforeARequest) {
  ASSERT_EQ(Feed("\r\n\r\nGET / HTTP/1.0\r\n\r\n"), Stage::kDone);
  EXPECT_FALSE(reader_.keep_alive());
}

TEST_P(RequestReaderTest, RefusesBodiesThatAreTooLong) {
  EXPECT_EQ(Feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n"), Stage::kFailed);
  EXPECT_EQ(reader_.status(), 413);
}

TEST_P(RequestReaderTest, RefusesChunksThatAreTooMuch) {
  EXPECT_EQ(Feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n60\r\n" +
                 std::string(96, 'x') + "\r\n5\r\n12345\r\n0\r\n\r\n"),
            Stage::kFailed);
  EXPECT_EQ(reader_.status(), 413);
}

TEST_P(RequestReaderTest, RefusesWhatIsTooLong) {
  EXPECT_EQ(Feed("GET /" + std::string(200, 'a')), Stage::kFailed);
  EXPECT_EQ(reader_.status(), 414);
}

TEST_P(RequestReaderTest, RefusesHeadersThatAreTooLong) {
  EXPECT_EQ(Feed("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(2000, 'a')), Stage::kFailed);
  EXPECT_EQ(reader_.status(), 431);
}

TEST_P(RequestReaderTest, RefusesTooManyHeaders) {
  std::string text = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 11; ++i) text += "X: y\r\n";
  EXPECT_EQ(Feed(text + "\r\n"), Stage::kFailed);
  EXPECT_EQ(reader_.status(), 431);
}

TEST_P(RequestReaderTest, RefusesTwoMeanings) {
  for (const std::string_view head :
       {"Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: +1\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n",
        "X: a\r\n b\r\n", "X: a\nY: b\r\n", "X: a\rY: b\r\n", "X : a\r\n", "Host: x\r\n"}) {
    RequestReader reader(settings_);
    const std::string text = "POST / HTTP/1.1\r\nHost: x\r\n" + std::string(head) + "\r\nx";
    EXPECT_EQ(Read(&reader, text, GetParam(), &rest_), Stage::kFailed) << head;
    EXPECT_EQ(reader.status(), 400) << head;
  }
}

TEST_P(RequestReaderTest, RefusesNulEvenBeforeTheHeadEnds) {
  EXPECT_EQ(Feed(std::string_view("GET / HTTP/1.1\r\nHost: \0", 24)), Stage::kFailed);
  EXPECT_EQ(reader_.status(), 400);
}

/// What came of bytes: targets and bodies, then the status of a refusal.
std::string Outcome(const HttpServerSettings& settings, std::string_view text, size_t step) {
  std::string outcome;
  std::string rest(text);
  while (!rest.empty()) {
    RequestReader reader(settings);
    const std::string input = rest;
    const Stage stage = Read(&reader, input, step, &rest);
    if (stage == Stage::kFailed) return outcome + "!";
    if (stage != Stage::kDone) return outcome;
    outcome += reader.request().target + "|" + reader.request().body + "\n";
  }
  return outcome;
}

/// Damaged requests are read the same, however their bytes are cut, and nothing is read twice.
TEST_P(RequestReaderTest, DamagedRequestsMeanTheSameInPieces) {
  const std::string good =
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
      "GET /c HTTP/1.1\r\nHost: x\r\n\r\n";
  constexpr std::string_view kBytes("\0\r\n :;,0129af\t\x7f\xff%", 17);
  const auto random = MakeRandom(4711);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = good;
    for (uint64_t edits = 1 + random->Next() % 3; edits > 0; --edits) {
      const size_t at = random->Next() % damaged.size();
      const char byte = kBytes[random->Next() % kBytes.size()];
      switch (random->Next() % 3) {
        case 0: damaged[at] = byte; break;
        case 1: damaged.insert(at, 1, byte); break;
        default: damaged.erase(at, 1 + random->Next() % 4);
      }
    }
    const std::string whole = Outcome(settings_, damaged, damaged.size());
    EXPECT_EQ(Outcome(settings_, damaged, GetParam()), whole) << damaged;
  }
}

INSTANTIATE_TEST_SUITE_P(Pieces, RequestReaderTest, ::testing::Values(1, 2, 7, 100'000));

}  // namespace
}  // namespace millrace
