// SPDX-License-Identifier: Apache-2.0
// (start, end) OVERLAPS (start, end): the ends are points or intervals after the start, in either
// order. Two periods that touch overlap.
#include <algorithm>

#include "functions/kernel_support.h"
#include "functions/time/local_point.h"
#include "functions/time/register.h"

namespace millrace {
namespace {

constexpr const char* kAccepted = "(point, point or interval) OVERLAPS (point, point or interval)";

/// One end of a period: a point, days and time as milliseconds, or an interval after the start.
class EndReader {
 public:
  EndReader(const DataType& type, const arrow::Datum& datum) : kind_(type.kind()) {
    if (kind_ == TypeKind::kIntervalYearMonth) {
      months_.emplace(datum);
    } else {
      values_.emplace(datum);
    }
  }

  bool IsNull(int64_t row) const { return months_ ? months_->IsNull(row) : values_->IsNull(row); }
  int64_t At(int64_t row, int64_t start_ms) const {
    if (months_) {
      const int64_t days = FloorDiv(start_ms, kMillisPerDay);
      return start_ms + (AddMonths(days, (*months_)[row]) - days) * kMillisPerDay;
    }
    return kind_ == TypeKind::kIntervalDayTime ? start_ms + (*values_)[row] : (*values_)[row];
  }

 private:
  TypeKind kind_;
  std::optional<ColumnReader<int32_t>> months_;
  std::optional<ColumnReader<int64_t>> values_;
};

Result<arrow::Datum> Overlaps(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const ColumnReader<int64_t> first(args[0]);
    const ColumnReader<int64_t> second(args[2]);
    const EndReader first_end(ctx.arg_types[1], args[1]);
    const EndReader second_end(ctx.arg_types[3], args[3]);
    BoolWriter out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i) {
      if (first.IsNull(i) || first_end.IsNull(i) || second.IsNull(i) || second_end.IsNull(i)) {
        out.Null();
      } else {
        const auto [a, b] = std::minmax({first[i], first_end.At(i, first[i])});
        const auto [c, d] = std::minmax({second[i], second_end.At(i, second[i])});
        out.Set(a <= d && c <= b);
      }
      out.EndRow();
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

Result<ResolvedCall> Resolve(const CallSite& site) {
  if (site.args.size() != 4) return WrongArgumentCount("OVERLAPS", site, kAccepted);
  const bool ltz = site.args[0].type.kind() == TypeKind::kTimestampLtz;
  std::vector<DataType> types;
  for (size_t i = 0; i < 4; ++i) {
    const DataType& type = site.args[i].type;
    const bool interval = i % 2 == 1 && type.is_interval();
    if (!interval && (!IsPoint(type) || (type.kind() == TypeKind::kTimestampLtz) != ltz)) {
      return NoSignature("OVERLAPS", site, kAccepted);
    }
    const DataType point = ltz ? DataType::TimestampLtz(3) : DataType::Timestamp(3);
    types.push_back(interval ? type : point.Nullable(type.nullable()));
  }
  return ResolvedCall{DataType::Boolean().Nullable(AnyNullable(site)), std::move(types), Overlaps};
}

}  // namespace

void RegisterOverlaps(FunctionRegistry* registry) {
  ScalarFunction function;
  function.name = "OVERLAPS";
  function.doc = {
      "time", kAccepted, "TRUE if the two periods have a point in common.",
      "(DATE '2024-01-01', DATE '2024-01-05') OVERLAPS (DATE '2024-01-05', INTERVAL '1' "
      "DAY)",
      "true"};
  function.resolve = Resolve;
  registry->Register(std::move(function));
}

}  // namespace millrace
