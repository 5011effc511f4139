// SPDX-License-Identifier: Apache-2.0
// JSON_VALUE: a scalar of a JSON text as STRING, BOOLEAN, INT or DOUBLE. Arguments: text, path,
// then the default of ON EMPTY and that of ON ERROR, each only if its word is DEFAULT. Flink fails
// the job when the scalar is not of the RETURNING type; here that is an error for ON ERROR to
// handle, and an integer is a DOUBLE too.
#include <charconv>

#include "functions/json/json_lookup.h"
#include "functions/json/register.h"
#include "functions/kernel_support.h"
#include "functions/signature.h"

namespace millrace {
namespace {

using Text = std::string_view;

constexpr Text kJsonValueSignature =
    "JSON_VALUE(string, path [RETURNING type] [NULL | ERROR | DEFAULT value ON EMPTY] "
    "[NULL | ERROR | DEFAULT value ON ERROR])";

struct Behaviors {
  std::string on_empty;  // "", "NULL", "ERROR", "DEFAULT"
  std::string on_error;
};

/// Sets the value; false if it is not of the type.
bool SetValue(StringWriter& out, const JsonNode& node) {
  out.Set(ScalarText(node));
  return true;
}
bool SetValue(BoolWriter& out, const JsonNode& node) {
  if (node.kind != JsonNode::Kind::kBoolean) return false;
  out.Set(node.boolean);
  return true;
}
template <typename T>
bool SetValue(FixedWriter<T>& out, const JsonNode& node) {
  const bool integer = node.kind == JsonNode::Kind::kInteger;
  if (!integer && (std::is_integral_v<T> || node.kind != JsonNode::Kind::kDecimal)) return false;
  T value{};
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (error != std::errc() || stop != end) return false;
  out.Set(value);
  return true;
}

/// Applies one of NULL, ERROR, DEFAULT.
template <typename T, typename W>
void Fallback(W& out, const std::string& behavior, const std::optional<arrow::Datum>& value,
              std::string_view error) {
  if (behavior == "ERROR") return out.Fail(kInvalidArgument, "JSON_VALUE: " + std::string(error));
  if (behavior != "DEFAULT") return out.Null();
  const ReaderFor<T> reader(*value);
  if (reader.IsNull(out.row())) return out.Null();
  out.Set(reader[out.row()]);
}

template <typename T>
ScalarKernel ValueKernel(Behaviors behaviors) {
  return [behaviors](KernelContext& ctx, const Arguments& args, int64_t length) {
    auto& cache = StateOf<JsonPathCache>(ctx, [] { return std::make_unique<JsonPathCache>(); });
    std::optional<arrow::Datum> empty_value;
    std::optional<arrow::Datum> error_value;
    size_t next = 2;
    if (behaviors.on_empty == "DEFAULT") empty_value = args[next++];
    if (behaviors.on_error == "DEFAULT") error_value = args[next++];
    return RunKernel(ctx, args, length, [&](int64_t rows) {
      const StringReader document(args[0]);
      const StringReader path(args[1]);
      Writer<T> out(&ctx, rows);
      for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
        if (document.IsNull(i) || path.IsNull(i)) {
          out.Null();
          continue;
        }
        const JsonLookup found = cache.Find(document[i], path[i]);
        std::string error = found.error;
        const bool lax = found.mode == JsonPath::Mode::kLax;
        if (error.empty() && (found.empty() || (lax && found.value->is_container()))) {
          Fallback<T>(out, behaviors.on_empty, empty_value, "the result is empty");
          continue;
        }
        if (error.empty() && found.value->is_container()) error = "the result is not a scalar";
        if (error.empty() && SetValue(out, *found.value)) continue;
        if (error.empty()) error = "the result is not of the type " + ctx.result_type.ToString();
        Fallback<T>(out, behaviors.on_error, error_value, error);
      }
      return out.Finish(ctx.result_type.ToArrow());
    });
  };
}

Result<ResolvedCall> ResolveJsonValue(const CallSite& site) {
  if (site.args.size() < 2) return WrongArgumentCount("JSON_VALUE", site, kJsonValueSignature);
  for (size_t i = 0; i < 2; ++i) {
    if (!site.args[i].bare_null && !site.args[i].type.is_character()) {
      return NoSignature("JSON_VALUE", site, kJsonValueSignature);
    }
  }
  TRY(CheckLiteralPath(site));
  const Behaviors behaviors{.on_empty = BehaviorOf(site, " ON EMPTY"),
                            .on_error = BehaviorOf(site, " ON ERROR")};
  const size_t defaults =
      (behaviors.on_empty == "DEFAULT" ? 1 : 0) + (behaviors.on_error == "DEFAULT" ? 1 : 0);
  if (site.args.size() != 2 + defaults)
    return WrongArgumentCount("JSON_VALUE", site, kJsonValueSignature);
  ResolvedCall resolved;
  resolved.result = site.returning.value_or(DataType::String()).Nullable();
  switch (resolved.result.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarchar: resolved.kernel = ValueKernel<Text>(behaviors); break;
    case TypeKind::kBoolean: resolved.kernel = ValueKernel<bool>(behaviors); break;
    case TypeKind::kInt: resolved.kernel = ValueKernel<int32_t>(behaviors); break;
    case TypeKind::kDouble: resolved.kernel = ValueKernel<double>(behaviors); break;
    default:
      return UserError("MR0301",
                       "JSON_VALUE cannot return " + resolved.result.ToString() +
                           "; it can return STRING, BOOLEAN, INT and DOUBLE",
                       {}, "CAST(JSON_VALUE(..) AS " + resolved.result.ToString() + ")");
  }
  for (size_t i = 0; i < 2; ++i) {
    resolved.arg_types.push_back(site.args[i].bare_null ? DataType::String() : site.args[i].type);
  }
  for (size_t i = 0; i < defaults; ++i) resolved.arg_types.push_back(resolved.result);
  return resolved;
}

}  // namespace

void RegisterJsonValue(FunctionRegistry* registry) {
  registry->Register(
      {.name = "JSON_VALUE",
       .aliases = {},
       .can_fail = true,
       .doc = {.group = "json",
               .signature = std::string(kJsonValueSignature),
               .summary =
                   "The scalar at a path of a JSON text. A path is strict unless it begins "
                   "with 'lax': strict errors go to ON ERROR, lax ones to ON EMPTY; both are "
                   "NULL by default.",
               .example = "JSON_VALUE('{\"a\": {\"b\": 5}}', '$.a.b' RETURNING INT)",
               .result = "5"},
       .resolve = ResolveJsonValue});
}

}  // namespace millrace
