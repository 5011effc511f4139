// SPDX-License-Identifier: Apache-2.0
// JSON_OBJECT, JSON_ARRAY, JSON_STRING and JSON. Names are sorted. An argument that is itself a
// call of JSON_OBJECT, JSON_ARRAY or JSON (Argument::is_json) is nested as JSON, not as a string.
#include <arrow/array/array_binary.h>

#include "functions/json/json_encode.h"
#include "functions/json/register.h"
#include "functions/kernel_support.h"
#include "functions/simple_function.h"

namespace millrace {
namespace {

using Text = std::string_view;

/// A value argument: its type, its rows, and whether its text is JSON already.
class ValueColumn {
 public:
  ValueColumn(const DataType& type, const arrow::Datum& datum, bool is_json)
      : type_(type), reader_(datum), is_json_(is_json) {}

  bool IsNull(int64_t row) const { return reader_.IsNull(row); }
  JsonNode At(int64_t row) const {
    if (IsNull(row)) return JsonNode();
    if (is_json_) {
      const auto& text = static_cast<const arrow::StringArray&>(reader_.array());
      const auto node = ParseJson(text.GetView(reader_.row(row)));
      if (node.has_value()) return *node;
    }
    return EncodeJson(type_, reader_.array(), reader_.row(row));
  }

 private:
  DataType type_;
  NestedReader reader_;
  bool is_json_;
};

struct Construction {
  bool object;
  bool keep_nulls;
  std::vector<bool> is_json;
};

ScalarKernel ConstructKernel(Construction construction) {
  return [construction](KernelContext& ctx, const Arguments& args, int64_t length) {
    return RunKernel(ctx, args, length, [&](int64_t rows) {
      std::vector<StringReader> names;
      std::vector<ValueColumn> values;
      for (size_t i = 0; i < args.size(); ++i) {
        if (construction.object && i % 2 == 0) {
          names.emplace_back(args[i]);
        } else {
          values.emplace_back(ctx.arg_types[i], args[i], construction.is_json[i]);
        }
      }
      StringWriter out(&ctx, rows);
      for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
        JsonNode node;
        node.kind = construction.object ? JsonNode::Kind::kObject : JsonNode::Kind::kArray;
        for (size_t j = 0; j < values.size(); ++j) {
          if (values[j].IsNull(i) && !construction.keep_nulls) continue;
          if (construction.object) {
            node.Put(std::string(names[j][i]), values[j].At(i));
          } else {
            node.items.push_back(values[j].At(i));
          }
        }
        AppendJson(node, &out.bytes());
      }
      return out.Finish(ctx.result_type.ToArrow());
    });
  };
}

Result<ResolvedCall> ResolveConstruction(const CallSite& site, bool object) {
  const std::string name = object ? "JSON_OBJECT" : "JSON_ARRAY";
  const Text signature = object ? "JSON_OBJECT([KEY] name VALUE value, ... [NULL | ABSENT ON NULL])"
                                : "JSON_ARRAY(value, ... [NULL | ABSENT ON NULL])";
  if (object && site.args.size() % 2 != 0) return WrongArgumentCount(name, site, signature);
  Construction construction{.object = object, .keep_nulls = object, .is_json = {}};
  for (const std::string& option : site.options) {
    if (option == "ABSENT ON NULL") construction.keep_nulls = false;
    if (option == "NULL ON NULL") construction.keep_nulls = true;
  }
  ResolvedCall resolved;
  for (size_t i = 0; i < site.args.size(); ++i) {
    const Argument& arg = site.args[i];
    construction.is_json.push_back(arg.is_json);
    const DataType type = arg.bare_null ? DataType::String() : arg.type;
    resolved.arg_types.push_back(type.WithTimeAttribute(TimeAttribute::kNone));
    if (object && i % 2 == 0) {
      if (!type.is_character()) return NoSignature(name, site, signature);
      if (type.nullable()) {
        return UserError("MR0301", "a name in JSON_OBJECT must not be nullable", {},
                         "COALESCE(name, 'other') is never NULL");
      }
    } else if (!HasJsonForm(type)) {
      return UserError("MR0301", type.Nullable().ToString() + " has no JSON form", {},
                       "CAST(value AS STRING)");
    }
  }
  resolved.result = DataType::String().NotNull();
  resolved.kernel = ConstructKernel(std::move(construction));
  return resolved;
}

Result<ResolvedCall> ResolveString(const CallSite& site) {
  constexpr Text kSignature = "JSON_STRING(value)";
  TRY_ASSIGN(auto types, MatchParameters("JSON_STRING", site, {Parameter::kAny}, 1, 1, kSignature));
  if (!HasJsonForm(types[0])) return NoSignature("JSON_STRING", site, kSignature);
  const auto kernel = [](KernelContext& ctx, const Arguments& args, int64_t length) {
    return RunKernel(ctx, args, length, [&](int64_t rows) {
      const ValueColumn values(ctx.arg_types[0], args[0], false);
      StringWriter out(&ctx, rows);
      for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
        if (values.IsNull(i)) {
          out.Null();
        } else {
          AppendJson(values.At(i), &out.bytes());
        }
      }
      return out.Finish(ctx.result_type.ToArrow());
    });
  };
  return ResolvedCall{.result = DataType::String().Nullable(AnyNullable(site)),
                      .arg_types = std::move(types),
                      .kernel = kernel};
}

void Json(StringWriter& out, Text text) {
  if (text.find_first_not_of(" \t\n\r") == Text::npos) return out.Null();
  const std::optional<JsonNode> node = ParseJson(text);
  if (!node.has_value()) return out.Fail(kInvalidArgument, "JSON(value): the text is not JSON");
  AppendJson(*node, &out.bytes());
}

}  // namespace

void RegisterJsonConstructors(FunctionRegistry* registry) {
  registry->Register(
      {.name = "JSON_OBJECT",
       .aliases = {},
       .doc = {.group = "json",
               .signature = "JSON_OBJECT([KEY] name VALUE value, ... [NULL | ABSENT ON NULL])",
               .summary = "A JSON object with its names sorted; NULLs are kept unless ABSENT ON "
                          "NULL.",
               .example = "JSON_OBJECT('b' VALUE 1, 'a' VALUE 'x')",
               .result = "{\"a\":\"x\",\"b\":1}"},
       .resolve = [](const CallSite& site) { return ResolveConstruction(site, true); }});
  registry->Register(
      {.name = "JSON_ARRAY",
       .aliases = {},
       .doc = {.group = "json",
               .signature = "JSON_ARRAY(value, ... [NULL | ABSENT ON NULL])",
               .summary = "A JSON array; NULLs are left out unless NULL ON NULL.",
               .example = "JSON_ARRAY(1, 'a', TRUE)",
               .result = "[1,\"a\",true]"},
       .resolve = [](const CallSite& site) { return ResolveConstruction(site, false); }});
  registry->Register({.name = "JSON_STRING",
                      .aliases = {},
                      .doc = {.group = "json",
                              .signature = "JSON_STRING(value)",
                              .summary = "A value as JSON; NULL for NULL.",
                              .example = "JSON_STRING(ARRAY[1, 2])",
                              .result = "[1,2]"},
                      .resolve = ResolveString});
  registry->Register(
      MakeSimple({.name = "JSON",
                  .parameters = {Parameter::kText},
                  .result = Always(DataType::String()),
                  .nullable = SimpleFunction::Nullable::kAlways,
                  .can_fail = true,
                  .kernel = RowKernel<Text, Text>(Json),
                  .doc = {.group = "json",
                          .signature = "JSON(string)",
                          .summary = "Nests a JSON text as it is inside JSON_OBJECT or JSON_ARRAY.",
                          .example = "JSON_ARRAY(JSON('{\"a\": 1}'))",
                          .result = "[{\"a\":1}]"}}));
}

}  // namespace millrace
