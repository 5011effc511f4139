// SPDX-License-Identifier: Apache-2.0
// Steps of a program that run no job: what is printed, and plans that are written.
#pragma once

#include "cli/application.h"
#include "cli/output/row_writer.h"
#include "plan/program.h"

namespace millrace {

/// REQUIRES: the step is no job. `quiet`: nothing is said about what was written.
Status CarryOut(const Application& application, const Step& step, RowStyle style, bool quiet);

}  // namespace millrace
