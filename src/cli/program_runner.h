// SPDX-License-Identifier: Apache-2.0
// ProgramRunner: carries out a compiled program. Bounded statements run one after the other; an
// unbounded INSERT keeps running beside those after it. SIGINT and SIGTERM drain all of them.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/kafka_options.h"
#include "cli/live_services.h"
#include "cli/output/row_writer.h"
#include "plan/program.h"
#include "runtime/job.h"

namespace millrace {

struct RunOptions {
  std::string data_dir;  // of the pipeline; created when a statement needs it
  std::string live_dir;  // where the embedded log is, if not in data_dir
  bool fresh = false;
  bool allow_state_loss = false;
  bool allow_rewind = false;
  bool replays_only = false;  // sources give what `millrace dlq replay` asked for, nothing else
  bool quiet = false;
  RowStyle style = RowStyle::kChangelog;
  DoorOptions door;
  KafkaOptions kafka;
  int64_t row_limit = -1;                  // a SELECT ends after so many rows; -1 = no limit
  std::string report_path;                 // JSON report at the end; empty = none
  int64_t silence_nanos = 10'000'000'000;  // without output for so long: say what is waited for
};

class ProgramProgress;

class ProgramRunner {
 public:
  ProgramRunner(const Application* application, RunOptions options);
  ~ProgramRunner();

  /// Blocks until all statements are done or stopped. The first error ends the rest.
  Status Run(const Program& program);
  /// "12 rows in 0.3 s" of all jobs, after Run.
  std::string Summary() const;
  /// Whether rows went to the dead letters, after Run.
  bool rejected_rows() const;
  /// SIGINT or SIGTERM if one of them ended Run, else 0.
  int stop_signal() const;

 private:
  struct RunningJob;

  Status RunLive(const Program& program);
  Status RunSteps(const Program& program);
  Status RunEach(const Program& program, const ProgramProgress* progress);
  Status RunJob(const Program& program, const Step& step, const std::string& directory,
                bool one_of_several);
  Result<JobSpec> MakeSpec(const Program& program, const Step& step, const std::string& directory);
  Result<bool> IsBounded(const Step& step, const JobSpec& spec) const;
  Status Drive(RunningJob* running);
  Status RunWithRestarts(RunningJob* running);
  void SayLate(const RunningJob& running) const;
  void Watch(RunningJob* running);
  void SayWaiting(const RunningJob& running, const std::string& what) const;
  Status WaitForBackground();
  void StopAll();
  Status WriteReport(const std::string& path) const;

  const Application* application_;
  RunOptions options_;
  std::unique_ptr<LiveServices> live_;  // outlives the jobs
  std::mutex mutex_;
  StateShares state_shares_;  // of all jobs
  std::vector<std::unique_ptr<RunningJob>> jobs_;
};

/// Identity of a program for resuming: titles and plans of its inserts.
std::string ProgramFingerprint(const Program& program);

}  // namespace millrace
