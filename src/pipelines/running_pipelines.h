// SPDX-License-Identifier: Apache-2.0
// RunningPipelines: what a door (HTTP, later others) may see of a program that runs: its tables
// that take requests, the store and the board behind them, its jobs and how they are.
//
// The runner fills it while the program starts and runs, doors read it; neither knows the other.
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/connector.h"
#include "env/environment.h"
#include "formats/format.h"
#include "pipelines/tap_sessions.h"
#include "plan/node.h"
#include "plan/table.h"
#include "runtime/metrics/job_snapshot.h"

namespace millrace {

class RunningPipelines {
 public:
  enum class State { kStarting, kRunning, kStopping, kFinished, kFailed };

  /// `topics` and `replies` of `services` outlive this and are null if no table takes requests.
  RunningPipelines(std::string pipeline, Environment env, ConnectorServices services,
                   const FormatRegistry* formats);

  const std::string& pipeline() const { return pipeline_; }
  const Environment& env() const { return env_; }
  const ConnectorServices& services() const { return services_; }
  const FormatRegistry& formats() const { return *formats_; }

  // The runner.
  /// A table with connector 'http', before the door is opened. Tables are told apart by name.
  void AddTable(TablePtr table);
  /// `roots` of the job; `data_dir` is what its connectors are told. Before the job runs.
  void AddJob(const std::string& title, const std::string& data_dir,
              const std::vector<PlanNodePtr>& roots, std::function<JobSnapshot()> snapshot);
  void EndJob(const std::string& title, const Status& result);
  void SetState(State state);
  /// Before a door is opened: lets it look at rows, by conditions that are compiled with these.
  void AllowTaps(CompilerOptions options) {
    taps_ = std::make_unique<TapSessions>(env_.clock, std::move(options));
  }

  // Doors.
  const std::vector<TablePtr>& tables() const { return tables_; }
  struct JobView {
    std::string title;
    State state = State::kRunning;
    std::string fault;  // why it failed
    JobSnapshot snapshot;
  };
  std::vector<JobView> Jobs() const;
  struct Health {
    State state = State::kStarting;
    /// The faulty one: "job INSERT INTO alerts", "log", or, in a state that is not kFailed, the
    /// "table payments" whose connector waits for something; empty: none.
    std::string part;
    std::string reason;  // one line
  };
  Health Look() const;
  /// Null unless they are allowed. Jobs add themselves, doors look.
  TapSessions* taps() { return taps_.get(); }

 private:
  struct Job {
    std::string title;
    State state = State::kRunning;
    std::string fault;
    std::function<JobSnapshot()> snapshot;
  };

  const std::string pipeline_;
  const Environment env_;
  const ConnectorServices services_;
  const FormatRegistry* const formats_;
  std::vector<TablePtr> tables_;
  std::unique_ptr<TapSessions> taps_;
  mutable std::mutex mutex_;
  State state_ = State::kStarting;
  std::vector<Job> jobs_;
};

std::string_view StateName(RunningPipelines::State state);

/// Whether every row leaves the plan as soon as it came in, or never: no operator holds rows back.
bool RowsPassAtOnce(const std::vector<PlanNodePtr>& roots);

/// The tables with connector 'http' that these plans read.
std::vector<TablePtr> HttpTablesOf(const std::vector<PlanNodePtr>& roots);

}  // namespace millrace
