// SPDX-License-Identifier: Apache-2.0
// JobState: everything a job owns. Members are destroyed last to first: shards before what they
// use.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/epochs/coordinator.h"
#include "runtime/exchange/exchange_queue.h"
#include "runtime/job.h"
#include "runtime/job_control.h"
#include "runtime/job_graph.h"
#include "runtime/tap/tap.h"

namespace millrace {

struct JobState {
  explicit JobState(JobSpec job_spec)
      : spec(std::move(job_spec)), control(spec.settings.parallelism) {}

  JobSpec spec;
  std::unique_ptr<FileLock> lock;
  JobGraph graph;
  std::shared_ptr<TapHub> taps;  // shared with those who look
  JobControl control;
  std::unique_ptr<DeadLetterFiles> dead_letters;
  std::vector<std::unique_ptr<Source>> sources;  // for discovery only
  std::vector<std::unique_ptr<ExchangeQueue>> queues;
  std::vector<std::unique_ptr<Shard>> shards;
  std::unique_ptr<Coordinator> coordinator;
  int64_t started_at = 0;
};

/// How a run starts, from what the data directory says.
struct StartPoint {
  enum class Mode {
    kFresh,    // no interrupted run
    kResume,   // from the positions of the manifest
    kReplay,   // interrupted with keyed state: outputs are taken back, input is read again
    kDiscard,  // --fresh: outputs of the interrupted run are taken back
  } mode = Mode::kFresh;
  RunManifest manifest;  // of the interrupted run
};

/// Locks the data directory and decides. Other fingerprint: refused unless --fresh.
Result<StartPoint> DecideStart(JobState* job);
/// Discovers splits, builds the shards, restores or discards the sinks, writes the first manifest.
Status BuildJob(JobState* job, const StartPoint& start);

}  // namespace millrace
