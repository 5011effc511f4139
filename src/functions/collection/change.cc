// SPDX-License-Identifier: Apache-2.0
// ARRAY_APPEND, ARRAY_PREPEND, ARRAY_REMOVE, ARRAY_REVERSE, ARRAY_CONCAT and ARRAY_SLICE.
#include <algorithm>

#include "functions/collection/lists.h"

namespace millrace {
namespace {

using Data = std::shared_ptr<arrow::ArrayData>;

template <bool kFront>
Result<Data> MakeLonger(KernelContext& ctx, const Arguments& args, int64_t rows) {
  const ListArgument list(args[0]);
  const ColumnArgument element(args[1]);
  ElementPool pool;
  pool.Add(list.elements());
  const int32_t start = pool.Add(element.column());
  ListWriter out;
  for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
    if (list.IsNull(i)) {
      out.Null();
      continue;
    }
    if (kFront) out.Add(start + element.row(i));
    for (int32_t j = list.begin(i); j < list.end(i); ++j) out.Add(j);
    if (!kFront) out.Add(start + element.row(i));
  }
  TRY_ASSIGN(auto elements, pool.Finish(ctx.result_type.element()));
  return out.FinishArray(ctx.result_type, *elements);
}

Result<Data> MakeWithout(KernelContext& ctx, const Arguments& args, int64_t rows) {
  const ListArgument list(args[0]);
  const ColumnArgument element(args[1]);
  const ElementKeys keys(list.elements(), ctx.result_type.element());
  const ElementKeys unwanted(element.column(), ctx.result_type.element());
  ListWriter out;
  for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
    if (list.IsNull(i)) {
      out.Null();
      continue;
    }
    for (int32_t j = list.begin(i); j < list.end(i); ++j) {
      if (keys[j] != unwanted[element.row(i)]) out.Add(j);
    }
  }
  return out.FinishArray(ctx.result_type, *list.elements());
}

Result<Data> MakeReversed(KernelContext& ctx, const Arguments& args, int64_t rows) {
  const ListArgument list(args[0]);
  ListWriter out;
  for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
    if (list.IsNull(i)) {
      out.Null();
      continue;
    }
    for (int32_t j = list.end(i); j-- > list.begin(i);) out.Add(j);
  }
  return out.FinishArray(ctx.result_type, *list.elements());
}

Result<Data> MakeJoined(KernelContext& ctx, const Arguments& args, int64_t rows) {
  const std::vector<ListArgument> lists(args.begin(), args.end());
  ElementPool pool;
  std::vector<int32_t> starts;
  for (const ListArgument& list : lists) starts.push_back(pool.Add(list.elements()));
  ListWriter out;
  for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
    if (std::any_of(lists.begin(), lists.end(),
                    [i](const ListArgument& list) { return list.IsNull(i); })) {
      out.Null();
      continue;
    }
    for (size_t source = 0; source < lists.size(); ++source) {
      for (int32_t j = lists[source].begin(i); j < lists[source].end(i); ++j) {
        out.Add(starts[source] + j);
      }
    }
  }
  TRY_ASSIGN(auto elements, pool.Finish(ctx.result_type.element()));
  return out.FinishArray(ctx.result_type, *elements);
}

/// A place from 1 on; a negative one counts from the end. Place 0, which is before the first, is
/// taken for the first, as Flink does.
int64_t Place(int32_t index, int64_t size) {
  const int64_t place = index >= 0 ? index : size + index + 1;
  return place == 0 ? 1 : place;
}

Result<Data> MakeSlice(KernelContext& ctx, const Arguments& args, int64_t rows) {
  const ListArgument list(args[0]);
  const ColumnReader<int32_t> first(args[1]);
  const bool has_last = args.size() == 3;
  const ColumnReader<int32_t> last(has_last ? args[2] : args[1]);
  ListWriter out;
  for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
    if (list.IsNull(i) || first.IsNull(i) || last.IsNull(i)) {
      out.Null();
      continue;
    }
    const int64_t size = list.size(i);
    const int64_t from = std::max<int64_t>(Place(first[i], size), 1);
    const int64_t to = has_last ? std::min(Place(last[i], size), size) : size;
    for (int64_t place = from; place <= to; ++place) {
      out.Add(list.begin(i) + static_cast<int32_t>(place) - 1);
    }
  }
  return out.FinishArray(ctx.result_type, *list.elements());
}

ScalarKernel KernelOf(Result<Data> (*make)(KernelContext&, const Arguments&, int64_t)) {
  return [make](KernelContext& ctx, const Arguments& args, int64_t length) {
    return RunFallible(ctx, args, length, [&](int64_t rows) { return make(ctx, args, rows); });
  };
}

void RegisterLonger(FunctionRegistry* registry, std::string name, ScalarKernel kernel,
                    FunctionDoc doc) {
  doc.group = "collection";
  doc.signature = name + "(array, element)";
  const auto resolve = [name, kernel,
                        signature = doc.signature](const CallSite& site) -> Result<ResolvedCall> {
    TRY(CheckCount(name, site, 2, 2, signature));
    TRY(CheckArray(name, site, 0, signature));
    TRY_ASSIGN(const DataType needle, NeedleType(name, site, 1, signature));
    const DataType& element = site.args[0].type.element();
    const DataType joined = element.Nullable(element.nullable() || needle.nullable());
    return ResolvedCall{.result = DataType::Array(joined).Nullable(AnyNullable(site)),
                        .arg_types = {site.args[0].type, needle},
                        .kernel = kernel};
  };
  registry->Register({.name = name, .aliases = {}, .doc = std::move(doc), .resolve = resolve});
}

Result<ResolvedCall> ResolveRemove(const CallSite& site) {
  constexpr std::string_view kSignature = "ARRAY_REMOVE(array, element)";
  TRY(CheckCount("ARRAY_REMOVE", site, 2, 2, kSignature));
  TRY(CheckArray("ARRAY_REMOVE", site, 0, kSignature));
  TRY_ASSIGN(const DataType needle, NeedleType("ARRAY_REMOVE", site, 1, kSignature));
  return ResolvedCall{.result = site.args[0].type,
                      .arg_types = {site.args[0].type, needle},
                      .kernel = KernelOf(MakeWithout)};
}

Result<ResolvedCall> ResolveReverse(const CallSite& site) {
  TRY(CheckCount("ARRAY_REVERSE", site, 1, 1, "ARRAY_REVERSE(array)"));
  TRY(CheckArray("ARRAY_REVERSE", site, 0, "ARRAY_REVERSE(array)"));
  return ResolvedCall{.result = site.args[0].type,
                      .arg_types = {site.args[0].type},
                      .kernel = KernelOf(MakeReversed)};
}

Result<ResolvedCall> ResolveConcat(const CallSite& site) {
  constexpr std::string_view kSignature = "ARRAY_CONCAT(array, ...)";
  if (site.args.empty()) return WrongArgumentCount("ARRAY_CONCAT", site, kSignature);
  TRY_ASSIGN(const DataType common, CommonArray("ARRAY_CONCAT", site, kSignature));
  ResolvedCall resolved{.result = common.Nullable(AnyNullable(site)),
                        .arg_types = {},
                        .kernel = KernelOf(MakeJoined)};
  for (const Argument& arg : site.args) {
    resolved.arg_types.push_back(common.Nullable(arg.type.nullable()));
  }
  return resolved;
}

Result<ResolvedCall> ResolveSlice(const CallSite& site) {
  constexpr std::string_view kSignature = "ARRAY_SLICE(array, first [, last])";
  TRY(CheckCount("ARRAY_SLICE", site, 2, 3, kSignature));
  TRY(CheckArray("ARRAY_SLICE", site, 0, kSignature));
  ResolvedCall resolved{.result = site.args[0].type.Nullable(AnyNullable(site)),
                        .arg_types = {site.args[0].type},
                        .kernel = KernelOf(MakeSlice)};
  for (size_t i = 1; i < site.args.size(); ++i) {
    const Argument& arg = site.args[i];
    if (!arg.bare_null && (!arg.type.is_integer() || arg.type.kind() == TypeKind::kBigInt)) {
      return NoSignature("ARRAY_SLICE", site, kSignature);
    }
    resolved.arg_types.push_back(DataType::Int());
  }
  return resolved;
}

}  // namespace

void RegisterArrayChange(FunctionRegistry* registry) {
  RegisterLonger(registry, "ARRAY_APPEND", KernelOf(MakeLonger<false>),
                 {.summary = "The array with an element more at its end.",
                  .example = "ARRAY_APPEND(ARRAY[1, 2], 3)",
                  .result = "[1, 2, 3]"});
  RegisterLonger(registry, "ARRAY_PREPEND", KernelOf(MakeLonger<true>),
                 {.summary = "The array with an element more at its front.",
                  .example = "ARRAY_PREPEND(ARRAY[1, 2], 0)",
                  .result = "[0, 1, 2]"});
  const auto add = [&](std::string name, std::string signature, std::string summary,
                       std::string example, std::string result,
                       Result<ResolvedCall> (*resolve)(const CallSite&)) {
    registry->Register({.name = std::move(name),
                        .aliases = {},
                        .doc = {.group = "collection",
                                .signature = std::move(signature),
                                .summary = std::move(summary),
                                .example = std::move(example),
                                .result = std::move(result)},
                        .resolve = resolve});
  };
  add("ARRAY_REMOVE", "ARRAY_REMOVE(array, element)",
      "The array without the elements equal to one; NULL removes NULLs.",
      "ARRAY_REMOVE(ARRAY[1, 2, 1], 1)", "[2]", ResolveRemove);
  add("ARRAY_REVERSE", "ARRAY_REVERSE(array)", "The elements in reverse order.",
      "ARRAY_REVERSE(ARRAY[1, 2])", "[2, 1]", ResolveReverse);
  add("ARRAY_CONCAT", "ARRAY_CONCAT(array, ...)", "The arrays joined; NULL if one is NULL.",
      "ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3])", "[1, 2, 3]", ResolveConcat);
  add("ARRAY_SLICE", "ARRAY_SLICE(array, first [, last])",
      "The elements from one place to another, both included and counted from 1; negative places "
      "count from the end.",
      "ARRAY_SLICE(ARRAY[1, 2, 3, 4], 2, 3)", "[2, 3]", ResolveSlice);
}

}  // namespace millrace
