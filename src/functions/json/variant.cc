// SPDX-License-Identifier: Apache-2.0
// PARSE_JSON and TRY_PARSE_JSON.
#include "functions/json/variant.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "data/value_text.h"
#include "functions/json/json_node.h"
#include "functions/row_kernel.h"
#include "functions/signature.h"
#include "functions/simple_function.h"

namespace millrace {
namespace {

using Text = std::string_view;

constexpr size_t kDigitsMax = 38;

std::string NearestDouble(Text number) {
  std::string text;
  AppendDouble(std::strtod(std::string(number).c_str(), nullptr), &text);
  return text;
}

void HoldNumbers(JsonNode* node) {
  if (node->kind == JsonNode::Kind::kInteger || node->kind == JsonNode::Kind::kDecimal) {
    node->text = VariantNumber(node->text);
  }
  for (JsonNode& item : node->items) HoldNumbers(&item);
}

ScalarKernel ParseKernel(bool try_parse) {
  return [try_parse](KernelContext& ctx, const Arguments& args, int64_t length) {
    return RunKernel(ctx, args, length, [&](int64_t rows) {
      const StringReader texts(args[0]);
      std::optional<BoolReader> may_repeat;
      if (args.size() > 1) may_repeat.emplace(args[1]);
      StringWriter out(&ctx, rows);
      for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
        if (texts.IsNull(i) || (may_repeat && may_repeat->IsNull(i))) {
          out.Null();
        } else if (!AppendVariant(texts[i], may_repeat && (*may_repeat)[i], &out.bytes())) {
          if (try_parse) {
            out.Null();
          } else {
            out.Fail(kInvalidArgument, "PARSE_JSON: the text is not JSON, or repeats a name");
          }
        }
      }
      return out.Finish(ctx.result_type.ToArrow());
    });
  };
}

void RegisterParse(FunctionRegistry* registry, bool try_parse) {
  const std::string name = try_parse ? "TRY_PARSE_JSON" : "PARSE_JSON";
  const std::string signature = name + "(string [, allow_duplicate_keys])";
  ScalarFunction function;
  function.name = name;
  function.can_fail = !try_parse;
  function.doc = {"json", signature,
                  std::string("The VARIANT of a JSON text. A repeated name fails unless it is "
                              "allowed, and the last value counts then.") +
                      (try_parse ? " NULL where PARSE_JSON fails." : ""),
                  name + "('{\"b\": [1, 2.50], \"a\": \"x\"}')", "{\"a\":\"x\",\"b\":[1,2.5]}"};
  function.resolve = [=](const CallSite& site) -> Result<ResolvedCall> {
    TRY_ASSIGN(auto types, MatchParameters(name, site, {Parameter::kText, Parameter::kBoolean}, 1,
                                           2, signature));
    return ResolvedCall{
        .result = DataType::Of(TypeKind::kVariant).Nullable(try_parse || AnyNullable(site)),
        .arg_types = std::move(types),
        .kernel = ParseKernel(try_parse),
        .can_fail = !try_parse};
  };
  registry->Register(std::move(function));
}

}  // namespace

std::string VariantNumber(Text number) {
  const bool negative = number.starts_with('-');
  const Text unsigned_number = negative ? number.substr(1) : number;
  if (number.find_first_of("eE") != Text::npos) return NearestDouble(number);
  const size_t point = unsigned_number.find('.');
  const Text whole = unsigned_number.substr(0, point);
  Text fraction = point == Text::npos ? Text() : unsigned_number.substr(point + 1);
  const std::string digits = std::string(whole) + std::string(fraction);
  const size_t significant = digits.size() - std::min(digits.find_first_not_of('0'), digits.size());
  if (significant > kDigitsMax || fraction.size() > kDigitsMax) return NearestDouble(number);
  if (significant == 0) return "0";
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  std::string text = negative ? "-" : "";
  text += whole;
  if (!fraction.empty()) text += "." + std::string(fraction);
  return text;
}

bool AppendVariant(Text json, bool may_repeat_names, std::string* out) {
  auto node = ParseJson(json, {.keeps_numbers = true, .unique_names = !may_repeat_names});
  if (!node) return false;
  HoldNumbers(&*node);
  AppendJson(*node, out);
  return true;
}

void RegisterVariants(FunctionRegistry* registry) {
  RegisterParse(registry, false);
  RegisterParse(registry, true);
}

}  // namespace millrace
