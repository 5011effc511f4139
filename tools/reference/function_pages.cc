// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "functions/aggregate.h"
#include "functions/function.h"
#include "reference/markdown.h"
#include "reference/pages.h"

namespace millrace {
namespace {

std::string Summary(const FunctionDoc& doc, const std::vector<std::string>& aliases) {
  std::string text = doc.summary;
  for (size_t i = 0; i < aliases.size(); ++i) {
    text += (i == 0 ? " Also " : ", ") + Inline(aliases[i]);
  }
  return aliases.empty() ? text : text + '.';
}

std::string Example(const FunctionDoc& doc) {
  if (doc.example.empty()) return "";
  return Inline(doc.example) + (doc.result.empty() ? "" : " → " + Inline(doc.result));
}

// One table per group, groups and rows in the order of their names.
template <typename Function>
std::map<std::string, std::vector<std::vector<std::string>>> RowsByGroup(
    const std::vector<const Function*>& functions) {
  std::map<std::string, std::vector<std::vector<std::string>>> groups;
  for (const Function* function : functions) {
    const FunctionDoc& doc = function->doc;
    const std::string& shown = doc.signature.empty() ? function->name : doc.signature;
    groups[doc.group].push_back({Inline(shown), Summary(doc, function->aliases), Example(doc)});
  }
  return groups;
}

}  // namespace

std::string FunctionsPage() {
  const std::vector<const ScalarFunction*> all = BuiltinFunctions().All();
  Page page(
      "Scalar functions and operators",
      std::to_string(all.size()) +
          " functions, each compared with Flink on edge values. Function names ignore case; a "
          "function of Flink that is missing here is refused with its name. `CASE`, `COALESCE`, "
          "`IF`, `NULLIF`, `CAST`, `TRY_CAST`, `AND` and `OR` are part of the language.");
  for (const auto& [group, rows] : RowsByGroup(all)) {
    page.Heading(2, group);
    page.Table({"Form", "Meaning", "Example"}, rows);
  }
  return page.text();
}

std::string AggregatesPage() {
  Page page("Aggregate functions",
            "In `GROUP BY`, windows and `OVER`. Each takes `DISTINCT` and `FILTER (WHERE ..)`.");
  for (const auto& [group, rows] : RowsByGroup(BuiltinAggregates().All())) {
    page.Table({"Form", "Meaning", "Example"}, rows);
  }
  return page.text();
}

}  // namespace millrace
