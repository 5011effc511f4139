// SPDX-License-Identifier: Apache-2.0
#include "diagnostics/render.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

Span SpanOf(const std::string& text, std::string_view part) {
  const auto begin = static_cast<uint32_t>(text.find(part));
  return {begin, begin + static_cast<uint32_t>(part.size())};
}

// A finding at `part` of `text`, rendered.
std::string Render(const std::string& text, std::string_view part, RenderOptions options = {}) {
  const SourceText source("p.sql", text);
  return RenderText(MakeDiagnostic("MR0201", "unknown column", SpanOf(text, part)), &source,
                    options);
}

TEST(SourceText, LinesAndColumnsCountFromOne) {
  const SourceText source("p.sql", "SELECT\r\n  \u00fcber\n");
  EXPECT_EQ(source.line_count(), 3u);
  EXPECT_EQ(source.Line(1), "SELECT");
  EXPECT_EQ(source.Line(2), "  \u00fcber");
  EXPECT_EQ(source.Line(3), "");
  EXPECT_EQ(source.Line(4), "");
  const SourceText::Position b = source.PositionOf(12);  // after the two bytes of the umlaut
  EXPECT_EQ(b.line, 2u);
  EXPECT_EQ(b.column, 4u);
  EXPECT_EQ(source.PositionOf(999).line, 3u);
}

TEST(RenderText, CaretUnderTheWholeToken) {
  EXPECT_EQ(Render("SELECT *\nFROM t\nWHERE custmer_id = 1\n", "custmer_id"),
            "error[MR0201]: unknown column\n"
            " --> p.sql:3:7\n"
            "  |\n"
            "3 | WHERE custmer_id = 1\n"
            "  |       ^^^^^^^^^^\n");
}

TEST(RenderText, CandidatesTryAndNextStep) {
  const std::string text = "SELECT custmer_id FROM t";
  const SourceText source("p.sql", text);
  Diagnostic finding = MakeDiagnostic("MR0201", "unknown column", SpanOf(text, "custmer_id"));
  finding.candidates = {"customer_id", "customer_key", "card"};
  finding.detail = "t has 3 columns\nall of them are listed by DESCRIBE t";
  finding.try_text = "customer_id";
  finding.next_step = "Correct the name.";
  EXPECT_EQ(RenderText(finding, &source),
            "error[MR0201]: unknown column\n"
            " --> p.sql:1:8\n"
            "  |\n"
            "1 | SELECT custmer_id FROM t\n"
            "  |        ^^^^^^^^^^ did you mean customer_id, customer_key or card?\n"
            "  t has 3 columns\n"
            "  all of them are listed by DESCRIBE t\n"
            "try:\n"
            "    SELECT customer_id FROM t\n"
            "next: Correct the name.\n");
}

TEST(RenderText, TryOfAWholeStatementKeepsItsLines) {
  const SourceText source("p.sql", "SELECT a");
  Diagnostic finding = MakeDiagnostic("MR0203", "no FROM", {7, 8});
  finding.try_text = "SELECT a\nFROM t";
  finding.try_is_statement = true;
  EXPECT_NE(RenderText(finding, &source).find("try:\n    SELECT a\n    FROM t\n"),
            std::string::npos);
}

TEST(RenderText, TabsAndWideCharactersMeasureAsShown) {
  EXPECT_EQ(Render("\tSELECT\t'\u65e5\u672c' AS x", "x"),
            "error[MR0201]: unknown column\n"
            " --> p.sql:1:17\n"
            "  |\n"
            "1 |     SELECT  '\u65e5\u672c' AS x\n"
            "  |                       ^\n");
  EXPECT_NE(Render("SELECT '\u65e5\u672c'", "'\u65e5\u672c'").find("  |        ^^^^^^\n"),
            std::string::npos);
}

TEST(RenderText, LabelsOnTheSameAndOtherLines) {
  const std::string text = "CREATE TABLE t (id INT);\n\n-- here\nSELECT id + name, 1\nFROM t;";
  const SourceText source("p.sql", text);
  Diagnostic finding = MakeDiagnostic("MR0303", "INT + STRING", SpanOf(text, "+"));
  const uint32_t id = SpanOf(text, "id +").begin;
  finding.labels = {{SpanOf(text, "name"), "STRING"},
                    {{id, id + 2}, "INT"},
                    {SpanOf(text, "id INT"), "declared here"}};
  EXPECT_EQ(RenderText(finding, &source),
            "error[MR0303]: INT + STRING\n"
            " --> p.sql:4:11\n"
            "  |\n"
            "1 | CREATE TABLE t (id INT);\n"
            "  |                 ------ declared here\n"
            "...\n"
            "4 | SELECT id + name, 1\n"
            "  |        -- ^ ---- STRING\n"
            "  |        INT\n");
}

TEST(RenderText, SpanOverSeveralLines) {
  EXPECT_EQ(Render("SELECT (a\n  + b) FROM t", "(a\n  + b)"),
            "error[MR0201]: unknown column\n"
            " --> p.sql:1:8\n"
            "  |\n"
            "1 | SELECT (a\n"
            "  |        ^^\n"
            "2 |   + b) FROM t\n"
            "  |   ^^^^\n");
}

TEST(RenderText, WideLinesAreCutAroundTheCaret) {
  const std::string text = "SELECT " + std::string(200, 'a') + " BAD " + std::string(200, 'b');
  const std::string shown = Render(text, "BAD", {.width = 60});
  size_t begin = 0;
  std::vector<std::string> lines;
  for (size_t end; (end = shown.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(shown.substr(begin, end - begin));
  }
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_LE(lines[3].size(), 60u);
  EXPECT_EQ(lines[3].find("..."), 4u);
  EXPECT_TRUE(lines[3].ends_with("..."));
  EXPECT_EQ(lines[4].find("^^^"), lines[3].find("BAD"));
}

TEST(RenderText, PlaceBehindTheLastWordIsShownBesideIt) {
  const std::string text = "SELECT (1\n\n";
  const SourceText source("p.sql", text);
  const uint32_t end = static_cast<uint32_t>(text.size());
  EXPECT_EQ(RenderText(MakeDiagnostic("MR0101", "expected )", {end, end}), &source),
            "error[MR0101]: expected )\n"
            " --> p.sql:1:10\n"
            "  |\n"
            "1 | SELECT (1\n"
            "  |          ^\n");
}

TEST(RenderText, NothingSteersTheTerminal) {
  const SourceText source("p.sql", "SELECT \x1b[31m");
  Diagnostic finding = MakeDiagnostic("MR0103", "found '\x1b'", {7, 8});
  finding.detail = "a\x07";
  finding.candidates = {"\x1b]0;x"};
  const std::string shown = RenderText(finding, &source);
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_EQ(shown.find('\x07'), std::string::npos);
}

TEST(RenderText, AnySpanInAnyTextRenders) {
  for (const std::string text : {"", "\n", "\xff\xfe", "a\tb\r\n\r\n", "\u65e5"}) {
    const SourceText source("p.sql", text);
    for (uint32_t begin = 0; begin < 10; ++begin) {
      for (uint32_t end = 0; end < 10; ++end) {
        Diagnostic finding = MakeDiagnostic("MR0101", "x", {begin, end});
        finding.labels = {{{end, begin}, "note"}};
        finding.try_text = "y";
        EXPECT_NE(RenderText(finding, &source, {.width = 1}).find('^'), std::string::npos);
      }
    }
  }
}

TEST(RenderText, ColoursOnlyWhenAsked) {
  EXPECT_EQ(Render("SELECT a", "a").find('\x1b'), std::string::npos);
  EXPECT_NE(Render("SELECT a", "a", {.color = true}).find("\x1b[1;31m^"), std::string::npos);
}

TEST(RenderText, ListEndsWithACount) {
  DiagnosticList list;
  list.Add(MakeDiagnostic("MR0201", "a", {0, 1}));
  list.Add(MakeDiagnostic("MR0201", "b", {0, 1}));
  Diagnostic warning = MakeDiagnostic("MR0402", "c", {0, 1});
  warning.severity = Severity::kWarning;
  list.Add(warning);
  const SourceText source("p.sql", "x");
  EXPECT_TRUE(RenderText(list, &source).ends_with("\n\n2 errors, 1 warning in p.sql\n"));
  EXPECT_EQ(RenderText(DiagnosticList(), &source), "");
}

TEST(RenderText, WithoutASourceCandidatesStandAlone) {
  Diagnostic finding;
  finding.code = "MR0501";
  finding.message = "unknown option 'pth'";
  finding.candidates = {"path"};
  EXPECT_EQ(RenderText(finding, nullptr),
            "error[MR0501]: unknown option 'pth'\n  did you mean path?\n");
}

TEST(RenderJson, OneShape) {
  const std::string text = "SELECT\n  \u00fcx";
  const SourceText source("p.sql", text);
  DiagnosticList list;
  Diagnostic finding = MakeDiagnostic("MR0201", "unknown column", {11, 12});
  finding.candidates = {"y"};
  finding.try_text = "y";
  list.Add(finding);
  EXPECT_EQ(RenderJson(list, &source),
            R"({"format_version":"1.0","valid":false,"error_count":1,"warning_count":0,)"
            R"("diagnostics":[{"severity":"error","code":"MR0201","domain":"user",)"
            R"("summary":"unknown column","detail":"","range":{"filename":"p.sql",)"
            R"("start":{"line":2,"column":4,"byte":11},"end":{"line":2,"column":5,"byte":12}},)"
            "\"snippet\":{\"code\":\"  \u00fcx\",\"start_line\":2,"
            R"("highlight_start_offset":4,"highlight_end_offset":5},"labels":[],)"
            R"("candidates":["y"],"try":"y","try_replaces":"range","next_step":""}]})");
  EXPECT_EQ(RenderJson(DiagnosticList(), nullptr),
            R"({"format_version":"1.0","valid":true,"error_count":0,"warning_count":0,)"
            R"("diagnostics":[]})");
}

}  // namespace
}  // namespace millrace
