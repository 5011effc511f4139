// SPDX-License-Identifier: Apache-2.0
#include "pipelines/row_filter.h"

#include <map>

#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "sql/printer.h"

namespace millrace {
namespace {

constexpr std::string_view kName = "edge";

/// A query over a table of these columns. It is only compiled, nothing is ever read.
std::string QueryText(const Schema& schema, const std::string& condition) {
  std::string columns;
  std::map<std::string, int> uses;
  for (const Column& column : schema) {
    std::string name = column.name;
    if (const int earlier = uses[column.name]++; earlier > 0) name += std::to_string(earlier);
    columns +=
        (columns.empty() ? "" : ", ") + sql::QuoteIdentifier(name) + " " + column.type.ToString();
  }
  const std::string table = sql::QuoteIdentifier(kName);
  return "CREATE TABLE " + table + " (" + columns +
         ") WITH ('connector' = 'filesystem', 'path' = 'edge', 'format' = 'json');\n"
         "SELECT * FROM " +
         table + " WHERE " + condition + ";";
}

}  // namespace

Result<std::unique_ptr<RowFilter>> RowFilter::Make(const Schema& schema,
                                                   const std::string& condition,
                                                   const CompilerOptions& options) {
  CompilerOptions quiet = options;
  quiet.check_files = false;
  Compiler compiler(std::move(quiet));
  DiagnosticList diagnostics;
  const Program program = compiler.Compile(QueryText(schema, condition), &diagnostics);
  for (const Diagnostic& entry : diagnostics.entries()) {
    if (entry.severity != Severity::kError) continue;
    std::string hint;
    for (const std::string& name : entry.candidates) {
      hint += (hint.empty() ? "near it: " : ", ") + name;
    }
    return UserError(entry.code, entry.message, "in the condition: " + condition, hint);
  }
  if (program.steps.size() != 1 || program.steps[0].roots.size() != 1) {
    return UserError("MR0902", "'" + condition + "' is not one condition");
  }
  auto filter = std::make_unique<RowFilter>();
  filter->session_ = program.steps[0].session;
  PlanNodePtr node = program.steps[0].roots[0]->children()[0];
  const auto* calc = As<CalcNode>(node);
  const bool plain = calc != nullptr && node->children()[0]->kind() == ScanNode::kKind;
  if (!plain && node->kind() != ScanNode::kKind) {
    return UserError("MR0401", "a condition with a query in it is not supported yet", condition);
  }
  if (plain && calc->condition() != nullptr) {
    filter->evaluator_.emplace(std::vector<ExpressionPtr>{calc->condition()}, &filter->session_);
  }
  return filter;
}

Result<Batch> RowFilter::Apply(const Batch& batch) {
  if (!evaluator_) return batch;
  RowErrors ignored;
  std::vector<int32_t> rows;
  TRY(evaluator_->Select(batch, &ignored, &rows));
  if (static_cast<int64_t>(rows.size()) == batch.num_rows) return batch;
  return batch.Take(rows);
}

}  // namespace millrace
