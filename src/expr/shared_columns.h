// SPDX-License-Identifier: Apache-2.0
// SharedColumns: parts of expressions that are computed once per batch, as columns of their own.
//
// A field of a ROW column is one, because it is there already, while taking some rows of the ROW
// copies all of its fields. So is a part that stands in several places, if it gives the same
// everywhere (no function of its row alone differs between them) and if every row needs it: what
// only a branch of CASE or COALESCE asks for, or what can fail, stays where it is.
#pragma once

#include <memory>
#include <vector>

#include "data/batch.h"
#include "expr/evaluator.h"
#include "expr/expression.h"

namespace millrace {

class SharedColumns {
 public:
  /// Rewrites `expressions` (over `inputs` columns): what is shared becomes an InputRef behind the
  /// inputs. Only what every row of one of the first `deciding` expressions needs is shared, and
  /// fields of ROWs everywhere.
  SharedColumns(size_t inputs, size_t deciding, const SessionContext* session,
                std::vector<ExpressionPtr>* expressions);

  bool empty() const { return definitions_.empty(); }
  size_t size() const { return definitions_.size(); }

  /// The batch with the shared columns behind its own.
  Result<Batch> AppendTo(Batch batch);

 private:
  std::vector<Evaluator> definitions_;  // each over the inputs and the definitions before it
};

}  // namespace millrace
