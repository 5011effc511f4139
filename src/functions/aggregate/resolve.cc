// SPDX-License-Identifier: Apache-2.0
#include "functions/aggregate/resolve.h"

#include "functions/signature.h"

namespace millrace {
namespace {

CallSite AsCallSite(const AggregateCallSite& site) {
  CallSite call;
  call.args = site.args;
  return call;
}

}  // namespace

Status CheckArgumentCount(std::string_view name, const AggregateCallSite& site, size_t min,
                          size_t max, std::string_view accepted) {
  if (site.args.size() >= min && site.args.size() <= max) return OkStatus();
  return WrongArgumentCount(name, AsCallSite(site), accepted);
}

std::unexpected<Error> WrongAggregateArguments(std::string_view name, const AggregateCallSite& site,
                                               std::string_view accepted) {
  return NoSignature(name, AsCallSite(site), accepted);
}

DataType NullableLikeArgument(const DataType& type, const AggregateCallSite& site) {
  return type.Nullable(!site.grouped || site.args.empty() || site.args[0].type.nullable());
}

}  // namespace millrace
