// SPDX-License-Identifier: Apache-2.0
#include "cli/completion/candidates.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

class CandidatesTest : public testing::Test {
 protected:
  CandidatesTest() : app_("", "millrace") {
    CLI::App* draw = app_.add_subcommand("draw", "Draw it\nin colours");
    draw->add_option("file", text_, "")->type_name("SQL_FILE");
    draw->add_option("out", text_, "")->type_name("DIR");
    draw->add_option("--format", text_, "Form")->type_name("{svg,png}");
    draw->add_option("--code", text_, "")->type_name("FILE|CODE");
    draw->add_option("--hidden", text_, "")->group("");
    draw->add_flag("-v,--verbose", flag_, "Say more");
    app_.add_subcommand("drop", "Drop it");
  }

  std::string At(const std::vector<std::string>& before, const std::string& current) {
    return CandidatesText(FindCandidates(Application{}, &app_, before, current));
  }

  CLI::App app_;
  std::string text_;
  bool flag_ = false;
};

TEST_F(CandidatesTest, CommandsWithTheFirstLineOfTheirHelp) {
  EXPECT_EQ(At({}, "dr"), "none\ndraw\tDraw it\ndrop\tDrop it\n");
  EXPECT_EQ(At({}, "x"), "none\n");
}

TEST_F(CandidatesTest, OptionsButNotHiddenOnes) {
  EXPECT_EQ(At({"draw"}, "--f"), "none\n--format\tForm\n");
  EXPECT_EQ(At({"draw"}, "--hid"), "none\n");
  EXPECT_EQ(At({"draw"}, "--v"), "none\n--verbose\tSay more\n");
}

TEST_F(CandidatesTest, ValuesOfOptionsAndPositions) {
  EXPECT_EQ(At({"draw", "--format"}, ""), "none\nsvg\t\npng\t\n");
  EXPECT_EQ(At({"draw", "--format", "svg"}, ""), "sql\n");
  EXPECT_EQ(At({"draw", "-v", "a.sql"}, ""), "directories\n");
  EXPECT_EQ(At({"draw", "a.sql", "out"}, ""), "none\n");
  const std::string codes = At({"draw", "--code"}, "MR0902");
  EXPECT_EQ(codes, "files\nMR0902\twrong use of a command\n");
}

TEST_F(CandidatesTest, EveryShellHasAScript) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_NE(CompletionScript(shell).find("completion query"), std::string::npos);
  }
  EXPECT_EQ(CompletionScript("tcsh"), "");
}

}  // namespace
}  // namespace millrace
