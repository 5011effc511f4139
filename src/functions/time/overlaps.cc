// SPDX-License-Identifier: Apache-2.0
// (start, end) OVERLAPS (start, end): the ends are points or intervals after the start, in either
// order. Two periods that touch overlap. A period with a NULL end begins at its second end and has
// no known end, as in Flink, so that FALSE can come of NULLs.
#include <optional>
#include <utility>

#include "functions/kernel_support.h"
#include "functions/time/local_point.h"
#include "functions/time/register.h"

namespace millrace {
namespace {

constexpr const char* kOverlapsAccepted =
    "(point, point or interval) OVERLAPS (point, point or interval)";

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

  /// Whether it cannot be read without the start.
  bool is_interval() const { return months_.has_value() || kind_ == TypeKind::kIntervalDayTime; }
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

struct Period {
  std::optional<int64_t> begin, end;  // in order
};

Period PeriodOf(const ColumnReader<int64_t>& first, const EndReader& second, int64_t row) {
  Period period;
  if (!first.IsNull(row)) period.end = first[row];
  if (!second.IsNull(row) && (period.end || !second.is_interval())) {
    period.begin = second.At(row, period.end.value_or(0));
  }
  if (period.begin && period.end && *period.end <= *period.begin) {
    std::swap(period.begin, period.end);
  }
  return period;
}

std::optional<bool> NotAfter(std::optional<int64_t> one, std::optional<int64_t> other) {
  if (!one || !other) return std::nullopt;
  return *one <= *other;
}

Result<arrow::Datum> Overlaps(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const ColumnReader<int64_t> first(args[0]);
    const ColumnReader<int64_t> second(args[2]);
    const EndReader first_end(ctx.arg_types[1], args[1]);
    const EndReader second_end(ctx.arg_types[3], args[3]);
    BoolWriter out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i) {
      const Period left = PeriodOf(first, first_end, i);
      const Period right = PeriodOf(second, second_end, i);
      const auto one = NotAfter(right.begin, left.end);
      const auto other = NotAfter(left.begin, right.end);
      if (one == false || other == false) {
        out.Set(false);
      } else if (one && other) {
        out.Set(true);
      } else {
        out.Null();
      }
      out.EndRow();
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

Result<ResolvedCall> ResolveOverlaps(const CallSite& site) {
  if (site.args.size() != 4) return WrongArgumentCount("OVERLAPS", site, kOverlapsAccepted);
  const bool ltz = site.args[0].type.kind() == TypeKind::kTimestampLtz;
  std::vector<DataType> types;
  for (size_t i = 0; i < 4; ++i) {
    const DataType& type = site.args[i].type;
    const bool interval = i % 2 == 1 && type.is_interval();
    if (!interval && (!IsPoint(type) || (type.kind() == TypeKind::kTimestampLtz) != ltz)) {
      return NoSignature("OVERLAPS", site, kOverlapsAccepted);
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
      "time", kOverlapsAccepted, "TRUE if the two periods have a point in common.",
      "(DATE '2024-01-01', DATE '2024-01-05') OVERLAPS (DATE '2024-01-05', INTERVAL '1' "
      "DAY)",
      "true"};
  function.resolve = ResolveOverlaps;
  registry->Register(std::move(function));
}

}  // namespace millrace
