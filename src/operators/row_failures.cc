// SPDX-License-Identifier: Apache-2.0
#include "operators/row_failures.h"

namespace millrace {

Status ReportFailedRow(const OperatorContext& context, const RowFailure& failure) {
  ++context.metrics->rows_failed;
  if (context.on_row_failure) return context.on_row_failure(failure);
  return UserError("MR0705", "a row could not be processed", failure.reason);
}

Status ReportRowErrors(const OperatorContext& context, const RowErrors& errors, const Batch& batch,
                       const Schema& schema, std::span<const int32_t> rows) {
  for (const RowErrors::Entry& entry : errors.entries()) {
    const int64_t row = rows.empty() ? entry.row : rows[static_cast<size_t>(entry.row)];
    std::string reason = entry.code;
    reason += reason.empty() ? "" : ": ";
    reason += entry.message;
    TRY(ReportFailedRow(context, {.stage = "processing",
                                  .reason = std::move(reason),
                                  .batch = &batch,
                                  .schema = &schema,
                                  .row = row}));
  }
  return OkStatus();
}

std::vector<int32_t> RowsWithoutError(const RowErrors& errors, int64_t count) {
  std::vector<bool> failed(static_cast<size_t>(count), false);
  for (const RowErrors::Entry& entry : errors.entries())
    failed[static_cast<size_t>(entry.row)] = true;
  std::vector<int32_t> rows;
  for (size_t i = 0; i < failed.size(); ++i) {
    if (!failed[i]) rows.push_back(static_cast<int32_t>(i));
  }
  return rows;
}

}  // namespace millrace
