// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/statement_buffer.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace {
namespace {

std::vector<std::string> Split(const std::vector<std::string>& lines) {
  StatementBuffer buffer;
  std::vector<std::string> statements;
  for (const std::string& line : lines) {
    buffer.Append(line);
    while (auto statement = buffer.Take()) statements.push_back(*statement);
  }
  return statements;
}

TEST(StatementBufferTest, EndsAtSemicolons) {
  EXPECT_EQ(Split({"SELECT 1; SELECT", "2; SELECT 3"}),
            (std::vector<std::string>{"SELECT 1;", "SELECT\n2;"}));
}

TEST(StatementBufferTest, SemicolonsInTextsNamesAndCommentsDoNotCount) {
  EXPECT_EQ(
      Split({"SELECT 'a;', 'it''s;' -- no; end", ", `b;` /* ;", "; */ FROM t;"}),
      (std::vector<std::string>{"SELECT 'a;', 'it''s;' -- no; end\n, `b;` /* ;\n; */ FROM t;"}));
}

TEST(StatementBufferTest, ASetEndsWithItsEnd) {
  EXPECT_EQ(Split({"EXECUTE STATEMENT SET BEGIN", "INSERT INTO a SELECT CASE WHEN x THEN 1 END;",
                   "INSERT INTO b SELECT 1; END;", "SELECT 1;"}),
            (std::vector<std::string>{
                "EXECUTE STATEMENT SET BEGIN\nINSERT INTO a SELECT CASE WHEN x THEN 1 END;\n"
                "INSERT INTO b SELECT 1; END;",
                "SELECT 1;"}));
  EXPECT_EQ(Split({"begin statement set;", "insert into a select 1;", "end;"}),
            (std::vector<std::string>{"begin statement set;\ninsert into a select 1;\nend;"}));
}

TEST(StatementBufferTest, EmptyStatementsAndCommentsAloneAreNothing) {
  EXPECT_EQ(Split({";; -- nothing", "/* here */ ;", ""}), std::vector<std::string>{});
  StatementBuffer buffer;
  buffer.Append("-- only a comment");
  EXPECT_EQ(buffer.Take(), std::nullopt);
  EXPECT_TRUE(buffer.blank());
  EXPECT_EQ(buffer.TakeRest(), "");
}

TEST(StatementBufferTest, KnowsWhatIsOpen) {
  StatementBuffer buffer;
  buffer.Append("SELECT 'a");
  EXPECT_EQ(buffer.Take(), std::nullopt);
  EXPECT_EQ(buffer.place(), SqlScanner::Place::kText);
  buffer.Append("b' FROM t");
  EXPECT_EQ(buffer.Take(), std::nullopt);
  EXPECT_EQ(buffer.place(), SqlScanner::Place::kCode);
  EXPECT_FALSE(buffer.blank());
  EXPECT_EQ(buffer.TakeRest(), "SELECT 'a\nb' FROM t\n");
  EXPECT_TRUE(buffer.blank());
}

TEST(OneLineTest, KeepsTextsAndDropsComments) {
  EXPECT_EQ(OneLine("SELECT 'a  -- b', -- note\n  /* more */ x\nFROM t;\n"),
            "SELECT 'a  -- b', x FROM t;");
}

}  // namespace
}  // namespace millrace
