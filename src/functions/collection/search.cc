// SPDX-License-Identifier: Apache-2.0
// ARRAY_CONTAINS and ARRAY_POSITION. ARRAY_CONTAINS finds NULL; ARRAY_POSITION of NULL is NULL.
#include "functions/collection/lists.h"

namespace millrace {
namespace {

/// The place (from 1) of the needle in each row's array, 0 if absent.
class Finder {
 public:
  Finder(KernelContext& ctx, const Arguments& args)
      : list_(args[0]),
        needle_(args[1]),
        elements_(list_.elements(), ctx.arg_types[0].element()),
        needles_(needle_.column(), ctx.arg_types[0].element()) {}

  bool ListIsNull(int64_t row) const { return list_.IsNull(row); }
  bool NeedleIsNull(int64_t row) const { return needle_.IsNull(row); }
  int32_t Find(int64_t row) const {
    const std::string_view wanted = needles_[needle_.row(row)];
    for (int32_t i = list_.begin(row); i < list_.end(row); ++i) {
      if (elements_[i] == wanted) return i - list_.begin(row) + 1;
    }
    return 0;
  }

 private:
  ListArgument list_;
  ColumnArgument needle_;
  ElementKeys elements_;
  ElementKeys needles_;
};

Result<arrow::Datum> ContainsKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const Finder finder(ctx, args);
    BoolWriter out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
      if (finder.ListIsNull(i)) {
        out.Null();
      } else {
        out.Set(finder.Find(i) > 0);
      }
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

Result<arrow::Datum> PositionKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const Finder finder(ctx, args);
    FixedWriter<int32_t> out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
      if (finder.ListIsNull(i) || finder.NeedleIsNull(i)) {
        out.Null();
      } else {
        out.Set(finder.Find(i));
      }
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

Result<ResolvedCall> ResolveContains(const CallSite& site) {
  constexpr std::string_view kSignature = "ARRAY_CONTAINS(array, element)";
  TRY(CheckCount("ARRAY_CONTAINS", site, 2, 2, kSignature));
  TRY(CheckArray("ARRAY_CONTAINS", site, 0, kSignature));
  TRY_ASSIGN(const DataType needle, NeedleType("ARRAY_CONTAINS", site, 1, kSignature));
  return ResolvedCall{.result = DataType::Boolean().Nullable(FirstNullable(site)),
                      .arg_types = {site.args[0].type, needle},
                      .kernel = ContainsKernel};
}

Result<ResolvedCall> ResolvePosition(const CallSite& site) {
  constexpr std::string_view kSignature = "ARRAY_POSITION(array, element)";
  TRY(CheckCount("ARRAY_POSITION", site, 2, 2, kSignature));
  TRY(CheckArray("ARRAY_POSITION", site, 0, kSignature));
  TRY_ASSIGN(const DataType needle, NeedleType("ARRAY_POSITION", site, 1, kSignature));
  return ResolvedCall{.result = DataType::Int().Nullable(AnyNullable(site)),
                      .arg_types = {site.args[0].type, needle},
                      .kernel = PositionKernel};
}

}  // namespace

void RegisterArraySearch(FunctionRegistry* registry) {
  registry->Register(
      {.name = "ARRAY_CONTAINS",
       .aliases = {},
       .doc = {.group = "collection",
               .signature = "ARRAY_CONTAINS(array, element)",
               .summary = "Whether the array has such an element; NULL is found too.",
               .example = "ARRAY_CONTAINS(ARRAY[1, 2], 2)",
               .result = "true"},
       .resolve = ResolveContains});
  registry->Register({.name = "ARRAY_POSITION",
                      .aliases = {},
                      .doc = {.group = "collection",
                              .signature = "ARRAY_POSITION(array, element)",
                              .summary = "Where the element first occurs, the first being 1; 0 if "
                                         "nowhere.",
                              .example = "ARRAY_POSITION(ARRAY[3, 4, 4], 4)",
                              .result = "2"},
                      .resolve = ResolvePosition});
}

}  // namespace millrace
