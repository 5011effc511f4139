// SPDX-License-Identifier: Apache-2.0
// SimulatedWorld: one machine on which jobs run, crash and start again. Time, disk and the order in
// which shards step come from one seed; the input and what is durable on disk outlive a crash.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "runtime/job.h"
#include "state/memory_state.h"
#include "support/memory_connector.h"
#include "support/test_nodes.h"

namespace millrace {

/// What a seed draws once: the pipeline and its input, and how it is run.
struct Scenario {
  enum class Pipeline {
    kForward,
    kRepartition,
    kCount,
    kDiamond,
    kQuery,  // real operators with keyed state
  } pipeline = Pipeline::kForward;
  size_t query = 0;  // kQuery: which one
  int splits = 1;
  int64_t rows_per_split = 100;
  int64_t keys = 10;
  int64_t batch_rows_max = 8192;
  size_t exchange_capacity = 16;
  int64_t interval_ms = 5;
  uint64_t file_size = 1 << 20;  // of the sink's rolling policy
  uint64_t gather_bytes =
      1;  // of changes that are applied together; a crash before leaves them to the journal
  std::string ToString() const;
};
Scenario DrawScenario(Random* random);
/// How many queries there are, and their texts.
size_t QueryCount();
std::string_view QueryText(size_t query);

class SimulatedWorld {
 public:
  SimulatedWorld(const Scenario& scenario, uint64_t seed);
  ~SimulatedWorld();

  /// Starts the job and steps its parts in random order, at most `steps` steps. True: it came to
  /// its end. False: power was lost before. An error fails the test that asked.
  bool Run(int parallelism, uint64_t steps);
  /// Lines of all files a reader of the sink's directory sees and dead letters, sorted. Of a
  /// changelog: what remains of it.
  std::vector<std::string> Output();
  /// Every decision so far, for the self-check of determinism.
  uint64_t trace() const { return trace_; }
  uint64_t steps_taken() const { return steps_taken_; }
  const std::string& error() const { return error_; }

 private:
  PlanNodePtr MakePlan();
  PlanNodePtr CompileQuery();
  JobSpec MakeSpec(int parallelism);
  bool StepUntilDone(Job* job, uint64_t steps);

  Scenario scenario_;
  std::unique_ptr<Random> random_;
  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  OperatorRegistry operators_;
  ConnectorRegistry connectors_;
  MemoryStore input_;
  MemoryConnector source_{&input_};
  MemoryStateDevice state_;
  std::unique_ptr<Format> format_;
  FormatRegistry formats_;
  ModelBackendRegistry models_;
  uint64_t trace_ = 0;
  uint64_t steps_taken_ = 0;
  std::string error_;
};

}  // namespace millrace
