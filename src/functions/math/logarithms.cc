// SPDX-License-Identifier: Apache-2.0
// LN, LOG, LOG2, LOG10 and BIN. LOG2 and LOG with a base are quotients of natural logarithms, to
// the last digit as Flink computes them: LOG(10, 1000) is 2.9999999999999996.
#include <cmath>

#include "functions/kernel_support.h"
#include "functions/math/register.h"

namespace millrace {
namespace {

ScalarKernel LogarithmOfOne(double (*compute)(double)) {
  return VectorUnaryKernel<double, double>(compute);
}

void RegisterLogarithm(FunctionRegistry* registry, std::string name, size_t most,
                       double (*compute)(double), FunctionDoc doc) {
  ScalarFunction function;
  function.name = name;
  function.doc = std::move(doc);
  function.resolve = [=, accepted =
                             function.doc.signature](const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.empty() || site.args.size() > most) {
      return WrongArgumentCount(name, site, accepted);
    }
    std::vector<DataType> types;
    for (const Argument& arg : site.args) {
      if (!arg.type.is_numeric()) return NoSignature(name, site, accepted);
      types.push_back(DataType::Double().Nullable(arg.type.nullable()));
    }
    ScalarKernel kernel = LogarithmOfOne(compute);
    if (site.args.size() == 2) {
      kernel = VectorBinaryKernel<double, double, double>(
          [](double base, double x) { return std::log(x) / std::log(base); });
    }
    return ResolvedCall{DataType::Double().Nullable(AnyNullable(site)), std::move(types),
                        std::move(kernel)};
  };
  registry->Register(std::move(function));
}

void RegisterBin(FunctionRegistry* registry) {
  ScalarFunction function;
  function.name = "BIN";
  function.doc = {"math", "BIN(integer)",
                  "The integer in binary; of a negative one the 64 bits of its complement.",
                  "BIN(12)", "1100"};
  function.resolve = [accepted =
                          function.doc.signature](const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.size() != 1) return WrongArgumentCount("BIN", site, accepted);
    const DataType& type = site.args[0].type;
    if (!type.is_integer()) return NoSignature("BIN", site, accepted);
    ScalarKernel kernel = RowKernel<std::string_view, int64_t>([](auto& out, int64_t value) {
      auto bits = static_cast<uint64_t>(value);
      char digits[64];
      char* begin = digits + sizeof(digits);
      do {
        *--begin = static_cast<char>('0' + (bits & 1));
        bits >>= 1;
      } while (bits != 0);
      out.Set({begin, static_cast<size_t>(digits + sizeof(digits) - begin)});
    });
    return ResolvedCall{DataType::String().Nullable(type.nullable()),
                        {DataType::BigInt().Nullable(type.nullable())},
                        std::move(kernel)};
  };
  registry->Register(std::move(function));
}

}  // namespace

void RegisterLogarithms(FunctionRegistry* registry) {
  RegisterLogarithm(registry, "LN", 1, [](double x) { return std::log(x); },
                    {"math", "LN(number)", "The natural logarithm.", "LN(1)", "0.0"});
  RegisterLogarithm(
      registry, "LOG", 2, [](double x) { return std::log(x); },
      {"math", "LOG([base,] number)",
       "The logarithm to the base, or the natural one without a base.", "LOG(2, 8)", "3.0"});
  RegisterLogarithm(registry, "LOG10", 1, [](double x) { return std::log10(x); },
                    {"math", "LOG10(number)", "The logarithm to base 10.", "LOG10(1000)", "3.0"});
  RegisterLogarithm(registry, "LOG2", 1, [](double x) { return std::log(x) / std::log(2.0); },
                    {"math", "LOG2(number)", "The logarithm to base 2.", "LOG2(8)", "3.0"});
  RegisterBin(registry);
}

}  // namespace millrace
