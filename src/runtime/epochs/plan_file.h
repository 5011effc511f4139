// SPDX-License-Identifier: Apache-2.0
// The plan of a run, beside its manifest: `plan.json` holds the identity of every operator, source
// and sink, so that a later version of the file can be told what of it fits. A file names the
// fingerprint of its plan; the manifest's fingerprint says which file counts, so replacing both is
// one step: until the manifest is replaced, `plan.previous.json` is the plan of the run.
// docs/internals/epochs.md describes the format.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "env/disk.h"
#include "plan/identity/plan_identity.h"

namespace millrace {

struct StoredPlan {
  std::string pipeline;
  std::string fingerprint;
  PlanIdentity plan;
};

/// The plan of the run with this fingerprint; nullopt: there is none, as of runs by older versions.
/// MR0722 if a file is damaged.
Result<std::optional<StoredPlan>> ReadPlan(Disk* disk, const std::string& data_dir,
                                           std::string_view fingerprint);
/// `active` is the fingerprint in the manifest until now; empty without one.
Status WritePlan(Disk* disk, const std::string& data_dir, const StoredPlan& plan,
                 std::string_view active);

std::string PlanToJson(const StoredPlan& plan);
Result<StoredPlan> PlanFromJson(std::string_view text);

}  // namespace millrace
