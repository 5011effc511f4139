// SPDX-License-Identifier: Apache-2.0
// Functions of DOUBLE to DOUBLE: roots, powers, exponentials, trigonometry, and the constants.
// Arguments of any numeric type are cast to DOUBLE; a domain error is NaN.
#include <cmath>
#include <numbers>

#include "functions/kernel_support.h"
#include "functions/math/register.h"

namespace millrace {
namespace {

struct Elementary {
  const char* name;
  double (*compute)(double);
  const char* summary;
  const char* example;
  const char* result;
};

// java.lang.Math turns degrees with these two factors.
constexpr double kDegreesPerRadian = 57.29577951308232;
constexpr double kRadiansPerDegree = 0.017453292519943295;

const Elementary kFunctions[] = {
    {"ACOS", [](double x) { return std::acos(x); }, "The arc cosine.", "ACOS(1)", "0.0"},
    {"ASIN", [](double x) { return std::asin(x); }, "The arc sine.", "ASIN(0)", "0.0"},
    {"ATAN", [](double x) { return std::atan(x); }, "The arc tangent.", "ATAN(0)", "0.0"},
    {"COS", [](double x) { return std::cos(x); }, "The cosine.", "COS(0)", "1.0"},
    {"COSH", [](double x) { return std::cosh(x); }, "The hyperbolic cosine.", "COSH(0)", "1.0"},
    {"COT", [](double x) { return 1.0 / std::tan(x); }, "The cotangent.", "COT(0)", "Infinity"},
    {"DEGREES", [](double x) { return x * kDegreesPerRadian; }, "Radians as degrees.",
     "DEGREES(PI())", "180.0"},
    {"EXP", [](double x) { return std::exp(x); }, "e to the power of the number.", "EXP(0)", "1.0"},
    {"RADIANS", [](double x) { return x * kRadiansPerDegree; }, "Degrees as radians.",
     "RADIANS(180)", "3.141592653589793"},
    {"SIN", [](double x) { return std::sin(x); }, "The sine.", "SIN(0)", "0.0"},
    {"SINH", [](double x) { return std::sinh(x); }, "The hyperbolic sine.", "SINH(0)", "0.0"},
    {"SQRT", [](double x) { return std::sqrt(x); }, "The square root; NaN of a negative number.",
     "SQRT(2.25)", "1.5"},
    {"TAN", [](double x) { return std::tan(x); }, "The tangent.", "TAN(0)", "0.0"},
    {"TANH", [](double x) { return std::tanh(x); }, "The hyperbolic tangent.", "TANH(0)", "0.0"}};

struct ElementaryOfTwo {
  const char* name;
  double (*compute)(double, double);
  const char* parameters;
  const char* summary;
  const char* example;
  const char* result;
};

const ElementaryOfTwo kFunctionsOfTwo[] = {
    {"ATAN2", [](double y, double x) { return std::atan2(y, x); }, "(y, x)",
     "The angle of the point (x, y).", "ATAN2(0, 1)", "0.0"},
    {"POWER", [](double x, double y) { return std::pow(x, y); }, "(base, exponent)",
     "The base to the power of the exponent, as DOUBLE.", "POWER(2, 10)", "1024.0"}};

/// Resolves `count` numeric arguments, each cast to DOUBLE.
auto ResolveDoubles(std::string name, size_t count, std::string accepted, ScalarKernel kernel) {
  return [=](const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.size() != count) return WrongArgumentCount(name, site, accepted);
    std::vector<DataType> types;
    for (const Argument& arg : site.args) {
      if (!arg.type.is_numeric()) return NoSignature(name, site, accepted);
      types.push_back(DataType::Double().Nullable(arg.type.nullable()));
    }
    return ResolvedCall{DataType::Double().Nullable(AnyNullable(site)), std::move(types), kernel};
  };
}

void RegisterConstant(FunctionRegistry* registry, std::string name, double value,
                      std::string text) {
  ScalarFunction function;
  function.name = name;
  function.doc = {"math", name + "()", "The constant " + text + ".", name + "()", text};
  function.resolve = [name, value](const CallSite& site) -> Result<ResolvedCall> {
    if (!site.args.empty()) return WrongArgumentCount(name, site, name + "()");
    ScalarKernel kernel = [value](KernelContext&, const Arguments&,
                                  int64_t) -> Result<arrow::Datum> { return arrow::Datum(value); };
    return ResolvedCall{DataType::Double().NotNull(), {}, std::move(kernel)};
  };
  registry->Register(std::move(function));
}

}  // namespace

void RegisterElementary(FunctionRegistry* registry) {
  for (const Elementary& spec : kFunctions) {
    ScalarFunction function;
    function.name = spec.name;
    const std::string signature = function.name + "(number)";
    function.doc = {"math", signature, spec.summary, spec.example, spec.result};
    function.resolve = ResolveDoubles(function.name, 1, signature,
                                      VectorUnaryKernel<double, double>(spec.compute));
    registry->Register(std::move(function));
  }
  for (const ElementaryOfTwo& spec : kFunctionsOfTwo) {
    ScalarFunction function;
    function.name = spec.name;
    const std::string signature = function.name + spec.parameters;
    function.doc = {"math", signature, spec.summary, spec.example, spec.result};
    function.resolve = ResolveDoubles(function.name, 2, signature,
                                      VectorBinaryKernel<double, double, double>(spec.compute));
    registry->Register(std::move(function));
  }
  RegisterConstant(registry, "E", std::numbers::e, "2.718281828459045");
  RegisterConstant(registry, "PI", std::numbers::pi, "3.141592653589793");
}

}  // namespace millrace
