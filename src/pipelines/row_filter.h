// SPDX-License-Identifier: Apache-2.0
// RowFilter: an SQL condition over the columns of an edge, for those who look at a running job.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "expr/evaluator.h"
#include "plan/program.h"

namespace millrace {

class RowFilter {
 public:
  /// Compiles `condition` as the WHERE of a query over these columns. A column name that is there
  /// twice is followed by a number from its second use on. The error is the first one found.
  static Result<std::unique_ptr<RowFilter>> Make(const Schema& schema, const std::string& condition,
                                                 const CompilerOptions& options);

  /// The rows for which the condition is TRUE; rows on which it fails are left out.
  Result<Batch> Apply(const Batch& batch);

 private:
  SessionContext session_;
  std::optional<Evaluator> evaluator_;  // nothing: the condition is always TRUE
};

}  // namespace millrace
