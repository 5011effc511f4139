// SPDX-License-Identifier: Apache-2.0
// Recovery: what of the journal and the state of a data directory counts. Epochs that were not
// decided are dropped, decided ones that the state lacks are applied to it.
#pragma once

#include <optional>
#include <vector>

#include "runtime/epochs/journal.h"
#include "runtime/epochs/manifest.h"
#include "state/durable_state.h"

namespace millrace {

/// What decided the epochs: the journal, or a transaction in another system.
struct Decider {
  bool transaction = false;
  std::optional<EpochRecord> record;  // what its decision record says; none: nothing, ever
  /// A run may go on although the decided epoch is not here: what the sink got since comes twice.
  bool allow_rewind = false;
};

struct RecoveredRun {
  /// Of the last epoch that happened; none: no run was ever begun here.
  std::optional<RunManifest> manifest;
  /// Dead letters of epochs that may not be in their files, in order.
  std::vector<std::map<std::string, JournalRecord::Letters>> dead_letters;
  uint64_t last_epoch = 0;                // no epoch above it was ever given a number
  bool rewinds = false;                   // the sink has epochs that are not here
  std::optional<uint64_t> dropped_epoch;  // the first that the journal has and that did not happen
};

/// MR0723 if the decided epoch is not here.
Result<RecoveredRun> RecoverRun(const Decider& decider, EpochJournal* journal, DurableState* state);

/// Takes an epoch that did not happen back, where the numbers of those to come do not: they are far
/// above it after a start from a savepoint. Durable when it returns.
Status TakeBack(const Decider& decider, uint64_t dropped_epoch, const RunManifest& manifest,
                EpochJournal* journal);

/// Begins a run: everything before it is forgotten, and its room on the disk is free. Durable when
/// it returns.
Status BeginRun(const Decider& decider, const RunManifest& manifest, EpochJournal* journal,
                DurableState* state);

}  // namespace millrace
