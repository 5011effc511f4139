// SPDX-License-Identifier: Apache-2.0
#include "data/options.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using std::chrono::milliseconds;

TEST(OptionTextTest, ReadsFlinksDurations) {
  EXPECT_EQ(*ParseDuration("5 s"), milliseconds(5000));
  EXPECT_EQ(*ParseDuration("1min"), milliseconds(60000));
  EXPECT_EQ(*ParseDuration(" 100 MS "), milliseconds(100));
  EXPECT_EQ(*ParseDuration("2 days"), milliseconds(172800000));
  EXPECT_EQ(*ParseDuration("42"), milliseconds(42));
  EXPECT_EQ(*ParseDuration("1500 micros"), milliseconds(1));
  EXPECT_FALSE(ParseDuration("5 parsecs"));
  EXPECT_FALSE(ParseDuration("-5 s"));
  EXPECT_FALSE(ParseDuration(""));
  EXPECT_FALSE(ParseDuration("1.5 s"));
}

TEST(OptionTextTest, ReadsFlinksMemorySizes) {
  EXPECT_EQ(*ParseMemorySize("128MB"), 128ull << 20);
  EXPECT_EQ(*ParseMemorySize("4 kb"), 4096u);
  EXPECT_EQ(*ParseMemorySize("7"), 7u);
  EXPECT_EQ(*ParseMemorySize("1 gibibytes"), 1ull << 30);
  EXPECT_FALSE(ParseMemorySize("1 furlong"));
}

std::vector<OptionSpec> Specs() {
  return {{.key = "path", .required = true},
          {.key = "interval", .type = OptionType::kDuration, .default_value = "1 s"},
          {.key = "count", .type = OptionType::kInt},
          {.key = "mode", .type = OptionType::kEnum, .default_value = "A", .choices = {"A", "bee"}},
          {.key = "fields.#.kind", .default_value = "random"},
          {.key = "secret", .type = OptionType::kInt, .secret = true}};
}

TEST(OptionsTest, FindsUnknownMissingAndBadValues) {
  const Options options(Specs(), {{"intervall", {"1 s"}},
                                  {"count", {"3000000000"}},
                                  {"mode", {"c"}},
                                  {"secret", {"hunter2"}}});
  const auto problems = options.Validate("connector 'x'");
  ASSERT_EQ(problems.size(), 5u);
  EXPECT_EQ(problems[0].code, "MR0503");
  EXPECT_EQ(problems[0].key, "count");
  EXPECT_EQ(problems[1].code, "MR0501");
  EXPECT_EQ(problems[1].candidates.at(0), "interval");
  EXPECT_EQ(problems[2].message,
            "option 'mode' of connector 'x' must be one of 'A', 'bee', not 'c'");
  EXPECT_EQ(problems[3].message.find("hunter2"), std::string::npos);
  EXPECT_EQ(problems[4].code, "MR0502");
}

TEST(OptionsTest, ReadsDefaultsAndPatterns) {
  const Options options(Specs(), {{"path", {"p"}}, {"fields.a.b.kind", {"sequence"}}});
  EXPECT_TRUE(options.Validate("x").empty());
  EXPECT_EQ(options.GetDuration("interval"), milliseconds(1000));
  EXPECT_EQ(options.GetString("fields.a.b.kind"), "sequence");
  EXPECT_EQ(options.GetString("fields.c.kind"), "random");
  EXPECT_FALSE(options.Has("fields.c.kind"));
  EXPECT_EQ(options.FindString("count"), std::nullopt);
}

TEST(OptionsTest, SplitsLists) {
  const Options options({{.key = "k", .type = OptionType::kList}}, {{"k", {" a ;b;; c"}}});
  EXPECT_EQ(options.GetList("k"), (std::vector<std::string>{"a", "b", "c"}));
}

}  // namespace
}  // namespace millrace
