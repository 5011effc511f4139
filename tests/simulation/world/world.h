// SPDX-License-Identifier: Apache-2.0
// World: one machine on which the processes of a pipeline live, one after the other: a real job on
// simulated time, disk and peers. All of it comes from the seed of a scenario: how parts of the job
// take turns, which operation of the disk fails, when the power goes. Input, disk and peers outlive
// a process. It looks at what readers of the output see while it runs.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "env/simulated/events.h"
#include "plan/node.h"
#include "runtime/job.h"
#include "simulation/world/brokers.h"
#include "simulation/world/input.h"
#include "simulation/world/receiver.h"
#include "simulation/world/scenario.h"
#include "state/memory_state.h"

namespace millrace {

class World {
 public:
  explicit World(const Scenario& scenario);
  ~World();

  enum class End { kFinished, kStopped, kDied, kFailed };
  struct Limits {
    uint64_t steps = UINT64_MAX;       // then the process dies
    uint64_t operations = UINT64_MAX;  // of the disk, likewise
    uint64_t stop_at = UINT64_MAX;     // step at which it is asked to stop
    uint64_t calm_at = UINT64_MAX;     // step at which all faults end
  };
  /// A process from its start to its end.
  End Run(int parallelism, const Limits& limits);
  /// No more faults; an endless pipeline is stopped once it has done everything.
  void Calm();

  /// What the world saw that must not be; empty: nothing.
  const std::string& violation() const { return violation_; }
  void CheckOutput(bool complete);
  /// Why the last process failed, if it did.
  const std::string& cause() const { return cause_; }

  uint64_t trace() const { return trace_; }
  uint64_t steps() const { return steps_; }
  int64_t nanos() const { return clock_.MonotonicNanos() - kBeginNanos; }
  std::array<uint64_t, kFaults>& fired() { return fired_; }
  const Input& input() const { return input_; }
  Random* random() { return random_.get(); }

 private:
  static constexpr int64_t kBeginNanos = 1'000'000'000;

  void Count(Fault fault) { ++fired_[static_cast<size_t>(fault)]; }
  void Violate(const std::string& text);
  PlanNodePtr Compile();
  JobSpec MakeSpec(int parallelism);
  Status OnDisk(SimulatedDisk::Operation operation);
  End StepUntilDone(Job* job, const Limits& limits);
  void StepOne(Job* job);
  bool AdvanceTime();
  void Disturb();
  bool HasDoneEverything(const Job& job);
  void CheckEnd(const Job& job, End end);
  void CheckQueues(const Job& job);
  End Die();
  bool HasFinished();
  std::vector<std::string> FileLines();
  std::vector<std::string> Messages() const;
  std::vector<std::string> Committed();
  void CheckCommitted(const std::vector<std::string>& lines, bool complete);
  std::vector<int64_t> FailedRows();
  std::vector<std::string> GivenUp();
  std::vector<std::string> LinesOf(const std::string& path);

  Scenario scenario_;
  std::unique_ptr<Random> random_;
  SimulatedClock clock_;
  SimulatedEvents events_;
  SimulatedDisk disk_{&clock_};
  std::array<uint64_t, kFaults> fired_{};
  Input input_;
  Receiver receiver_;
  Brokers brokers_;
  Expected expected_;
  MemoryStateDevice state_;
  ConnectorRegistry connectors_;
  FormatRegistry formats_;
  ModelBackendRegistry models_;
  PlanNodePtr plan_;
  bool calm_ = false;
  bool observing_ = false;  // it is the world that reads
  bool fresh_ = true;       // no process was here before

  // The process that runs.
  bool down_ = false;
  uint64_t operations_left_ = 0;
  std::string cause_;
  bool excused_ = false;  // it met a fault that may end it
  bool data_may_be_gone_ = false;
  int64_t full_until_ = 0;
  int times_full_ = 0;
  int64_t consumed_at_ = 0;
  std::vector<StepResult> last_;

  std::map<std::string, std::vector<std::string>> files_seen_;  // by readers of the output
  uint64_t trace_ = 0;
  uint64_t steps_ = 0;
  std::string violation_;
};

}  // namespace millrace
