// SPDX-License-Identifier: Apache-2.0
// ARRAY[..], MAP[..] and ROW(..). Of equal keys of a MAP the last value stays, at the place of the
// first key. A NULL key fails its row: the columnar form of a MAP has none.
#include <arrow/array/util.h>

#include "functions/coercion.h"
#include "functions/collection/lists.h"

namespace millrace {
namespace {

DataType TypeOf(const Argument& arg) { return arg.bare_null ? DataType::Null() : arg.type; }

/// The common type of every `step`th argument from `first` on.
std::optional<DataType> CommonOf(const CallSite& site, size_t first, size_t step) {
  std::vector<DataType> types;
  bool typed = false;
  for (size_t i = first; i < site.args.size(); i += step) {
    types.push_back(TypeOf(site.args[i]));
    typed = typed || !site.args[i].bare_null;
  }
  if (!typed) return std::nullopt;
  const auto common = CommonType(types);
  if (!common.has_value()) return std::nullopt;
  bool nullable = false;
  for (const DataType& type : types) nullable = nullable || type.nullable();
  return common->Nullable(nullable).WithTimeAttribute(TimeAttribute::kNone);
}

Result<arrow::Datum> ArrayKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunFallible(ctx, args, length,
                     [&](int64_t rows) -> Result<std::shared_ptr<arrow::ArrayData>> {
                       ElementPool pool;
                       std::vector<ColumnArgument> columns(args.begin(), args.end());
                       std::vector<int32_t> starts;
                       for (const ColumnArgument& column : columns) {
                         starts.push_back(pool.Add(column.column()));
                       }
                       ListWriter out;
                       for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
                         for (size_t j = 0; j < columns.size(); ++j) {
                           out.Add(starts[j] + columns[j].row(i));
                         }
                       }
                       TRY_ASSIGN(auto elements, pool.Finish(ctx.result_type.element()));
                       return out.FinishArray(ctx.result_type, *elements);
                     });
}

Result<ResolvedCall> ResolveArray(const CallSite& site) {
  constexpr std::string_view kSignature = "ARRAY[value, ...], all of one type";
  if (site.args.empty()) return WrongArgumentCount("ARRAY", site, kSignature);
  const auto element = CommonOf(site, 0, 1);
  if (!element.has_value()) return NoSignature("ARRAY", site, kSignature);
  ResolvedCall resolved{
      .result = DataType::Array(*element).NotNull(), .arg_types = {}, .kernel = ArrayKernel};
  for (const Argument& arg : site.args) {
    resolved.arg_types.push_back(element->Nullable(arg.bare_null || arg.type.nullable()));
  }
  return resolved;
}

Result<std::shared_ptr<arrow::ArrayData>> MakeMap(KernelContext& ctx, const Arguments& args,
                                                  int64_t rows) {
  ElementPool key_pool;
  ElementPool value_pool;
  std::vector<ColumnArgument> columns(args.begin(), args.end());
  std::vector<int32_t> starts;
  std::vector<ElementKeys> keys;
  for (size_t j = 0; j < columns.size(); ++j) {
    starts.push_back((j % 2 == 0 ? key_pool : value_pool).Add(columns[j].column()));
    if (j % 2 == 0) keys.emplace_back(columns[j].column(), ctx.result_type.key());
  }
  ListWriter out;
  for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
    std::vector<std::string_view> seen;
    for (size_t j = 0; j < columns.size(); j += 2) {
      if (columns[j].IsNull(i)) {
        ctx.errors->Add(i, kInvalidArgument, "a key of a MAP is NULL");
        out.Discard();
        break;
      }
      const std::string_view key = keys[j / 2][columns[j].row(i)];
      const int32_t value = starts[j + 1] + columns[j + 1].row(i);
      const auto place = std::find(seen.begin(), seen.end(), key);
      if (place != seen.end()) {
        out.values()[out.row_start() + static_cast<size_t>(place - seen.begin())] = value;
        continue;
      }
      seen.push_back(key);
      out.Add(starts[j] + columns[j].row(i), value);
    }
  }
  TRY_ASSIGN(auto key_column, key_pool.Finish(ctx.result_type.key()));
  TRY_ASSIGN(auto value_column, value_pool.Finish(ctx.result_type.value()));
  return out.FinishMap(ctx.result_type, *key_column, *value_column);
}

Result<arrow::Datum> MapKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunFallible(ctx, args, length, [&](int64_t rows) { return MakeMap(ctx, args, rows); });
}

Result<ResolvedCall> ResolveMap(const CallSite& site) {
  constexpr std::string_view kSignature =
      "MAP[key, value, ...], all keys of one type and all values of one type";
  if (site.args.empty() || site.args.size() % 2 != 0) {
    return WrongArgumentCount("MAP", site, kSignature);
  }
  const auto key = CommonOf(site, 0, 2);
  const auto value = CommonOf(site, 1, 2);
  if (!key.has_value() || !value.has_value()) return NoSignature("MAP", site, kSignature);
  ResolvedCall resolved{
      .result = DataType::Map(*key, *value).NotNull(), .arg_types = {}, .kernel = MapKernel};
  for (size_t i = 0; i < site.args.size(); ++i) {
    const bool nullable = site.args[i].bare_null || site.args[i].type.nullable();
    resolved.arg_types.push_back((i % 2 == 0 ? *key : *value).Nullable(nullable));
  }
  return resolved;
}

Result<arrow::Datum> RowKernelOf(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunFallible(
      ctx, args, length, [&](int64_t rows) -> Result<std::shared_ptr<arrow::ArrayData>> {
        std::vector<std::shared_ptr<arrow::ArrayData>> children;
        for (const arrow::Datum& arg : args) {
          if (!arg.is_scalar()) {
            children.push_back(arg.array());
            continue;
          }
          auto column = arrow::MakeArrayFromScalar(*arg.scalar(), rows);
          if (!column.ok()) {
            return InternalError("cannot repeat a value", column.status().ToString());
          }
          children.push_back((*column)->data());
        }
        return arrow::ArrayData::Make(ctx.result_type.ToArrow(), rows, {nullptr},
                                      std::move(children), 0);
      });
}

Result<ResolvedCall> ResolveRow(const CallSite& site) {
  if (site.args.empty()) return WrongArgumentCount("ROW", site, "ROW(value, ...)");
  std::vector<DataType::Field> fields;
  ResolvedCall resolved{.result = DataType::Null(), .arg_types = {}, .kernel = RowKernelOf};
  for (size_t i = 0; i < site.args.size(); ++i) {
    if (site.args[i].bare_null) return NoSignature("ROW", site, "ROW(value, ...)");
    const DataType type = site.args[i].type.WithTimeAttribute(TimeAttribute::kNone);
    resolved.arg_types.push_back(type);
    fields.push_back({.name = "EXPR$" + std::to_string(i), .type = type});
  }
  resolved.result = DataType::Row(std::move(fields)).NotNull();
  return resolved;
}

}  // namespace

void RegisterArrayConstructors(FunctionRegistry* registry) {
  registry->Register({.name = "ARRAY",
                      .aliases = {},
                      .doc = {.group = "collection",
                              .signature = "ARRAY[value, ...]",
                              .summary = "An array of the values.",
                              .example = "ARRAY[1, 2]",
                              .result = "[1, 2]"},
                      .resolve = ResolveArray});
  registry->Register({.name = "MAP",
                      .aliases = {},
                      .can_fail = true,
                      .doc = {.group = "collection",
                              .signature = "MAP[key, value, ...]",
                              .summary = "A map of the pairs; of equal keys the last one counts.",
                              .example = "MAP['a', 1]",
                              .result = "{a=1}"},
                      .resolve = ResolveMap});
  registry->Register({.name = "ROW",
                      .aliases = {},
                      .doc = {.group = "collection",
                              .signature = "ROW(value, ...)",
                              .summary = "A row of the values; CAST gives its fields names.",
                              .example = "ROW(1, 'a')",
                              .result = "+I[1, a]"},
                      .resolve = ResolveRow});
}

}  // namespace millrace
