// SPDX-License-Identifier: Apache-2.0
// Rows that an operator cannot process: each is reported once and leaves the pipeline there.
#pragma once

#include <span>
#include <vector>

#include "operators/operator.h"

namespace millrace {

/// Reports one row; an error means the job must fail.
Status ReportFailedRow(const OperatorContext& context, const RowFailure& failure);

/// Reports every row in `errors` (of stage "processing"). `rows`, if not empty, maps row numbers of
/// the errors to rows of `batch`.
Status ReportRowErrors(const OperatorContext& context, const RowErrors& errors, const Batch& batch,
                       const Schema& schema, std::span<const int32_t> rows = {});

/// The rows of [0, count) that have no error, ascending.
std::vector<int32_t> RowsWithoutError(const RowErrors& errors, int64_t count);

}  // namespace millrace
