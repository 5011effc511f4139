// SPDX-License-Identifier: Apache-2.0
// Formatting keeps tokens and comments, changes nothing the second time, and leaves lines short
// where it can: over every SQL file of the repository, and for the rules one by one.
#include "sql/format/format.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "sql/format/pieces.h"
#include "sql/parser.h"

namespace millrace::sql {
namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What must not change: tokens by kind and value, comments by their text.
std::string Content(std::string_view text) {
  std::string content;
  for (const Piece& piece : ReadPieces(text)) {
    content += piece.comment() ? piece.text
                               : std::to_string(static_cast<int>(piece.token)) + ":" + piece.value;
    content += '\n';
  }
  return content;
}

bool Parses(const std::string& text) {
  DiagnosticList diagnostics;
  ParseScript(text, &diagnostics);
  return !diagnostics.has_errors();
}

TEST(FormatTest, KeepsEveryFileOfTheRepository) {
  size_t files = 0;
  for (const char* folder : {"examples", "tests", "bench", "src"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".sql") continue;
      const std::string text = ReadFile(entry.path());
      const std::string formatted = FormatScript(text);
      EXPECT_EQ(Content(text), Content(formatted)) << entry.path();
      EXPECT_EQ(formatted, FormatScript(formatted)) << entry.path();
      if (Parses(text)) {
        EXPECT_TRUE(Parses(formatted)) << entry.path();
      }
      ++files;
    }
  }
  EXPECT_GT(files, 300u);
}

TEST(FormatTest, SpacesAndReservedWords) {
  EXPECT_EQ(FormatScript("select  a,b+1 , -c from t where a<>2 and x=1;"),
            "SELECT a, b + 1, -c FROM t WHERE a <> 2 AND x = 1;\n");
  EXPECT_EQ(FormatScript("CREATE TABLE t(a ARRAY<MAP<INT,ROW<b INT>>>);SELECT a<b,c>=d,e>f"),
            "CREATE TABLE t (a ARRAY<MAP<INT, ROW<b INT>>>);\nSELECT a < b, c >= d, e > f\n");
  EXPECT_EQ(FormatScript("SELECT COUNT( * ),t . * ,a[ 1 ] FROM t;SELECT 1"),
            "SELECT COUNT(*), t.*, a[1] FROM t;\nSELECT 1\n");
}

TEST(FormatTest, KeepsTheLinesOfTheAuthorAndIndentsThem) {
  EXPECT_EQ(FormatScript("CREATE VIEW v AS\n   select a,\n b\nFROM (\nSELECT *\n from t\n) where\n"
                         "x > 1\nand y = 2;\n\n\n\n-- why\nSET 'a'='b';"),
            "CREATE VIEW v AS\nSELECT a,\n  b\nFROM (\n  SELECT *\n  FROM t\n) WHERE\n  x > 1\n"
            "  AND y = 2;\n\n-- why\nSET 'a' = 'b';\n");
  EXPECT_EQ(FormatScript("EXECUTE STATEMENT SET BEGIN\nINSERT INTO a\nSELECT 1;\n-- two\n"
                         "INSERT INTO b SELECT CASE\nWHEN x THEN 1\nELSE 2\nEND;\nEND;"),
            "EXECUTE STATEMENT SET BEGIN\n  INSERT INTO a\n  SELECT 1;\n  -- two\n"
            "  INSERT INTO b SELECT CASE\n    WHEN x THEN 1\n    ELSE 2\n  END;\nEND;\n");
}

TEST(FormatTest, BreaksLongLines) {
  const std::string column(30, 'c');
  EXPECT_EQ(FormatScript("SELECT " + column + "1, " + column + "2, " + column + "3, d FROM t"),
            "SELECT " + column + "1, " + column + "2,\n  " + column + "3, d\nFROM t\n");
  EXPECT_EQ(FormatScript("CREATE TABLE t (" + column + "1 INT, " + column + "2 INT, " + column +
                         "3 INT) WITH ('connector' = 'print')"),
            "CREATE TABLE t (\n  " + column + "1 INT,\n  " + column + "2 INT,\n  " + column +
                "3 INT\n) WITH ('connector' = 'print')\n");
  EXPECT_EQ(FormatScript("SELECT f(" + column + "1, " + column + "2, " + column + "3, a) AS x"),
            "SELECT f(" + column + "1, " + column + "2,\n         " + column + "3, a) AS x\n");
}

TEST(FormatTest, CommentsStayWhereTheyAre) {
  EXPECT_EQ(FormatScript("SELECT a, -- first\n  /* second */ b  -- last\nFROM t; -- done\n-- end"),
            "SELECT a, -- first\n  /* second */ b  -- last\nFROM t; -- done\n-- end\n");
}

}  // namespace
}  // namespace millrace::sql
