// SPDX-License-Identifier: Apache-2.0
// The built-in operators: one registering call per plan node kind, listed in builtin.cc.
#pragma once

#include "operators/operator.h"

namespace millrace {

void RegisterCalc(OperatorRegistry* registry);
void RegisterChangelogFunctions(OperatorRegistry* registry);
void RegisterChangelogNormalize(OperatorRegistry* registry);
void RegisterDeduplicate(OperatorRegistry* registry);
void RegisterExpand(OperatorRegistry* registry);
void RegisterGroupAggregate(OperatorRegistry* registry);
void RegisterIntervalJoin(OperatorRegistry* registry);
void RegisterJoin(OperatorRegistry* registry);
void RegisterLateRows(OperatorRegistry* registry);
void RegisterMaterialize(OperatorRegistry* registry);
void RegisterResolveConflicts(OperatorRegistry* registry);
void RegisterMatch(OperatorRegistry* registry);
void RegisterOrderedOver(OperatorRegistry* registry);
void RegisterOver(OperatorRegistry* registry);
void RegisterPartialGroups(OperatorRegistry* registry);
void RegisterPredict(OperatorRegistry* registry);
void RegisterRank(OperatorRegistry* registry);
void RegisterSnapshotJoin(OperatorRegistry* registry);
void RegisterTemporalJoin(OperatorRegistry* registry);
void RegisterTemporalSort(OperatorRegistry* registry);
void RegisterUnion(OperatorRegistry* registry);
void RegisterUnnest(OperatorRegistry* registry);
void RegisterWatermarkAssigner(OperatorRegistry* registry);
void RegisterWindowAggregate(OperatorRegistry* registry);
void RegisterWindowJoin(OperatorRegistry* registry);
void RegisterWindowRank(OperatorRegistry* registry);
void RegisterWindowTableFunction(OperatorRegistry* registry);

}  // namespace millrace
