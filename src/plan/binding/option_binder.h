// SPDX-License-Identifier: Apache-2.0
// WITH options: references, and the split between a connector's and its format's keys.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plan/binding/bind_context.h"
#include "plan/table.h"
#include "sql/ast/table_definition.h"

namespace millrace {

/// Option of every source: overrides the session's time-out of idle splits.
constexpr std::string_view kScanIdleTimeout = "scan.watermark.idle-timeout";

/// Replaces `${env:NAME}`, `${NAME}` and `${file:path}`; a value that held one is secret. `${`
/// without a known form stays as it is. Fails (MR0506) for a variable that is not set or a file
/// that cannot be read.
Result<OptionValue> ResolveReferences(const std::string& text, const Environment& env);

/// Finds connector and format and validates all options; fills those fields of `table`. Reports
/// every problem at the option's own place (looked up in `written`, else `fallback`). False on
/// errors.
bool BindConnector(BindContext* context, Table* table, const std::vector<sql::Option>& written,
                   Span fallback);

/// Reports problems of a validated option group at their places.
void ReportOptionProblems(BindContext* context, const std::vector<Options::Problem>& problems,
                          const std::string& prefix, const std::vector<sql::Option>& written,
                          Span fallback);

}  // namespace millrace
