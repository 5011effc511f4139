// SPDX-License-Identifier: Apache-2.0
// ARRAY_SORT, ARRAY_MAX and ARRAY_MIN over numbers, text and times. Text orders by bytes; NaN is
// above all numbers. ARRAY_SORT puts NULLs first when ascending and last when descending unless
// told otherwise.
#include <algorithm>
#include <cmath>

#include "data/take.h"
#include "functions/aggregate/stored_value.h"
#include "functions/aggregate/value_counts.h"
#include "functions/collection/lists.h"

namespace millrace {
namespace {

using Data = std::shared_ptr<arrow::ArrayData>;

/// Calls f(less) where less(a, b) compares two elements that are not NULL.
template <typename F>
void WithOrder(const DataType& element, const std::shared_ptr<arrow::Array>& values, F&& f) {
  VisitStorage(element, [&]<typename T>() {
    if constexpr (!std::is_same_v<T, Nested>) {
      const ArgumentColumn<T> column(values, element);
      f([&](int32_t a, int32_t b) { return TotalLess()(T(column[a]), T(column[b])); });
    }
  });
}

bool FlagAt(const std::optional<BoolReader>& flag, int64_t row, bool otherwise) {
  return flag.has_value() ? (*flag)[row] : otherwise;
}

Result<Data> MakeSorted(KernelContext& ctx, const Arguments& args, int64_t rows) {
  const ListArgument list(args[0]);
  const arrow::Array& values = *list.elements();
  std::optional<BoolReader> ascending;
  std::optional<BoolReader> nulls_first;
  if (args.size() > 1) ascending.emplace(args[1]);
  if (args.size() > 2) nulls_first.emplace(args[2]);
  ListWriter out;
  WithOrder(ctx.result_type.element(), list.elements(), [&](auto&& less) {
    for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
      if (list.IsNull(i) || (ascending.has_value() && ascending->IsNull(i)) ||
          (nulls_first.has_value() && nulls_first->IsNull(i))) {
        out.Null();
        continue;
      }
      const bool up = FlagAt(ascending, i, true);
      const bool first = FlagAt(nulls_first, i, up);
      for (int32_t j = list.begin(i); j < list.end(i); ++j) out.Add(j);
      std::stable_sort(out.elements().begin() + static_cast<std::ptrdiff_t>(out.row_start()),
                       out.elements().end(), [&](int32_t a, int32_t b) {
                         const bool a_null = values.IsNull(a);
                         const bool b_null = values.IsNull(b);
                         if (a_null || b_null) return a_null != b_null && a_null == first;
                         return up ? less(a, b) : less(b, a);
                       });
    }
  });
  return out.FinishArray(ctx.result_type, values);
}

template <bool kMax>
Result<Data> MakeBest(KernelContext& ctx, const Arguments& args, int64_t rows) {
  const ListArgument list(args[0]);
  const arrow::Array& values = *list.elements();
  std::vector<int32_t> chosen(static_cast<size_t>(rows), -1);
  WithOrder(ctx.arg_types[0].element(), list.elements(), [&](auto&& less) {
    for (int64_t i = 0; i < rows; ++i) {
      if (list.IsNull(i)) continue;
      int32_t best = -1;
      for (int32_t j = list.begin(i); j < list.end(i); ++j) {
        if (values.IsNull(j)) continue;
        if (best < 0 || (kMax ? less(best, j) : less(j, best))) best = j;
      }
      chosen[static_cast<size_t>(i)] = best;
    }
  });
  return TakeRows(values, chosen)->data();
}

Result<ResolvedCall> ResolveSort(const CallSite& site) {
  constexpr std::string_view kSignature = "ARRAY_SORT(array [, ascending [, nulls first]])";
  TRY(CheckCount("ARRAY_SORT", site, 1, 3, kSignature));
  TRY(CheckArray("ARRAY_SORT", site, 0, kSignature));
  ResolvedCall resolved{.result = site.args[0].type.Nullable(AnyNullable(site)),
                        .arg_types = {site.args[0].type},
                        .kernel = {}};
  bool fits = IsOrdered(site.args[0].type.element());
  for (size_t i = 1; i < site.args.size(); ++i) {
    const Argument& arg = site.args[i];
    fits = fits && (arg.bare_null || arg.type.kind() == TypeKind::kBoolean);
    resolved.arg_types.push_back(DataType::Boolean());
  }
  if (!fits) return NoSignature("ARRAY_SORT", site, kSignature);
  resolved.kernel = [](KernelContext& ctx, const Arguments& args, int64_t length) {
    return RunFallible(ctx, args, length,
                       [&](int64_t rows) { return MakeSorted(ctx, args, rows); });
  };
  return resolved;
}

template <bool kMax>
void RegisterBest(FunctionRegistry* registry, std::string name, std::string summary,
                  std::string result) {
  const std::string signature = name + "(array)";
  const auto resolve = [name, signature](const CallSite& site) -> Result<ResolvedCall> {
    TRY(CheckCount(name, site, 1, 1, signature));
    TRY(CheckArray(name, site, 0, signature));
    const DataType& type = site.args[0].type;
    if (!IsOrdered(type.element())) return NoSignature(name, site, signature);
    return ResolvedCall{.result = type.element().Nullable(),
                        .arg_types = {type},
                        .kernel = [](KernelContext& ctx, const Arguments& args, int64_t length) {
                          return RunFallible(ctx, args, length, [&](int64_t rows) {
                            return MakeBest<kMax>(ctx, args, rows);
                          });
                        }};
  };
  registry->Register({.name = name,
                      .aliases = {},
                      .doc = {.group = "collection",
                              .signature = signature,
                              .summary = std::move(summary),
                              .example = name + "(ARRAY[1, 3, 2])",
                              .result = std::move(result)},
                      .resolve = resolve});
}

}  // namespace

void RegisterArrayOrder(FunctionRegistry* registry) {
  registry->Register({.name = "ARRAY_SORT",
                      .aliases = {},
                      .doc = {.group = "collection",
                              .signature = "ARRAY_SORT(array [, ascending [, nulls first]])",
                              .summary = "The elements in order, ascending and NULLs first by "
                                         "default.",
                              .example = "ARRAY_SORT(ARRAY[3, 1, 2])",
                              .result = "[1, 2, 3]"},
                      .resolve = ResolveSort});
  RegisterBest<true>(registry, "ARRAY_MAX", "The largest element that is not NULL.", "3");
  RegisterBest<false>(registry, "ARRAY_MIN", "The smallest element that is not NULL.", "1");
}

}  // namespace millrace
