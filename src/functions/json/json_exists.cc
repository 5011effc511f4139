// SPDX-License-Identifier: Apache-2.0
// JSON_EXISTS: whether a path leads to a value that is not null. ON ERROR is FALSE by default.
#include "functions/json/json_lookup.h"
#include "functions/json/register.h"
#include "functions/kernel_support.h"
#include "functions/simple_function.h"

namespace millrace {
namespace {

using Text = std::string_view;

constexpr Text kJsonExistsSignature =
    "JSON_EXISTS(string, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])";

Result<ResolvedCall> ResolveJsonExists(const CallSite& site) {
  TRY_ASSIGN(auto types,
             MatchParameters("JSON_EXISTS", site, {Parameter::kText}, 2, 2, kJsonExistsSignature));
  TRY(CheckLiteralPath(site));
  const std::string on_error = BehaviorOf(site, " ON ERROR");
  const auto kernel = [on_error](KernelContext& ctx, const Arguments& args, int64_t length) {
    auto& cache = StateOf<JsonPathCache>(ctx, [] { return std::make_unique<JsonPathCache>(); });
    return MapRows<bool, Text, Text>(
        ctx, args, length, [&](BoolWriter& out, Text document, Text path) {
          const JsonLookup found = cache.Find(document, path);
          if (found.error.empty()) return out.Set(!found.empty());
          if (on_error == "ERROR") {
            return out.Fail(kInvalidArgument, "JSON_EXISTS: " + found.error);
          }
          if (on_error == "UNKNOWN") return out.Null();
          out.Set(on_error == "TRUE");
        });
  };
  return ResolvedCall{
      .result = DataType::Boolean(), .arg_types = std::move(types), .kernel = kernel};
}

}  // namespace

void RegisterJsonExists(FunctionRegistry* registry) {
  registry->Register(
      {.name = "JSON_EXISTS",
       .aliases = {},
       .can_fail = true,
       .doc = {.group = "json",
               .signature = std::string(kJsonExistsSignature),
               .summary = "Whether a path of a JSON text leads to a value other than "
                          "null.",
               .example = "JSON_EXISTS('{\"a\": 1}', '$.a')",
               .result = "true"},
       .resolve = ResolveJsonExists});
}

}  // namespace millrace
