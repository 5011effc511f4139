// SPDX-License-Identifier: Apache-2.0
// Which node an aggregation becomes: by window, or by group; over an Expand if it has several
// grouping sets.
#pragma once

#include <optional>
#include <vector>

#include "plan/binding/query/grouping_sets.h"
#include "plan/calc_builder.h"
#include "plan/nodes/aggregate_nodes.h"

namespace millrace {

/// What a SELECT asks of its aggregation. Places in its result are virtual until the node is known:
/// key i is $i, call j is $(keys + 2 j), label j is $(keys + 2 j + 1).
struct Aggregation {
  ProjectionBuilder input;  // keys first, then arguments and filters
  GroupingSets grouping;
  std::vector<AggregateCall> calls;       // args and filter are positions in `input`
  std::vector<ExpandNode::Label> labels;  // of GROUPING, GROUPING_ID, GROUP_ID
  std::optional<int64_t> state_ttl_ms;

  size_t key_count() const { return grouping.keys.size(); }
  int CallPlace(size_t call) const { return static_cast<int>(key_count() + 2 * call); }
  int LabelPlace(size_t label) const { return static_cast<int>(key_count() + 2 * label + 1); }
};

/// The keys' places when the aggregation is by window; -1 where there is none.
struct WindowKeys {
  int start = -1;
  int end = -1;
  int time = -1;

  bool any(int key) const { return key == start || key == end || key == time; }
};

/// SESSION has its own PARTITION BY: rows, or results, of sessions that are grouped otherwise are
/// an input like any other to a group aggregation.
bool IsGroupedAsPartitioned(const PlanNodePtr& source, const GroupingSets& grouping,
                            const WindowKeys& window);

WindowKeys FindWindowKeys(const PlanNode& source, const std::vector<ExpressionPtr>& keys);

/// A finished aggregation and where virtual places are in its output.
struct PlacedAggregation {
  PlanNodePtr plan;
  std::vector<int> mapping;
};

/// `input` has the columns of aggregation.input.
PlacedAggregation PlaceGroup(BindContext* context, PlanNodePtr input,
                             const Aggregation& aggregation);
/// Windows that send results before they close, or again: groups like others. `emission` has its
/// time_column in `input`; there are no grouping sets.
PlacedAggregation PlaceEmittedWindow(PlanNodePtr input, const Aggregation& aggregation,
                                     const WindowKeys& window, WindowEmission emission);
/// Every set has window.start and window.end, and window.time if it is a key. The plan is null
/// after a diagnostic.
PlacedAggregation PlaceWindow(BindContext* context, const PlanNodePtr& input,
                              const Aggregation& aggregation, const WindowKeys& window);

}  // namespace millrace
