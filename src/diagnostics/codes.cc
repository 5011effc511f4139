// SPDX-License-Identifier: Apache-2.0
#include "diagnostics/codes.h"

#include <algorithm>
#include <string>

namespace millrace {
namespace {

// Raw strings in the tables begin with the line break after their opening parenthesis.
std::string_view WithoutLeadingBreak(std::string_view text) {
  if (text.starts_with('\n')) text.remove_prefix(1);
  return text;
}

const std::vector<CodeInfo>& Table() {
  static const std::vector<CodeInfo> table = [] {
    std::vector<CodeInfo> all;
    for (const auto group :
         {InternalCodes(), SyntaxCodes(), NameCodes(), TypeCodes(), PlanCodes(), ConnectorCodes(),
          ModelCodes(), RuntimeCodes(), EnvironmentCodes(), CommandLineCodes(), LintCodes()}) {
      all.insert(all.end(), group.begin(), group.end());
    }
    for (CodeInfo& info : all) {
      info.explanation = WithoutLeadingBreak(info.explanation);
      info.example = WithoutLeadingBreak(info.example);
      info.fixed = WithoutLeadingBreak(info.fixed);
    }
    return all;
  }();
  return table;
}

}  // namespace

std::vector<CodeInfo> AllCodes() { return Table(); }

const CodeInfo* FindCode(std::string_view code) {
  std::string upper(code);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const std::vector<CodeInfo>& table = Table();
  const auto found = std::ranges::lower_bound(table, std::string_view(upper), {}, &CodeInfo::code);
  return found != table.end() && found->code == upper ? &*found : nullptr;
}

}  // namespace millrace
