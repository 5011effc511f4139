// SPDX-License-Identifier: Apache-2.0
// ARRAY_DISTINCT, ARRAY_UNION, ARRAY_EXCEPT and ARRAY_INTERSECT: arrays as sets, each element once,
// in order of first occurrence. NULL is an element like others.
#include <unordered_set>

#include "functions/collection/lists.h"

namespace millrace {
namespace {

enum class SetKind { kDistinct, kUnion, kExcept, kIntersect };

using KeySet = std::unordered_set<std::string_view>;

Result<std::shared_ptr<arrow::ArrayData>> MakeSet(KernelContext& ctx, const Arguments& args,
                                                  int64_t rows, SetKind kind) {
  const std::vector<ListArgument> lists(args.begin(), args.end());
  const DataType& element = ctx.result_type.element();
  ElementPool pool;
  std::vector<int32_t> starts;
  std::vector<ElementKeys> keys;
  for (const ListArgument& list : lists) {
    starts.push_back(pool.Add(list.elements()));
    keys.emplace_back(list.elements(), element);
  }
  ListWriter out;
  for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
    if (std::any_of(lists.begin(), lists.end(),
                    [i](const ListArgument& list) { return list.IsNull(i); })) {
      out.Null();
      continue;
    }
    KeySet other;
    if (kind == SetKind::kExcept || kind == SetKind::kIntersect) {
      for (int32_t j = lists[1].begin(i); j < lists[1].end(i); ++j) other.insert(keys[1][j]);
    }
    KeySet seen;
    const size_t sources = kind == SetKind::kUnion ? lists.size() : 1;
    for (size_t source = 0; source < sources; ++source) {
      for (int32_t j = lists[source].begin(i); j < lists[source].end(i); ++j) {
        const std::string_view key = keys[source][j];
        const bool wanted = kind == SetKind::kExcept      ? !other.contains(key)
                            : kind == SetKind::kIntersect ? other.contains(key)
                                                          : true;
        if (wanted && seen.insert(key).second) out.Add(starts[source] + j);
      }
    }
  }
  TRY_ASSIGN(auto elements, pool.Finish(element));
  return out.FinishArray(ctx.result_type, *elements);
}

void Register(FunctionRegistry* registry, std::string name, SetKind kind, FunctionDoc doc) {
  doc.group = "collection";
  const size_t count = kind == SetKind::kDistinct ? 1 : 2;
  doc.signature = name + (count == 1 ? "(array)" : "(array, array)");
  const auto kernel = [kind](KernelContext& ctx, const Arguments& args, int64_t length) {
    return RunFallible(ctx, args, length,
                       [&](int64_t rows) { return MakeSet(ctx, args, rows, kind); });
  };
  const auto resolve = [name, count, kernel, kind,
                        signature = doc.signature](const CallSite& site) -> Result<ResolvedCall> {
    TRY(CheckCount(name, site, count, count, signature));
    TRY_ASSIGN(const DataType common, CommonArray(name, site, signature));
    ResolvedCall resolved{
        .result = common.Nullable(AnyNullable(site)), .arg_types = {}, .kernel = kernel};
    for (const Argument& arg : site.args) {
      resolved.arg_types.push_back(common.Nullable(arg.type.nullable()));
    }
    return resolved;
  };
  registry->Register({.name = name, .aliases = {}, .doc = std::move(doc), .resolve = resolve});
}

}  // namespace

void RegisterArraySets(FunctionRegistry* registry) {
  Register(registry, "ARRAY_DISTINCT", SetKind::kDistinct,
           {.summary = "Each element once, in order of first occurrence.",
            .example = "ARRAY_DISTINCT(ARRAY[1, 2, 1])",
            .result = "[1, 2]"});
  Register(registry, "ARRAY_UNION", SetKind::kUnion,
           {.summary = "The elements of both arrays, each once.",
            .example = "ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])",
            .result = "[1, 2, 3]"});
  Register(registry, "ARRAY_EXCEPT", SetKind::kExcept,
           {.summary = "The elements of the first array that the second lacks, each once.",
            .example = "ARRAY_EXCEPT(ARRAY[1, 2, 2], ARRAY[1])",
            .result = "[2]"});
  Register(registry, "ARRAY_INTERSECT", SetKind::kIntersect,
           {.summary = "The elements that both arrays have, each once.",
            .example = "ARRAY_INTERSECT(ARRAY[1, 2], ARRAY[2, 3])",
            .result = "[2]"});
}

}  // namespace millrace
