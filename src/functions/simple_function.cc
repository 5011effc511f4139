// SPDX-License-Identifier: Apache-2.0
#include "functions/simple_function.h"

#include <algorithm>

#include "functions/signature.h"

namespace millrace {
namespace {

/// The type an argument is cast to; kNull if the parameter does not take it.
DataType Match(Parameter parameter, const Argument& arg) {
  const DataType& type = arg.type;
  const bool null = arg.bare_null;
  const DataType refused = DataType::Null();
  switch (parameter) {
    case Parameter::kText:
      if (null) return DataType::String();
      return type.is_character() ? type : refused;
    case Parameter::kInt:
      if (null) return DataType::Int();
      if (!type.is_integer() || type.kind() == TypeKind::kBigInt) return refused;
      return DataType::Int().Nullable(type.nullable());
    case Parameter::kBigInt:
      if (null) return DataType::BigInt();
      return type.is_integer() ? DataType::BigInt().Nullable(type.nullable()) : refused;
    case Parameter::kBoolean:
      if (null) return DataType::Boolean();
      return type.kind() == TypeKind::kBoolean ? type : refused;
    case Parameter::kBytes:
      if (null) return DataType::Bytes();
      return type.is_binary() ? type : refused;
    case Parameter::kTextOrBytes:
      if (null) return DataType::String();
      return type.is_character() || type.is_binary() ? type : refused;
    case Parameter::kAny: return null ? DataType::String() : type;
  }
  return refused;
}

}  // namespace

Result<std::vector<DataType>> MatchParameters(std::string_view name, const CallSite& site,
                                              const std::vector<Parameter>& parameters, size_t min,
                                              size_t max, std::string_view accepted) {
  if (site.args.size() < min || site.args.size() > max) {
    return WrongArgumentCount(name, site, accepted);
  }
  std::vector<DataType> types;
  for (size_t i = 0; i < site.args.size(); ++i) {
    const DataType type = Match(parameters[std::min(i, parameters.size() - 1)], site.args[i]);
    if (type.kind() == TypeKind::kNull) return NoSignature(name, site, accepted);
    types.push_back(type.WithTimeAttribute(TimeAttribute::kNone));
  }
  return types;
}

ScalarFunction MakeSimple(SimpleFunction simple) {
  ScalarFunction function;
  function.name = simple.name;
  function.aliases = simple.aliases;
  function.volatility = simple.volatility;
  function.can_fail = simple.can_fail;
  function.doc = simple.doc;
  function.resolve = [simple = std::move(simple)](const CallSite& site) -> Result<ResolvedCall> {
    TRY_ASSIGN(auto types, MatchParameters(simple.name, site, simple.parameters, simple.min,
                                           simple.max, simple.doc.signature));
    bool nullable = true;
    using N = SimpleFunction::Nullable;
    if (simple.nullable == N::kFromArguments) nullable = AnyNullable(site);
    if (simple.nullable == N::kFromFirst) {
      nullable = site.args[0].bare_null || site.args[0].type.nullable();
    }
    if (simple.nullable == N::kNever) nullable = false;
    return ResolvedCall{.result = simple.result(site).Nullable(nullable),
                        .arg_types = std::move(types),
                        .kernel = simple.kernel};
  };
  return function;
}

std::function<DataType(const CallSite&)> Always(DataType type) {
  return [type](const CallSite&) { return type; };
}

DataType VarcharOfFirst(const CallSite& site) {
  const Argument& first = site.args[0];
  return first.bare_null || !first.type.is_character() ? DataType::String()
                                                       : DataType::Varchar(first.type.length());
}

DataType TypeOfFirst(const CallSite& site) {
  return site.args[0].bare_null ? DataType::String()
                                : site.args[0].type.WithTimeAttribute(TimeAttribute::kNone);
}

}  // namespace millrace
