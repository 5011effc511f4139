// SPDX-License-Identifier: Apache-2.0
// MAP_KEYS, MAP_VALUES, MAP_ENTRIES, MAP_UNION and MAP_FROM_ARRAYS. Of equal keys the last value
// stays, at the place of the first key.
#include <arrow/array/util.h>

#include <algorithm>
#include <unordered_map>

#include "data/take.h"
#include "functions/coercion.h"
#include "functions/collection/lists.h"

namespace millrace {
namespace {

using Data = std::shared_ptr<arrow::ArrayData>;

ScalarKernel KernelOf(Result<Data> (*make)(KernelContext&, const Arguments&, int64_t)) {
  return [make](KernelContext& ctx, const Arguments& args, int64_t length) {
    return RunFallible(ctx, args, length, [&](int64_t rows) { return make(ctx, args, rows); });
  };
}

/// The entries of one row: of equal keys the last value, at the first place.
class MapRow {
 public:
  explicit MapRow(ListWriter* out) : out_(out), start_(out->row_start()) {}
  void Put(std::string_view key, int32_t key_element, int32_t value_element) {
    const auto [place, fresh] = places_.emplace(key, out_->elements().size() - start_);
    if (fresh) {
      out_->Add(key_element, value_element);
    } else {
      out_->values()[start_ + place->second] = value_element;
    }
  }

 private:
  ListWriter* out_;
  size_t start_;
  std::unordered_map<std::string_view, size_t> places_;
};

enum class Part { kKeys, kValues, kEntries };

template <Part kPart>
Result<Data> MakePart(KernelContext& ctx, const Arguments& args, int64_t rows) {
  const ListArgument map(args[0]);
  ListWriter out;
  for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
    if (map.IsNull(i)) {
      out.Null();
      continue;
    }
    for (int32_t j = map.begin(i); j < map.end(i); ++j) out.Add(j);
  }
  if constexpr (kPart == Part::kKeys) return out.FinishArray(ctx.result_type, *map.elements());
  if constexpr (kPart == Part::kValues) return out.FinishArray(ctx.result_type, *map.values());
  const auto entries = arrow::MakeArray(
      arrow::ArrayData::Make(ctx.result_type.element().ToArrow(), map.elements()->length(),
                             {nullptr}, {map.elements()->data(), map.values()->data()}, 0));
  return out.FinishArray(ctx.result_type, *entries);
}

Result<Data> MakeUnion(KernelContext& ctx, const Arguments& args, int64_t rows) {
  const std::vector<ListArgument> maps(args.begin(), args.end());
  ElementPool key_pool;
  ElementPool value_pool;
  std::vector<int32_t> key_starts;
  std::vector<int32_t> value_starts;
  std::vector<ElementKeys> keys;
  for (const ListArgument& map : maps) {
    key_starts.push_back(key_pool.Add(map.elements()));
    value_starts.push_back(value_pool.Add(map.values()));
    keys.emplace_back(map.elements(), ctx.result_type.key());
  }
  ListWriter out;
  for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
    if (std::any_of(maps.begin(), maps.end(),
                    [i](const ListArgument& map) { return map.IsNull(i); })) {
      out.Null();
      continue;
    }
    MapRow row(&out);
    for (size_t source = 0; source < maps.size(); ++source) {
      for (int32_t j = maps[source].begin(i); j < maps[source].end(i); ++j) {
        row.Put(keys[source][j], key_starts[source] + j, value_starts[source] + j);
      }
    }
  }
  TRY_ASSIGN(auto key_column, key_pool.Finish(ctx.result_type.key()));
  TRY_ASSIGN(auto value_column, value_pool.Finish(ctx.result_type.value()));
  return out.FinishMap(ctx.result_type, *key_column, *value_column);
}

Result<Data> MakeFromArrays(KernelContext& ctx, const Arguments& args, int64_t rows) {
  const ListArgument keys(args[0]);
  const ListArgument values(args[1]);
  const ElementKeys encoded(keys.elements(), ctx.result_type.key());
  ListWriter out;
  for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
    if (keys.IsNull(i) || values.IsNull(i)) {
      out.Null();
      continue;
    }
    if (keys.size(i) != values.size(i)) {
      ctx.errors->Add(i, kInvalidArgument,
                      "MAP_FROM_ARRAYS has " + std::to_string(keys.size(i)) + " keys and " +
                          std::to_string(values.size(i)) + " values");
      out.Null();
      continue;
    }
    MapRow row(&out);
    for (int32_t j = 0; j < keys.size(i); ++j) {
      if (keys.elements()->IsNull(keys.begin(i) + j)) {
        ctx.errors->Add(i, kInvalidArgument, "a key of MAP_FROM_ARRAYS is NULL");
        out.Discard();
        break;
      }
      row.Put(encoded[keys.begin(i) + j], keys.begin(i) + j, values.begin(i) + j);
    }
  }
  return out.FinishMap(ctx.result_type, *keys.elements(), *values.elements());
}

template <Part kPart>
void RegisterPart(FunctionRegistry* registry, std::string name, std::string summary,
                  std::string result) {
  const std::string signature = name + "(map)";
  const auto resolve = [name, signature](const CallSite& site) -> Result<ResolvedCall> {
    TRY(CheckCount(name, site, 1, 1, signature));
    TRY(CheckMap(name, site, 0, signature));
    const DataType& map = site.args[0].type;
    DataType element = kPart == Part::kKeys ? map.key() : map.value();
    if (kPart == Part::kEntries) {
      element = DataType::Row(
          {{.name = "key", .type = map.key()}, {.name = "value", .type = map.value()}});
    }
    return ResolvedCall{.result = DataType::Array(element).Nullable(map.nullable()),
                        .arg_types = {map},
                        .kernel = KernelOf(MakePart<kPart>)};
  };
  registry->Register({.name = name,
                      .aliases = {},
                      .doc = {.group = "collection",
                              .signature = signature,
                              .summary = std::move(summary),
                              .example = name + "(MAP['a', 1])",
                              .result = std::move(result)},
                      .resolve = resolve});
}

Result<ResolvedCall> ResolveUnion(const CallSite& site) {
  constexpr std::string_view kSignature = "MAP_UNION(map, ...)";
  if (site.args.empty()) return WrongArgumentCount("MAP_UNION", site, kSignature);
  std::vector<DataType> keys;
  std::vector<DataType> values;
  for (size_t i = 0; i < site.args.size(); ++i) {
    TRY(CheckMap("MAP_UNION", site, i, kSignature));
    keys.push_back(site.args[i].type.key());
    values.push_back(site.args[i].type.value());
  }
  const auto key = CommonType(keys);
  const auto value = CommonType(values);
  if (!key.has_value() || !value.has_value()) return NoSignature("MAP_UNION", site, kSignature);
  const DataType common = DataType::Map(*key, *value);
  ResolvedCall resolved{
      .result = common.Nullable(AnyNullable(site)), .arg_types = {}, .kernel = KernelOf(MakeUnion)};
  for (const Argument& arg : site.args) {
    resolved.arg_types.push_back(common.Nullable(arg.type.nullable()));
  }
  return resolved;
}

Result<ResolvedCall> ResolveFromArrays(const CallSite& site) {
  constexpr std::string_view kSignature = "MAP_FROM_ARRAYS(keys, values)";
  TRY(CheckCount("MAP_FROM_ARRAYS", site, 2, 2, kSignature));
  for (size_t i = 0; i < 2; ++i) TRY(CheckArray("MAP_FROM_ARRAYS", site, i, kSignature));
  const DataType map = DataType::Map(site.args[0].type.element(), site.args[1].type.element());
  return ResolvedCall{.result = map.Nullable(AnyNullable(site)),
                      .arg_types = {site.args[0].type, site.args[1].type},
                      .kernel = KernelOf(MakeFromArrays)};
}

}  // namespace

void RegisterMapFunctions(FunctionRegistry* registry) {
  RegisterPart<Part::kKeys>(registry, "MAP_KEYS", "The keys of a map.", "[a]");
  RegisterPart<Part::kValues>(registry, "MAP_VALUES", "The values of a map.", "[1]");
  RegisterPart<Part::kEntries>(registry, "MAP_ENTRIES", "The pairs of a map as rows.",
                               "[+I[a, 1]]");
  registry->Register({.name = "MAP_UNION",
                      .aliases = {},
                      .doc = {.group = "collection",
                              .signature = "MAP_UNION(map, ...)",
                              .summary = "The entries of all maps; of equal keys the last counts.",
                              .example = "MAP_UNION(MAP['a', 1], MAP['a', 2])",
                              .result = "{a=2}"},
                      .resolve = ResolveUnion});
  registry->Register({.name = "MAP_FROM_ARRAYS",
                      .aliases = {},
                      .can_fail = true,
                      .doc = {.group = "collection",
                              .signature = "MAP_FROM_ARRAYS(keys, values)",
                              .summary = "A map from an array of keys and one of values.",
                              .example = "MAP_FROM_ARRAYS(ARRAY['a'], ARRAY[1])",
                              .result = "{a=1}"},
                      .resolve = ResolveFromArrays});
}

}  // namespace millrace
