// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory/memory_parts.h"

#include <algorithm>

#include "runtime/job_state.h"
#include "runtime/memory/state_budget.h"

namespace millrace {
namespace {

constexpr uint64_t kGatheredShare = 16;  // of the budget, for epochs that are applied together

}  // namespace

std::string DescribeMemory(const JobState& job) {
  uint64_t state = 0;
  uint64_t outboxes = 0;
  for (const auto& shard : job.shards) {
    for (const NodeSnapshot& node : shard->report().nodes) {
      state += node.state_bytes;
      outboxes += node.outbox.bytes;
    }
  }
  const uint64_t changes = job.applier != nullptr ? job.applier->waiting_bytes() : 0;
  return " (state " + Megabytes(state) + ", outboxes " + Megabytes(outboxes) +
         ", changes for the disk " + Megabytes(changes) + ")";
}

std::unique_ptr<StateApplier> MakeApplier(JobState* job, const MemoryGuard& memory) {
  if (job->state == nullptr) return nullptr;
  StateApplier::Settings settings = job->spec.state_settings;
  if (memory.budget_bytes() > 0) {
    settings.gather_bytes = std::min(settings.gather_bytes, memory.budget_bytes() / kGatheredShare);
  }
  // What state has left memory for must be on the disk.
  if (const uint64_t bytes = StateBudget::Of(*job).gather_bytes(); bytes > 0) {
    settings.gather_bytes = std::min(settings.gather_bytes, bytes);
  }
  return std::make_unique<StateApplier>(job->state.get(), job->spec.env, settings);
}

}  // namespace millrace
