// SPDX-License-Identifier: Apache-2.0
#include "formats/posted_rows.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

std::vector<std::string> Texts(std::string_view body,
                               const Result<std::vector<RecordSlice>>& records) {
  std::vector<std::string> texts;
  if (!records) return {"error " + records.error().code};
  for (const RecordSlice& record : *records) {
    texts.emplace_back(body.substr(record.offset, record.length));
  }
  return texts;
}

std::vector<std::string> Json(std::string_view body) { return Texts(body, SplitJson(body, 3)); }
std::vector<std::string> Lines(std::string_view body) { return Texts(body, SplitLines(body, 3)); }
using List = std::vector<std::string>;

TEST(SplitJson, ObjectsAndArrays) {
  EXPECT_EQ(Json("  {\"a\": [1, 2]}\n"), List{"{\"a\": [1, 2]}"});
  EXPECT_EQ(Json("[]"), List{});
  EXPECT_EQ(Json(" [ ] "), List{});
  EXPECT_EQ(Json("[{\"a\":1} , {\"b\":[{},[]]},3]"), (List{"{\"a\":1}", "{\"b\":[{},[]]}", "3"}));
}

TEST(SplitJson, BracketsAndCommasInsideTexts) {
  EXPECT_EQ(Json(R"([{"a":"],[\"}"},{"b":"\\"}])"), (List{R"({"a":"],[\"}"})", R"({"b":"\\"})"}));
}

TEST(SplitJson, BrokenArrays) {
  for (const std::string_view body : {"", "  ", "[", "[1", "[1,", "[,1]", "[1,]", "[1]]", "[1] x",
                                      "[\"a]", "[\"a\\", "[}]", "[{]}"}) {
    const auto texts = Json(body);
    // What only looks like a value is the decoder's to refuse.
    EXPECT_TRUE(texts == List{"error MR0741"} || body == "[{]}") << body;
  }
}

TEST(SplitJson, NothingMayFollowAnObject) {
  for (const std::string_view body :
       {"{} x", "{}{}", "{\"a\":\"}\"}]", "[{} x]", "[{}{}]", "[{},{}2]"}) {
    EXPECT_EQ(Json(body), List{"error MR0741"}) << body;
  }
  EXPECT_EQ(Lines("{}\n{}{}"), List{"error MR0741"});
  EXPECT_EQ(Json("{\"a\":\"}x\"}").size(), 1u);
}

TEST(SplitJson, CountsRows) {
  EXPECT_EQ(Json("[1,2,3]").size(), 3u);
  EXPECT_EQ(Json("[1,2,3,4]"), List{"error MR0742"});
}

TEST(SplitLines, BlankLinesAreNoRows) {
  EXPECT_EQ(Lines("{\"a\":1}\r\n\n  {\"b\":2}"), (List{"{\"a\":1}", "{\"b\":2}"}));
  EXPECT_EQ(Lines("\n \n"), List{"error MR0741"});
  EXPECT_EQ(Lines("1\n2\n3\n4"), List{"error MR0742"});
}

TEST(ParseBodyType, KnowsTypesAndCharsets) {
  EXPECT_EQ(ParseBodyType("Application/JSON; charset=UTF-8").kind, BodyKind::kJson);
  EXPECT_EQ(ParseBodyType("application/json; charset=utf-16").kind, BodyKind::kUnknown);
  EXPECT_EQ(ParseBodyType("application/x-ndjson").kind, BodyKind::kNdjson);
  EXPECT_TRUE(ParseBodyType("text/csv; header=present").csv_header);
  EXPECT_FALSE(ParseBodyType("text/csv").csv_header);
  EXPECT_EQ(ParseBodyType("").kind, BodyKind::kTable);
  EXPECT_TRUE(ParseBodyType("text/plain").simple_request);
  EXPECT_FALSE(ParseBodyType("application/octet-stream").simple_request);
  EXPECT_EQ(ParseBodyType("multipart/form-data; boundary=x").kind, BodyKind::kUnknown);
}

}  // namespace
}  // namespace millrace
