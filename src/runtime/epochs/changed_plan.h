// SPDX-License-Identifier: Apache-2.0
// What an interrupted run in a data directory means for the plan that is to go on with it.
#pragma once

#include <optional>
#include <string>

#include "plan/identity/plan_comparison.h"
#include "runtime/epochs/manifest.h"

namespace millrace {

/// nullopt: there is no interrupted run, or nothing is known of its plan. Reads only; also without
/// the lock, for a look before anything starts.
Result<std::optional<PlanComparison>> CompareWithInterrupted(Disk* disk,
                                                             const std::string& data_dir,
                                                             const PlanIdentity& now);
/// The same for a manifest that is at hand.
Result<std::optional<PlanComparison>> CompareWithManifest(Disk* disk, const std::string& data_dir,
                                                          const RunManifest& manifest,
                                                          const PlanIdentity& now);

/// MR0804 with all that would be lost, a line each, and the three ways on.
Error StateLossError(const std::string& data_dir, const PlanComparison& comparison);
/// "the file has changed: 2 operators keep their state, ..", for a run that goes on.
std::string GoesOnText(const PlanComparison& comparison);
/// "COUNT(*) by card: the window changed from .. to ..; its state is lost", for what is lost.
std::vector<std::string> LossLines(const PlanComparison& comparison);

}  // namespace millrace
