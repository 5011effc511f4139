// SPDX-License-Identifier: Apache-2.0
// Python functions as kernels: batches go to the worker of the thread and come back. A row on which
// the function raises fails with the traceback; a row at which the worker ends or is silent for too
// long fails too, and the others are done again by a new worker, so a function may see a row more
// than once. The thread waits for its worker.
#pragma once

#include <arrow/record_batch.h>

#include "functions/function.h"
#include "functions/python/python_counts.h"
#include "functions/python/python_session.h"

namespace millrace {

constexpr std::string_view kPythonFailed = "MR0751";
constexpr std::string_view kPythonLost = "MR0752";

struct PythonFunction {
  std::string name;    // in SQL
  std::string target;  // module.function
  PythonSettings settings;
  PythonDescription description;
  ProcessLauncher* launcher = nullptr;
  DataType result;  // of a table function: ARRAY<ROW<..>>
  PythonCounts* counts = nullptr;
};
using PythonFunctionPtr = std::shared_ptr<const PythonFunction>;

/// The types that go to Python and back; false: INTERVAL, MULTISET and the like.
bool IsPythonType(const DataType& type);

/// A scalar or table function.
ScalarKernel MakePythonKernel(PythonFunctionPtr function);

/// One Arrow IPC stream with one batch.
Result<std::string> ToIpc(const arrow::RecordBatch& batch);
Result<std::shared_ptr<arrow::RecordBatch>> FromIpc(std::string_view bytes);
/// An empty batch with one column of the type: how a request says what it wants.
Result<std::string> TypeToIpc(const DataType& type);

}  // namespace millrace
