// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/joins/values_per_key.h"

#include "functions/aggregate/single_value.h"
#include "plan/nodes/aggregate_nodes.h"

namespace millrace {
namespace {

Schema KeySchema(const PlanNode& plan, const std::vector<int>& keys) {
  Schema schema;
  for (const int key : keys) {
    const Column& column = plan.schema()[static_cast<size_t>(key)];
    schema.Append({column.name, column.type.WithTimeAttribute(TimeAttribute::kNone)});
  }
  return schema;
}

int64_t TtlOf(const BindContext& context) {
  return context.settings->GetDuration("table.exec.state.ttl").count();
}

}  // namespace

PlanNodePtr SingleValues(BindContext* context, PlanNodePtr plan, std::vector<int>* keys,
                         int* value) {
  AggregateCall call;
  call.function = "SINGLE_VALUE";
  call.args = {0};
  AggregateCallSite site;
  site.args.push_back({.type = plan->schema()[0].type});
  site.needs_retraction = !plan->changelog_mode().insert_only();
  site.grouped = !keys->empty();
  call.resolved = ResolveSingleValue(site);
  call.output = {"$value", call.resolved.result};
  Schema schema = KeySchema(*plan, *keys);
  schema.Append(call.output);
  auto node = std::make_shared<GroupAggregateNode>(
      std::move(plan),
      GroupAggregateNode::Fields{
          .keys = *keys, .calls = {std::move(call)}, .state_ttl_ms = TtlOf(*context)},
      std::move(schema));
  *value = static_cast<int>(keys->size());
  for (size_t i = 0; i < keys->size(); ++i) (*keys)[i] = static_cast<int>(i);
  return node;
}

PlanNodePtr ExtremeValues(BindContext* context, const PlanNodePtr& plan,
                          const std::vector<int>& keys, const std::array<std::string, 2>& extremes,
                          Span span) {
  Schema schema = KeySchema(*plan, keys);
  std::vector<AggregateCall> calls;
  for (const std::string& name : {std::string(), std::string("COUNT"), extremes[0], extremes[1]}) {
    AggregateCall call;
    call.function = name.empty() ? "COUNT" : name;
    call.count_star = name.empty();
    AggregateCallSite site;
    site.needs_retraction = !plan->changelog_mode().insert_only();
    site.grouped = !keys.empty();
    if (!name.empty()) {
      call.args = {0};
      site.args.push_back({.type = plan->schema()[0].type});
    }
    auto resolved = context->registries.aggregates->Resolve(call.function, site);
    if (!resolved) {
      context->Report(resolved.error(), span);
      return nullptr;
    }
    call.resolved = *std::move(resolved);
    call.output = {"$" + std::to_string(calls.size()), call.resolved.result};
    schema.Append(call.output);
    calls.push_back(std::move(call));
  }
  return std::make_shared<GroupAggregateNode>(
      plan,
      GroupAggregateNode::Fields{
          .keys = keys, .calls = std::move(calls), .state_ttl_ms = TtlOf(*context)},
      std::move(schema));
}

}  // namespace millrace
