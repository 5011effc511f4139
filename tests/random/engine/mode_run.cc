// SPDX-License-Identifier: Apache-2.0
#include "random/engine/mode_run.h"

#include <algorithm>
#include <limits>

#include "plan/nodes/sink_nodes.h"
#include "runtime/epochs/manifest.h"

namespace millrace {
namespace {

constexpr char kDataDir[] = "/data";
constexpr int64_t kStepNanosMax = 200'000;
constexpr int kShardsMax = 4;

/// The rows go to a table in memory, whose columns take what they have.
PlanNodePtr IntoTable(const PlanNodePtr& root, const Connector* connector) {
  const PlanNodePtr& rows = root->children()[0];
  std::vector<Column> columns;
  for (const Column& column : rows->schema()) {
    columns.push_back({column.name, column.type.Nullable()});
  }
  return std::make_shared<SinkNode>(rows, MakeTable("rows", Schema(std::move(columns)), connector));
}

}  // namespace

ModeRun::ModeRun(const Step& step, const FilesByPath& files, uint64_t seed)
    : step_(step), random_(MakeRandom(seed)), plan_(IntoTable(step.roots[0], &connector_)) {
  WriteFiles(files, &disk_);
}

int64_t ModeRun::Draw(int64_t from, int64_t to) {
  return from + static_cast<int64_t>(random_->Next() % static_cast<uint64_t>(to - from + 1));
}

Result<JobSpec> ModeRun::MakeSpec(const Mode& mode, int parallelism) {
  JobSpec spec;
  spec.roots = {plan_};
  spec.pipeline = "query";
  spec.data_dir = kDataDir;
  spec.session = step_.session;
  TRY_ASSIGN(spec.settings, JobSettings::From(step_.settings));
  spec.settings.parallelism = parallelism;
  spec.settings.batch_rows_max = mode.batch_rows_max;
  spec.settings.checkpoint_interval_ms = 1;
  spec.settings.backlog_interval_ms = 1;
  spec.settings.state_budget_bytes = mode.state_bytes;
  spec.env.clock = &clock_;
  spec.env.disk = &disk_;
  spec.open_state = [this](const std::string&) -> Result<std::unique_ptr<DurableState>> {
    return std::make_unique<MemoryState>(&state_);
  };
  spec.state_settings.gather_bytes = 1;
  return spec;
}

/// Parts take turns at random; when all wait, time goes on to what the first one waits for.
Result<ModeRun::End> ModeRun::StepUntil(Job* job, uint64_t steps_max) {
  std::vector<StepResult> last(static_cast<size_t>(job->parts()), {Progress::kBusy, 0});
  for (uint64_t step = 0; step < steps_max; ++step) {
    std::vector<size_t> running;
    int64_t wake_at = std::numeric_limits<int64_t>::max();
    bool busy = false;
    for (size_t part = 0; part < last.size(); ++part) {
      if (last[part].progress == Progress::kDone) continue;
      running.push_back(part);
      busy |= last[part].progress == Progress::kBusy;
      if (last[part].progress == Progress::kIdle) wake_at = std::min(wake_at, last[part].wake_at);
    }
    if (running.empty()) {
      TRY(job->result());
      return End::kDone;
    }
    if (!busy) clock_.Advance(wake_at - clock_.MonotonicNanos());
    const size_t part = running[random_->Next() % running.size()];
    last[part] = job->Step(static_cast<int>(part));
    if (last[part].progress == Progress::kBusy) {  // may have given work to the others
      for (StepResult& other : last) {
        if (other.progress == Progress::kIdle) other = {Progress::kBusy, 0};
      }
    }
    clock_.Advance(Draw(0, kStepNanosMax));
    ++answer_.steps;
  }
  return End::kAlive;
}

Status ModeRun::Live(const Mode& mode, uint64_t steps_expected) {
  int parallelism = mode.parallelism;
  for (int deaths = 0;; ++deaths) {
    TRY_ASSIGN(JobSpec spec, MakeSpec(mode, parallelism));
    TRY_ASSIGN(const auto job, Job::Create(std::move(spec)));
    const bool dies = deaths < mode.deaths;
    const auto limit = static_cast<int64_t>(std::max<uint64_t>(steps_expected, 2));
    const uint64_t steps_max = dies ? static_cast<uint64_t>(Draw(1, limit)) : mode.steps_max;
    TRY_ASSIGN(const End end, StepUntil(job.get(), steps_max));
    if (end == End::kDone) return OkStatus();
    if (!dies) return InternalError("it does not come to an end");
    disk_.Crash(random_.get());  // before the job is destroyed: it must not tidy up
    // It may have written that it is done: to start it again would be a run of its own.
    TRY_ASSIGN(const auto manifest, ReadManifest(&disk_, kDataDir));
    if (manifest && manifest->finished) return OkStatus();
    ++answer_.restarts;
    if (mode.rescale) parallelism = static_cast<int>(Draw(1, kShardsMax));
  }
}

ModeAnswer ModeRun::Run(const Mode& mode, uint64_t steps_expected) {
  if (const Status status = Live(mode, steps_expected); !status) {
    answer_.error = status.error().ToString();
  } else {
    answer_.lines = output_.Visible();
  }
  return std::move(answer_);
}

}  // namespace millrace
