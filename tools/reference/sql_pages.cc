// SPDX-License-Identifier: Apache-2.0
// docs/reference/sql/: a page of the operators, one for each group of functions and one of the
// aggregates, with an example for each that a test runs.
#include <cctype>
#include <map>

#include "functions/aggregate.h"
#include "functions/function.h"
#include "reference/markdown.h"
#include "reference/pages.h"

namespace millrace {
namespace {

/// Operators are the functions that are not written as a name.
bool IsOperator(const std::string& name) {
  return std::isupper(static_cast<unsigned char>(name[0])) == 0 ||
         name.find(' ') != std::string::npos || name == "LIKE" || name == "NOT";
}

std::string FileOf(const std::string& group) {
  std::string file = "functions-";
  for (const char c : group) file += c == ' ' ? '-' : c;
  return file + ".md";
}

void Describe(const FunctionDoc& doc, const std::string& name,
              const std::vector<std::string>& aliases, std::string_view note, Page* page) {
  page->Heading(2, doc.signature.empty() ? name : Inline(doc.signature));
  std::string text = doc.summary;
  for (size_t i = 0; i < aliases.size(); ++i) {
    text += (i == 0 ? " Also " : ", ") + Inline(aliases[i]);
  }
  if (!aliases.empty()) text += '.';
  page->Paragraph(text + std::string(note));
  if (doc.example.empty()) return;
  const bool statement = doc.example.starts_with("SELECT");
  page->Code("sql", (statement ? "" : "SELECT ") + doc.example + ";" +
                        (doc.result.empty() ? "" : "\n-- " + doc.result));
}

std::string_view NoteOf(const ScalarFunction& function) {
  switch (function.volatility) {
    case Volatility::kImmutable: return "";
    case Volatility::kSession: return " The same for all rows of a batch.";
    case Volatility::kVolatile: return " Another value for each row.";
  }
  return "";
}

}  // namespace

std::vector<ReferencePage> SqlPages() {
  std::vector<ReferencePage> pages;
  Page operators("Operators",
                 "By the way they are written. `AND`, `OR`, `CASE` and `CAST` are part "
                 "of the language; `AND` binds tighter than `OR`, `NOT` tighter than "
                 "both.");
  std::map<std::string, Page> groups;
  std::map<std::string, std::string> names;
  for (const ScalarFunction* function : BuiltinFunctions().All()) {
    const FunctionDoc& doc = function->doc;
    if (IsOperator(function->name)) {
      Describe(doc, function->name, function->aliases, NoteOf(*function), &operators);
      continue;
    }
    auto [group, added] =
        groups.try_emplace(doc.group, "Functions: " + doc.group,
                           "An example stands with each, and its result as `SELECT` prints it. "
                           "All groups: [SQL](README.md).");
    Describe(doc, function->name, function->aliases, NoteOf(*function), &group->second);
    names[doc.group] += (names[doc.group].empty() ? "" : ", ") + Inline(function->name);
  }
  Page aggregates("Aggregate functions",
                  "In `GROUP BY`, windows and `OVER`. Each takes `DISTINCT` and `FILTER (WHERE "
                  "..)`.");
  std::string aggregate_names;
  for (const AggregateFunction* function : BuiltinAggregates().All()) {
    Describe(function->doc, function->name, function->aliases, "", &aggregates);
    aggregate_names += (aggregate_names.empty() ? "" : ", ") + Inline(function->name);
  }
  Page index("SQL",
             "The dialect is that of Flink 2.3; where it differs, "
             "[the page on compatibility](../flink-compatibility.md) says so.");
  index.Paragraph(
      "[Operators](operators.md), "
      "[functions of your own](../user-functions.md), and those that are built in:");
  std::vector<std::vector<std::string>> rows;
  for (auto& [group, page] : groups) {
    rows.push_back({"[" + group + "](" + FileOf(group) + ")", names[group]});
    pages.push_back({"sql/" + FileOf(group), page.text()});
  }
  rows.push_back({"[aggregate](aggregates.md)", aggregate_names});
  index.Table({"Group", "Functions"}, rows);
  pages.push_back({"sql/aggregates.md", aggregates.text()});
  pages.push_back({"sql/operators.md", operators.text()});
  pages.push_back({"sql/README.md", index.text()});
  return pages;
}

}  // namespace millrace
