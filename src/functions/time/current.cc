// SPDX-License-Identifier: Apache-2.0
// The current time: from the session's clock, once per batch, never from the system.
// CURRENT_WATERMARK is an expression node, since it needs the watermark of the row.
#include <arrow/scalar.h>
#include <arrow/type.h>

#include "functions/kernel_support.h"
#include "functions/time/local_point.h"
#include "functions/time/register.h"

namespace millrace {
namespace {

/// The value of `type` at the session's time.
std::shared_ptr<arrow::Scalar> NowAs(const DataType& type, int64_t now_ms, const TimeZone& zone) {
  const int64_t local_ms = now_ms + zone.OffsetAt(FloorDiv(now_ms, 1000)) * 1000;
  switch (type.kind()) {
    case TypeKind::kDate:
      return std::make_shared<arrow::Date32Scalar>(
          static_cast<int32_t>(FloorDiv(local_ms, kMillisPerDay)));
    case TypeKind::kTime:
      return std::make_shared<arrow::Time32Scalar>(
          static_cast<int32_t>(FloorMod(local_ms, kMillisPerDay) / 1000 * 1000), type.ToArrow());
    case TypeKind::kTimestamp:
      return std::make_shared<arrow::TimestampScalar>(local_ms, type.ToArrow());
    default: return std::make_shared<arrow::TimestampScalar>(now_ms, type.ToArrow());
  }
}

struct Current {
  const char* name;
  DataType type;
  const char* summary;
  const char* alias = nullptr;
  bool with_parentheses = false;
};

void RegisterCurrent(FunctionRegistry* registry, const Current& spec) {
  ScalarFunction function;
  function.name = spec.name;
  if (spec.alias != nullptr) function.aliases = {spec.alias};
  function.volatility = Volatility::kSession;
  const std::string call = function.name + (spec.with_parentheses ? "()" : "");
  function.doc = {"time", call, spec.summary, call + " IS NOT NULL", "true"};
  function.resolve = [name = function.name,
                      type = spec.type.NotNull()](const CallSite& site) -> Result<ResolvedCall> {
    if (!site.args.empty()) return WrongArgumentCount(name, site, name);
    ScalarKernel kernel = [](KernelContext& ctx, const Arguments&,
                             int64_t) -> Result<arrow::Datum> {
      return arrow::Datum(NowAs(ctx.result_type, ctx.session.now_ms, SessionZone(ctx)));
    };
    return ResolvedCall{type, {}, std::move(kernel), false};
  };
  registry->Register(std::move(function));
}

}  // namespace

void RegisterCurrentTime(FunctionRegistry* registry) {
  const Current functions[] = {
      {"CURRENT_DATE", DataType::Date(), "Today in the session's time zone."},
      {"CURRENT_ROW_TIMESTAMP", DataType::TimestampLtz(3), "Now, as seen by the row at hand.",
       nullptr, true},
      {"CURRENT_TIME", DataType::Time(0), "The time of day in the session's time zone.",
       "LOCALTIME"},
      {"CURRENT_TIMESTAMP", DataType::TimestampLtz(3), "Now.", "NOW"},
      {"LOCALTIMESTAMP", DataType::Timestamp(3), "Now in the session's time zone."},
      {"PROCTIME", DataType::TimestampLtz(3).WithTimeAttribute(TimeAttribute::kProctime),
       "The processing time of the row.", nullptr, true}};
  for (const Current& spec : functions) RegisterCurrent(registry, spec);
}

}  // namespace millrace
