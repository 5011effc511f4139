// SPDX-License-Identifier: Apache-2.0
// The program that a Python worker runs: Python 3.9 or newer with pyarrow.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

const std::string& PythonWorkerScript();
/// Its first part.
std::string_view PythonWorkerDeclarations();

}  // namespace millrace
