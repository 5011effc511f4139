// SPDX-License-Identifier: Apache-2.0
// What holds how much of the process's memory, for people, and the share that parts with a size of
// their own take of a small budget.
#pragma once

#include <memory>
#include <string>

#include "runtime/epochs/state_applier.h"
#include "runtime/memory/memory_guard.h"

namespace millrace {

struct JobState;

/// " (state 210 MB, outboxes 90 MB, changes for the disk 3 MB)". Any thread.
std::string DescribeMemory(const JobState& job);
/// Of the job's state, null if it keeps none; gathers less when there is less room.
std::unique_ptr<StateApplier> MakeApplier(JobState* job, const MemoryGuard& memory);

}  // namespace millrace
