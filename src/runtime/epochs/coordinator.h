// SPDX-License-Identifier: Apache-2.0
// Coordinator: starts epochs, makes them durable, ends the run. One state machine stepped by the
// thread that runs the job (or by a simulator). The order of one epoch, which must not change:
//   barrier through all shards -> sinks prepared -> dead letters appended and synced -> manifest
//   replaced
//   -> sinks commit.
// The end: a final barrier behind all data -> its epoch as above -> files closed -> one more epoch
// without data, which says finished (or stopped).
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "env/environment.h"
#include "runtime/epochs/manifest.h"
#include "runtime/job_control.h"
#include "runtime/shard.h"

namespace millrace {

/// A source that hears of completed epochs and, if unbounded, is asked for new splits from time to
/// time.
struct WatchedSource {
  int node = 0;
  std::string id;  // of the node
  bool bounded = false;
  Source* source = nullptr;
  std::set<std::string> known;
  std::vector<int> readers;  // shards that read it
  size_t turn = 0;           // reader of the next split
};

class Coordinator {
 public:
  struct Settings {
    Environment env;
    std::string data_dir;  // empty: nothing is made durable
    int64_t interval_nanos = 0;
    int64_t pause_nanos = 0;  // least time between two epochs
    int64_t discovery_nanos = 0;
    RunManifest manifest;  // of the epoch the run starts from
    DeadLetterFiles* dead_letters = nullptr;
    std::vector<WatchedSource> watched;
  };

  Coordinator(Settings settings, JobControl* control)
      : settings_(std::move(settings)), control_(control) {}

  StepResult Step();
  /// Last epoch whose outputs were committed. Any thread.
  uint64_t completed_epoch() const { return completed_; }

 private:
  enum class State { kWaiting, kCollecting, kCommitting, kFinishing, kLastCommit };

  Result<StepResult> TryStep(int64_t now);
  void Begin(bool last, int64_t now);
  Status Persist(std::vector<EpochPart> parts, bool finished);
  Status Discover(int64_t now);
  void TellSources();
  int64_t Now() const { return settings_.env.clock->MonotonicNanos(); }

  Settings settings_;
  JobControl* control_;
  State state_ = State::kWaiting;
  bool last_ = false;     // the epoch in flight is the final one
  bool drained_ = false;  // it is final because all input ended
  int64_t next_epoch_at_ = 0;
  int64_t last_epoch_at_ = 0;
  bool hurry_ = false;
  int64_t next_discovery_at_ = 0;
  std::string written_body_;
  std::atomic<uint64_t> completed_{0};
};

}  // namespace millrace
