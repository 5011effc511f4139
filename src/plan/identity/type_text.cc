// SPDX-License-Identifier: Apache-2.0
#include "plan/identity/type_text.h"

#include <vector>

#include "data/key_codec.h"
#include "functions/aggregate/lag.h"
#include "plan/binding/type_binder.h"
#include "sql/parser.h"

namespace millrace {
namespace {

constexpr std::string_view kDistinct = "DISTINCT ";
constexpr std::string_view kResult = ") -> ";

/// `a, ROW<b, c>` -> `a`, `ROW<b, c>`.
std::vector<std::string_view> SplitTypes(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '(' || text[i] == '<';
    depth -= text[i] == ')' || text[i] == '>';
    if (text[i] != ',' || depth > 0) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  if (begin < text.size()) parts.push_back(text.substr(begin));
  return parts;
}

}  // namespace

Result<DataType> TypeOfText(std::string_view text) {
  DiagnosticList diagnostics;
  BindContext context;
  context.diagnostics = &diagnostics;
  context.source = text;
  const sql::TypeNamePtr type = sql::ParseType(text, &diagnostics);
  if (type != nullptr) {
    if (const auto bound = BindType(&context, *type)) return *bound;
  }
  return UserError("MR0722", "'" + std::string(text) + "' is no type");
}

Result<ResolvedAggregate> AggregateOfLayout(std::string_view layout) {
  const size_t open = layout.find('(');
  const size_t close = layout.rfind(kResult);
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return UserError("MR0722", "'" + std::string(layout) + "' is no aggregate");
  }
  AggregateCallSite site;
  std::string_view types = layout.substr(open + 1, close - open - 1);
  site.distinct = types.starts_with(kDistinct);
  if (site.distinct) types.remove_prefix(kDistinct.size());
  site.needs_retraction = layout.ends_with("with retractions");
  for (const std::string_view text : SplitTypes(types)) {
    TRY_ASSIGN(DataType type, TypeOfText(text));
    site.args.push_back({.type = std::move(type), .literal = nullptr});
  }
  const std::string_view name = layout.substr(0, open);
  if (const auto offset = OffsetOfLagName(name)) return ResolveLag(site, *offset);
  return BuiltinAggregates().Resolve(name, site);
}

uint32_t TagOfPart(const StatePart& part) {
  return static_cast<uint32_t>(HashBytes(part.call + "\n" + part.layout));
}

uint32_t TagOfColumn(const StoredColumn& column) {
  return static_cast<uint32_t>(HashBytes(column.origin + "\n" + column.type));
}

}  // namespace millrace
