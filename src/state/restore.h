// SPDX-License-Identifier: Apache-2.0
// Restoring the tables of one operator from DurableState, on any number of shards: entries of keys
// go to the shard that owns their key group, entries of shards are merged, and those that are
// neither stay with the shard that wrote them or go to another (see StateTable::merges).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "state/durable_state.h"
#include "state/epoch_delta.h"
#include "state/state_store.h"

namespace millrace {

/// The instances of one operator.
struct RestoredOperator {
  std::string id;
  /// By shard; null where the operator is not active. At least one is.
  std::span<StateStore* const> shards;
};

/// `moved`: what a shard reads is not what the shard of that number read before, so values of
/// shards are merged. `leftover` is told the deletes of entries of shards on which the operator is
/// not active now; they belong to the next epoch.
Status RestoreOperator(const DurableState& state, const RestoredOperator& op, bool moved,
                       const std::function<void(const StateEntry&)>& leftover);

/// Tables that read what they need when they need it (StateTable::reads_cold) get at it.
/// `restored`: a run goes on with what is there.
Status AttachCold(const DurableState& state, const RestoredOperator& op, bool restored);

/// Tells `leftover` the entries of tables that the operator has dropped (StateStore::DropTable).
Status DropTables(const DurableState& state, const RestoredOperator& op,
                  const std::function<void(const StateEntry&)>& leftover);

/// Every entry of an operator, whatever its tables.
Status VisitOperator(const DurableState& state, std::string_view id,
                     const std::function<void(const StateEntry&)>& visit);

}  // namespace millrace
