// SPDX-License-Identifier: Apache-2.0
// Checks, before anything runs, that the exactly-once sinks of a job can share one transaction and
// that epochs come faster than it ends by itself.
#pragma once

#include "diagnostics/diagnostic.h"
#include "plan/program.h"

namespace millrace {

void CheckTransactions(const Step& step, DiagnosticList* diagnostics);

}  // namespace millrace
