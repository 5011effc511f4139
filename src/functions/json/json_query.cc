// SPDX-License-Identifier: Apache-2.0
// JSON_QUERY: an object or array of a JSON text as compact JSON with sorted names, or as
// ARRAY<STRING>.
#include "functions/json/json_lookup.h"
#include "functions/json/register.h"
#include "functions/kernel_support.h"
#include "functions/signature.h"
#include "functions/text_list.h"

namespace millrace {
namespace {

using Text = std::string_view;

constexpr Text kJsonQuerySignature =
    "JSON_QUERY(string, path [RETURNING STRING | ARRAY<STRING>] [WITHOUT | WITH [CONDITIONAL | "
    "UNCONDITIONAL] ARRAY WRAPPER] [NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR ON EMPTY] [.. ON "
    "ERROR])";

enum class Wrapper { kWithout, kConditional, kUnconditional };

struct QueryOptions {
  Wrapper wrapper = Wrapper::kWithout;
  std::string on_empty;  // "", "NULL", "ERROR", "EMPTY ARRAY", "EMPTY OBJECT"
  std::string on_error;
};

struct QueryResult {
  std::optional<JsonNode> value;  // disengaged: NULL
  std::string error;              // not empty: the row fails
};

QueryResult Fallback(const std::string& behavior, const std::string& error) {
  QueryResult result;
  if (behavior == "ERROR") result.error = "JSON_QUERY: " + error;
  if (behavior.starts_with("EMPTY")) {
    result.value.emplace();
    result.value->kind =
        behavior == "EMPTY ARRAY" ? JsonNode::Kind::kArray : JsonNode::Kind::kObject;
  }
  return result;
}

QueryResult Query(JsonPathCache& cache, const QueryOptions& options, bool as_array, Text document,
                  Text path) {
  JsonLookup found = cache.Find(document, path);
  if (!found.error.empty()) return Fallback(options.on_error, found.error);
  if (found.empty()) return Fallback(options.on_empty, "the result is empty");
  JsonNode value = std::move(*found.value);
  const bool wrap =
      options.wrapper == Wrapper::kUnconditional ||
      (options.wrapper == Wrapper::kConditional && value.kind != JsonNode::Kind::kArray);
  if (wrap) {
    JsonNode wrapped;
    wrapped.kind = JsonNode::Kind::kArray;
    wrapped.items.push_back(std::move(value));
    value = std::move(wrapped);
  }
  if (!value.is_container()) {
    if (found.mode == JsonPath::Mode::kLax) {
      return Fallback(options.on_empty, "the result is empty");
    }
    return Fallback(options.on_error, "the result is neither an array nor an object");
  }
  if (as_array && value.kind != JsonNode::Kind::kArray) {
    return Fallback(options.on_error, "the result is not an array");
  }
  return {.value = std::move(value), .error = {}};
}

ScalarKernel TextKernel(QueryOptions options) {
  return [options](KernelContext& ctx, const Arguments& args, int64_t length) {
    auto& cache = StateOf<JsonPathCache>(ctx, [] { return std::make_unique<JsonPathCache>(); });
    return MapRows<Text, Text, Text>(
        ctx, args, length, [&](StringWriter& out, Text document, Text path) {
          const QueryResult result = Query(cache, options, false, document, path);
          if (!result.error.empty()) return out.Fail(kInvalidArgument, result.error);
          if (!result.value.has_value()) return out.Null();
          AppendJson(*result.value, &out.bytes());
        });
  };
}

ScalarKernel ArrayKernel(QueryOptions options) {
  return [options](KernelContext& ctx, const Arguments& args, int64_t length) {
    auto& cache = StateOf<JsonPathCache>(ctx, [] { return std::make_unique<JsonPathCache>(); });
    return RunKernel(ctx, args, length, [&](int64_t rows) {
      const StringReader document(args[0]);
      const StringReader path(args[1]);
      TextListWriter out(rows);
      for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
        QueryResult result;
        if (!document.IsNull(i) && !path.IsNull(i)) {
          result = Query(cache, options, true, document[i], path[i]);
        }
        if (!result.error.empty()) ctx.errors->Add(i, kInvalidArgument, result.error);
        if (!result.value.has_value()) {
          out.Null();
          continue;
        }
        for (const JsonNode& item : result.value->items) {
          if (item.kind == JsonNode::Kind::kNull) {
            out.AppendNull();
            continue;
          }
          std::string text;
          if (item.is_container()) {
            AppendJson(item, &text);
          } else {
            text = ScalarText(item);
          }
          out.Append(text);
        }
      }
      return out.Finish(ctx.result_type);
    });
  };
}

Result<ResolvedCall> ResolveJsonQuery(const CallSite& site) {
  if (site.args.size() != 2) return WrongArgumentCount("JSON_QUERY", site, kJsonQuerySignature);
  for (const Argument& arg : site.args) {
    if (!arg.bare_null && !arg.type.is_character()) {
      return NoSignature("JSON_QUERY", site, kJsonQuerySignature);
    }
  }
  TRY(CheckLiteralPath(site));
  QueryOptions options{.on_empty = BehaviorOf(site, " ON EMPTY"),
                       .on_error = BehaviorOf(site, " ON ERROR")};
  for (const std::string& option : site.options) {
    if (option == "WITH CONDITIONAL WRAPPER") options.wrapper = Wrapper::kConditional;
    if (option == "WITH UNCONDITIONAL WRAPPER") options.wrapper = Wrapper::kUnconditional;
  }
  ResolvedCall resolved;
  resolved.result = site.returning.value_or(DataType::String()).Nullable();
  const bool array = resolved.result.kind() == TypeKind::kArray;
  if (array ? !resolved.result.element().is_string_type() : !resolved.result.is_character()) {
    return UserError("MR0301", "JSON_QUERY cannot return " + resolved.result.ToString() +
                                   "; it can return STRING and ARRAY<STRING>");
  }
  if (array && (options.on_empty == "EMPTY OBJECT" || options.on_error == "EMPTY OBJECT")) {
    return UserError("MR0301", "JSON_QUERY cannot return an EMPTY OBJECT as ARRAY<STRING>");
  }
  resolved.kernel = array ? ArrayKernel(options) : TextKernel(options);
  for (size_t i = 0; i < 2; ++i) {
    resolved.arg_types.push_back(site.args[i].bare_null ? DataType::String() : site.args[i].type);
  }
  return resolved;
}

}  // namespace

void RegisterJsonQuery(FunctionRegistry* registry) {
  registry->Register(
      {.name = "JSON_QUERY",
       .aliases = {},
       .can_fail = true,
       .doc = {.group = "json",
               .signature = std::string(kJsonQuerySignature),
               .summary = "The object or array at a path of a JSON text, with its names sorted. "
                          "Scalars need a wrapper.",
               .example = "JSON_QUERY('{\"a\": {\"c\": 1, \"b\": 2}}', '$.a')",
               .result = "{\"b\":2,\"c\":1}"},
       .resolve = ResolveJsonQuery});
}

}  // namespace millrace
