// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace millrace {
namespace {

TEST(JsonWriter, NestsWithCommas) {
  JsonWriter json;
  json.BeginObject().Field("a", 1).Key("b").BeginArray().Int(1).String("x").Null().EndArray();
  json.Field("c", true).Key("d").BeginObject().EndObject().EndObject();
  EXPECT_EQ(std::move(json).Finish(), R"({"a":1,"b":[1,"x",null],"c":true,"d":{}})");
}

TEST(JsonWriter, Indents) {
  JsonWriter json(2);
  json.BeginObject().Field("a", 1).Key("b").BeginArray().EndArray().EndObject();
  EXPECT_EQ(std::move(json).Finish(), "{\n  \"a\": 1,\n  \"b\": []\n}");
}

TEST(JsonWriter, EscapesAndRepairsText) {
  std::string out;
  AppendJsonString("a\"b\\c\n\t\x01\x7f \xC3\xA9 \xFF", &out);
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f \xC3\xA9 \xEF\xBF\xBD\"");
}

TEST(JsonWriter, NumbersReadBack) {
  JsonWriter json;
  json.BeginArray().Double(0.1).Double(std::numeric_limits<double>::quiet_NaN()).Int(-5).EndArray();
  EXPECT_EQ(std::move(json).Finish(), "[0.1,null,-5]");
}

TEST(JsonWriterDeath, MismatchAborts) {
  JsonWriter json;
  json.BeginObject();
  EXPECT_DEATH(json.EndArray(), "CHECK failed");
  EXPECT_DEATH(json.Int(1), "CHECK failed");
}

}  // namespace
}  // namespace millrace
