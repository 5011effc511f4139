// SPDX-License-Identifier: Apache-2.0
// Python aggregates. Accumulators live here as JSON, one text per slot, and go to the worker with
// the rows of an update and back: a worker keeps nothing between two requests, so one that is lost
// loses nothing, and state is what the journal has. JSON and not pickle: reading state runs no
// code.
#pragma once

#include "functions/aggregate.h"
#include "functions/python/python_function.h"

namespace millrace {

/// The group of FunctionDoc by which Python aggregates are known.
constexpr std::string_view kPythonGroup = "python";

/// `parameters` empty and not `checked`: arguments go as they come. `name` is upper case.
AggregateFunction MakePythonAggregate(std::string name, PythonFunctionPtr function,
                                      std::vector<DataType> parameters, bool checked);

}  // namespace millrace
