// SPDX-License-Identifier: Apache-2.0
// The registry of aggregates and the list of those that are built in.
#include <algorithm>

#include "base/check.h"
#include "functions/aggregate.h"
#include "functions/aggregate/distinct.h"
#include "functions/aggregate/resolve.h"
#include "functions/bitmap/register.h"

namespace millrace {
namespace {

std::string UpperAscii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

}  // namespace

void AggregateRegistry::Register(AggregateFunction function) {
  CHECK(Find(function.name) == nullptr);
  for (const std::string& alias : function.aliases) CHECK(Find(alias) == nullptr);
  functions_.push_back(std::make_shared<AggregateFunction>(std::move(function)));
}

const AggregateFunction* AggregateRegistry::Find(std::string_view name) const {
  const std::string upper = UpperAscii(name);
  for (const auto& function : functions_) {
    if (function->name == upper ||
        std::ranges::find(function->aliases, upper) != function->aliases.end()) {
      return function.get();
    }
  }
  return nullptr;
}

std::vector<std::string> AggregateRegistry::Names() const {
  std::vector<std::string> names;
  for (const auto& function : functions_) {
    names.push_back(function->name);
    names.insert(names.end(), function->aliases.begin(), function->aliases.end());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<ResolvedAggregate> AggregateRegistry::Resolve(std::string_view name,
                                                     const AggregateCallSite& site) const {
  const AggregateFunction* function = Find(name);
  if (function == nullptr) {
    return UserError("MR0202", "there is no aggregate function " + std::string(name));
  }
  for (const Argument& arg : site.args) {
    if (arg.bare_null) {
      return UserError("MR0301", function->name + " does not accept a bare NULL", {},
                       "give it a type: CAST(NULL AS INT)");
    }
  }
  TRY_ASSIGN(ResolvedAggregate resolved, function->resolve(site));
  if (!site.distinct || function->distinct_is_plain) return resolved;
  if (site.args.empty()) {
    return UserError("MR0301", "DISTINCT needs an argument in " + function->name);
  }
  return function->distinct_is_by_row && site.args.size() > 1
             ? WrapDistinctRows(std::move(resolved))
             : WrapDistinct(std::move(resolved));
}

std::vector<const AggregateFunction*> AggregateRegistry::All() const {
  std::vector<const AggregateFunction*> all;
  for (const auto& function : functions_) all.push_back(function.get());
  std::sort(all.begin(), all.end(), [](const AggregateFunction* a, const AggregateFunction* b) {
    return a->name < b->name;
  });
  return all;
}

void RegisterBuiltinAggregates(AggregateRegistry* registry) {
  RegisterBitmapAggregates(registry);
  RegisterCollect(registry);
  RegisterCount(registry);
  RegisterFirstLast(registry);
  RegisterListAggregate(registry);
  RegisterJsonAggregates(registry);
  RegisterMinMax(registry);
  RegisterPercentile(registry);
  RegisterSums(registry);
  RegisterVariances(registry);
}

const AggregateRegistry& BuiltinAggregates() {
  static const AggregateRegistry* const registry = [] {
    auto* made = new AggregateRegistry;
    RegisterBuiltinAggregates(made);
    return made;
  }();
  return *registry;
}

}  // namespace millrace
