// SPDX-License-Identifier: Apache-2.0
// For unit tests of functions: calls a registered function on columns written as JSON and shows the
// result as JSON, `ERROR code` for a row that failed, `null` for NULL.
#pragma once

#include <arrow/array.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/row_format.h"
#include "functions/coercion.h"
#include "functions/function.h"
#include "support/json_array.h"

namespace millrace {

struct TestColumn {
  DataType type;
  std::string json;
};

/// Runs a kernel on array arguments; one text per row.
inline std::vector<std::string> RunForTest(const ScalarKernel& kernel,
                                           const std::vector<DataType>& arg_types,
                                           const DataType& result,
                                           const std::vector<arrow::Datum>& args, int64_t rows,
                                           const SessionContext& session = {}) {
  RowErrors errors;
  std::unique_ptr<KernelState> state;
  KernelContext ctx{session, arg_types, result, &errors, &state};
  auto datum = kernel(ctx, args, rows);
  if (!datum) return {datum.error().ToString()};
  std::vector<std::string> texts(static_cast<size_t>(rows));
  std::shared_ptr<arrow::Array> column;
  if (datum->is_scalar()) {
    column = arrow::MakeArrayFromScalar(*datum->scalar(), rows).ValueOrDie();
  } else {
    column = datum->make_array();
  }
  EXPECT_EQ(column->length(), rows);
  EXPECT_TRUE(column->ValidateFull().ok()) << column->ValidateFull().ToString();
  EXPECT_TRUE(column->type()->Equals(*result.ToArrow()))
      << column->type()->ToString() << " for " << result.ToString();
  for (int64_t row = 0; row < rows; ++row) {
    AppendValueText(result, *column, row, &texts[static_cast<size_t>(row)]);
  }
  for (const RowErrors::Entry& entry : errors.entries()) {
    EXPECT_TRUE(column->IsNull(entry.row));
    texts[static_cast<size_t>(entry.row)] = "ERROR " + entry.code;
  }
  return texts;
}

inline arrow::Datum ColumnForTest(const TestColumn& column) {
  return arrow::Datum(JsonArray(column.type, column.json));
}

/// The cast of a column.
inline std::vector<std::string> CastForTest(const TestColumn& column, const DataType& to,
                                            bool try_cast = false,
                                            const SessionContext& session = {}) {
  auto kernel = FindCast(column.type, to, try_cast);
  if (!kernel) return {kernel.error().code};
  const arrow::Datum in = ColumnForTest(column);
  return RunForTest(*kernel, {column.type}, to, {in}, in.length(), session);
}

/// Resolves and calls; implicit casts as the binder would insert them. One text per row, or the
/// code of the resolving error.
inline std::vector<std::string> CallForTest(const std::string& name,
                                            const std::vector<TestColumn>& columns,
                                            const std::vector<std::string>& options = {},
                                            const SessionContext& session = {}) {
  const ScalarFunction* function = BuiltinFunctions().Find(name);
  if (function == nullptr) return {"no function " + name};
  CallSite site;
  site.options = options;
  site.session = &session;
  for (const TestColumn& column : columns) site.args.push_back({column.type, nullptr, false});
  auto call = function->resolve(site);
  if (!call) return {call.error().code};
  std::vector<arrow::Datum> args;
  int64_t rows = 1;
  for (size_t i = 0; i < columns.size(); ++i) {
    arrow::Datum in = ColumnForTest(columns[i]);
    rows = in.length();
    auto cast = FindCast(columns[i].type, call->arg_types[i], false);
    if (!cast) return {cast.error().code};
    RowErrors errors;
    std::unique_ptr<KernelState> state;
    const std::vector<DataType> from = {columns[i].type};
    KernelContext ctx{session, from, call->arg_types[i], &errors, &state};
    args.push_back((*cast)(ctx, {in}, rows).value());
  }
  return RunForTest(call->kernel, call->arg_types, call->result, args, rows, session);
}

/// The result type of a call, or the code of the resolving error.
inline std::string TypeForTest(const std::string& name, const std::vector<DataType>& types) {
  CallSite site;
  for (const DataType& type : types) site.args.push_back({type, nullptr, false});
  auto call = BuiltinFunctions().Find(name)->resolve(site);
  return call ? call->result.ToString() : call.error().code;
}

}  // namespace millrace
