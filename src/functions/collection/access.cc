// SPDX-License-Identifier: Apache-2.0
// array[index] (from 1), map[key], ELEMENT and CARDINALITY. What is out of range or absent is NULL,
// also for elements that cannot be NULL (Flink gives -1 there).
#include <arrow/scalar.h>

#include <algorithm>

#include "data/take.h"
#include "functions/coercion.h"
#include "functions/collection/lists.h"
#include "functions/json/variant.h"
#include "functions/simple_function.h"

namespace millrace {
namespace {

Result<arrow::Datum> IndexKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const ListArgument list(args[0]);
    const ColumnReader<int32_t> index(args[1]);
    std::vector<int32_t> chosen(static_cast<size_t>(rows), -1);
    for (int64_t i = 0; i < rows; ++i) {
      if (list.IsNull(i) || index.IsNull(i)) continue;
      const int32_t wanted = index[i];
      if (wanted >= 1 && wanted <= list.size(i)) {
        chosen[static_cast<size_t>(i)] = list.begin(i) + wanted - 1;
      }
    }
    return TakeRows(*list.elements(), chosen)->data();
  });
}

Result<arrow::Datum> LookupKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const ListArgument map(args[0]);
    const ColumnArgument wanted(args[1]);
    const ElementKeys keys(map.elements(), ctx.arg_types[0].key());
    const ElementKeys needles(wanted.column(), ctx.arg_types[1]);
    std::vector<int32_t> chosen(static_cast<size_t>(rows), -1);
    for (int64_t i = 0; i < rows; ++i) {
      if (map.IsNull(i) || wanted.IsNull(i)) continue;
      for (int32_t j = map.begin(i); j < map.end(i); ++j) {
        if (keys[j] != needles[wanted.row(i)]) continue;
        chosen[static_cast<size_t>(i)] = j;
        break;
      }
    }
    return TakeRows(*map.values(), chosen)->data();
  });
}

Result<ResolvedCall> ResolveLookup(const CallSite& site) {
  constexpr std::string_view kSignature = "map[key]";
  const DataType& map = site.args[0].type;
  const Argument& key = site.args[1];
  ResolvedCall resolved{
      .result = map.value().Nullable(), .arg_types = {map}, .kernel = LookupKernel};
  if (map.key().is_character() && key.type.is_character()) {
    // Not cast: a longer text must not be cut to a key of CHAR(n).
    resolved.arg_types.push_back(key.type);
    return resolved;
  }
  if (!key.bare_null && !CanImplicitlyCast(key.type, map.key())) {
    return NoSignature("[]", site, kSignature);
  }
  resolved.arg_types.push_back(map.key().Nullable());
  return resolved;
}

Result<ResolvedCall> ResolveIndex(const CallSite& site) {
  constexpr std::string_view kSignature = "array[index], map[key], variant[index or 'name']";
  TRY(CheckCount("[]", site, 2, 2, kSignature));
  if (!site.args[0].bare_null && site.args[0].type.kind() == TypeKind::kMap) {
    return ResolveLookup(site);
  }
  if (!site.args[0].bare_null && site.args[0].type.kind() == TypeKind::kVariant) {
    return ResolveVariantItem(site);
  }
  TRY(CheckArray("[]", site, 0, kSignature));
  const Argument& index = site.args[1];
  if (!index.bare_null && (!index.type.is_integer() || index.type.kind() == TypeKind::kBigInt)) {
    return NoSignature("[]", site, "array[index] with an INT index");
  }
  const auto* literal = dynamic_cast<const arrow::Int32Scalar*>(index.literal.get());
  if (literal != nullptr && literal->is_valid && literal->value < 1) {
    return UserError("MR0301",
                     "the first element of an array is 1, not " + std::to_string(literal->value));
  }
  return ResolvedCall{.result = site.args[0].type.element().Nullable(),
                      .arg_types = {site.args[0].type, DataType::Int()},
                      .kernel = IndexKernel};
}

Result<arrow::Datum> ElementKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const ListArgument list(args[0]);
    std::vector<int32_t> chosen(static_cast<size_t>(rows), -1);
    for (int64_t i = 0; i < rows; ++i) {
      if (list.IsNull(i) || list.size(i) == 0) continue;
      if (list.size(i) > 1) {
        ctx.errors->Add(i, kInvalidArgument, "ELEMENT: the array has more than one element");
      } else {
        chosen[static_cast<size_t>(i)] = list.begin(i);
      }
    }
    return TakeRows(*list.elements(), chosen)->data();
  });
}

Result<ResolvedCall> ResolveElement(const CallSite& site) {
  TRY(CheckCount("ELEMENT", site, 1, 1, "ELEMENT(array)"));
  TRY(CheckArray("ELEMENT", site, 0, "ELEMENT(array)"));
  const DataType& type = site.args[0].type;
  return ResolvedCall{
      .result = type.element().Nullable(type.nullable() || type.element().nullable()),
      .arg_types = {type},
      .kernel = ElementKernel};
}

Result<arrow::Datum> CardinalityKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const ListArgument list(args[0]);
    FixedWriter<int32_t> out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
      if (list.IsNull(i)) {
        out.Null();
      } else {
        out.Set(list.size(i));
      }
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

/// A MULTISET counts its values as often as they occur.
Result<arrow::Datum> MultisetCardinality(KernelContext& ctx, const Arguments& args,
                                         int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const ListArgument bag(args[0]);
    const ColumnReader<int32_t> counts{arrow::Datum(bag.values())};
    FixedWriter<int32_t> out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
      if (bag.IsNull(i)) {
        out.Null();
        continue;
      }
      int32_t sum = 0;
      for (int32_t j = bag.begin(i); j < bag.end(i); ++j) sum += counts[j];
      out.Set(sum);
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

Result<ResolvedCall> ResolveCardinality(const CallSite& site) {
  constexpr std::string_view kSignature = "CARDINALITY(array, map or multiset)";
  TRY(CheckCount("CARDINALITY", site, 1, 1, kSignature));
  const DataType& type = site.args[0].type;
  const bool bag = type.kind() == TypeKind::kMultiset;
  if (site.args[0].bare_null ||
      (!bag && type.kind() != TypeKind::kArray && type.kind() != TypeKind::kMap)) {
    return NoSignature("CARDINALITY", site, kSignature);
  }
  return ResolvedCall{.result = DataType::Int().Nullable(type.nullable()),
                      .arg_types = {type},
                      .kernel = bag ? MultisetCardinality : CardinalityKernel};
}

}  // namespace

void RegisterArrayAccess(FunctionRegistry* registry) {
  registry->Register(
      {.name = "[]",
       .aliases = {},
       .doc = {.group = "collection",
               .signature = "array[index], map[key]",
               .summary = "An element of an array, counted from 1, or the value of a "
                          "key; NULL if there is none.",
               .example = "ARRAY['a', 'b'][2]",
               .result = "b"},
       .resolve = ResolveIndex});
  registry->Register({.name = "ELEMENT",
                      .aliases = {},
                      .can_fail = true,
                      .doc = {.group = "collection",
                              .signature = "ELEMENT(array)",
                              .summary = "The only element of an array; NULL if it is empty.",
                              .example = "ELEMENT(ARRAY[1])",
                              .result = "1"},
                      .resolve = ResolveElement});
  registry->Register({.name = "CARDINALITY",
                      .aliases = {},
                      .doc = {.group = "collection",
                              .signature = "CARDINALITY(array, map or multiset)",
                              .summary = "The number of elements or entries.",
                              .example = "CARDINALITY(ARRAY[1, 2])",
                              .result = "2"},
                      .resolve = ResolveCardinality});
}

}  // namespace millrace
