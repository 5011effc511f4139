// SPDX-License-Identifier: Apache-2.0
// ModeRun: one query as a job on simulated time and a simulated disk, run in a mode: rows that come
// one at a time, several shards, little memory for state, deaths in mid-input with restarts from
// the last epoch. A sink in memory keeps what readers of committed epochs see. All turns of the
// job's parts, and all deaths, come from one seed. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "random/engine/query_session.h"
#include "runtime/job.h"
#include "state/memory_state.h"
#include "support/memory_connector.h"

namespace millrace {

struct Mode {
  std::string_view name;
  int parallelism = 1;
  int64_t batch_rows_max = 8192;
  uint64_t state_bytes = 0;        // that state may hold in memory; 0: as much as it will
  int deaths = 0;                  // at a random step each
  bool rescale = false;            // each start has another parallelism
  uint64_t steps_max = 2'000'000;  // a run of a few dozen rows needs some hundred
};

struct ModeAnswer {
  std::vector<std::string> lines;  // the changelog
  std::string error;
  uint64_t steps = 0;
  int restarts = 0;  // behind deaths that came before the end
};

class ModeRun {
 public:
  /// The query's tables read `files`. `step` has one root and outlives this.
  ModeRun(const Step& step, const FilesByPath& files, uint64_t seed);

  /// Once. `steps_expected`: among so many the steps of deaths are drawn.
  ModeAnswer Run(const Mode& mode, uint64_t steps_expected);

 private:
  enum class End { kDone, kAlive };
  Result<JobSpec> MakeSpec(const Mode& mode, int parallelism);
  Result<End> StepUntil(Job* job, uint64_t steps_max);
  Status Live(const Mode& mode, uint64_t steps_expected);
  int64_t Draw(int64_t from, int64_t to);

  const Step& step_;
  std::unique_ptr<Random> random_;
  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  MemoryStateDevice state_;
  MemoryStore output_;
  MemoryConnector connector_{&output_};
  PlanNodePtr plan_;
  ModeAnswer answer_;
};

}  // namespace millrace
