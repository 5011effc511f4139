// SPDX-License-Identifier: Apache-2.0
#include "operators/builtin.h"

namespace millrace {

const OperatorRegistry& BuiltinOperators() {
  static const OperatorRegistry registry = [] {
    OperatorRegistry made;
    RegisterCalc(&made);
    RegisterChangelogFunctions(&made);
    RegisterChangelogNormalize(&made);
    RegisterDeduplicate(&made);
    RegisterExpand(&made);
    RegisterGroupAggregate(&made);
    RegisterIntervalJoin(&made);
    RegisterJoin(&made);
    RegisterLateRows(&made);
    RegisterMatch(&made);
    RegisterMaterialize(&made);
    RegisterOrderedOver(&made);
    RegisterOver(&made);
    RegisterPartialGroups(&made);
    RegisterPredict(&made);
    RegisterRank(&made);
    RegisterResolveConflicts(&made);
    RegisterSnapshotJoin(&made);
    RegisterTemporalJoin(&made);
    RegisterTemporalSort(&made);
    RegisterUnion(&made);
    RegisterUnnest(&made);
    RegisterWatermarkAssigner(&made);
    RegisterWindowAggregate(&made);
    RegisterWindowJoin(&made);
    RegisterWindowRank(&made);
    RegisterWindowTableFunction(&made);
    return made;
  }();
  return registry;
}

}  // namespace millrace
