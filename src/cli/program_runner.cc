// SPDX-License-Identifier: Apache-2.0
#include "cli/program_runner.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "cli/backup/backup_target.h"
#include "cli/output/budget_remark.h"
#include "cli/output/limited_rows.h"
#include "cli/output/progress_line.h"
#include "cli/output/run_report.h"
#include "cli/output/trouble_remark.h"
#include "cli/plain_step.h"
#include "cli/program_progress.h"
#include "cli/restart_policy.h"
#include "data/key_codec.h"
#include "env/durable_directory.h"
#include "operators/io/replay/replay_source.h"
#include "operators/io/scan_driver.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "runtime/copies.h"

namespace millrace {
namespace {

constexpr int kSignalsToGiveUp = 3;
constexpr uint64_t kDescriptorsMin = 256;
constexpr int64_t kTickNanos = 10'000'000;              // between two looks at signals
constexpr int64_t kLookNanos = 500'000'000;             // between two looks at the job
constexpr int64_t kDrainPatienceNanos = 5'000'000'000;  // a longer stop says what it waits for

std::string WholeSeconds(int64_t nanos) { return std::to_string(nanos / 1'000'000'000) + " s"; }

std::atomic<bool> g_stop_requested{false};
std::atomic<int> g_stop_signal{0};
std::atomic<int> g_signals{0};

/// The first signal asks to stop; a third means that the user does not want to wait for it.
void OnSignal(int signal) {
  g_stop_signal.store(signal);
  g_stop_requested.store(true);
  if (++g_signals < kSignalsToGiveUp) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// Installs the handlers for its lifetime.
class SignalScope {
 public:
  SignalScope() {
    g_stop_requested.store(false);
    g_stop_signal.store(0);
    g_signals.store(0);
    previous_interrupt_ = std::signal(SIGINT, OnSignal);
    previous_terminate_ = std::signal(SIGTERM, OnSignal);
  }
  ~SignalScope() {
    std::signal(SIGINT, previous_interrupt_);
    std::signal(SIGTERM, previous_terminate_);
  }

 private:
  void (*previous_interrupt_)(int);
  void (*previous_terminate_)(int);
};

void CollectScans(const PlanNodePtr& node, std::vector<const ScanNode*>* scans) {
  if (const auto* scan = As<ScanNode>(node)) scans->push_back(scan);
  for (const PlanNodePtr& child : node->children()) CollectScans(child, scans);
}

/// Whether rows of the step go to standard output.
bool WritesToOutput(const Step& step) {
  if (step.is_select) return true;
  for (const PlanNodePtr& root : step.roots) {
    const auto* sink = As<SinkNode>(root);
    if (sink != nullptr && sink->table()->connector->name() == "print") return true;
  }
  return false;
}

}  // namespace

struct ProgramRunner::RunningJob {
  explicit RunningJob(RestartPolicy policy) : restart_policy(policy) {}

  /// Does something with the job unless it is being started again.
  template <typename Use>
  void With(Use use) const {
    const std::lock_guard lock(job_mutex);
    if (job != nullptr) use(*job);
  }
  JobSnapshot Snapshot() const {
    const std::lock_guard lock(job_mutex);
    JobSnapshot snapshot = job != nullptr ? job->Snapshot() : last;
    snapshot.restarts = restarts;
    return snapshot;
  }
  void RequestStop() {
    stop_requested = true;
    With([](Job& running) { running.RequestStop(); });
  }

  std::string title;
  JobSpec spec;  // of the next start
  RestartPolicy restart_policy;
  std::atomic<bool> stop_requested{false};
  std::atomic<uint64_t> restarts{0};
  mutable std::mutex job_mutex;  // while the job is replaced, or used by another thread
  JobSnapshot last;              // of the job before; guarded by job_mutex
  std::unique_ptr<RowWriter> rows;
  std::unique_ptr<LimitedRows> limit;  // between the job and `rows`, if there is one
  std::unique_ptr<Job> job;
  std::thread thread;           // background jobs only
  bool shows_progress = false;  // nothing else is written to the screen
  std::thread watcher;
  std::atomic<bool> done{false};
  Status result;
};

std::string ProgramFingerprint(const Program& program) {
  std::string text = program.name;
  for (const Step& step : program.steps) {
    for (const PlanNodePtr& root : step.roots) text += "|" + root->id();
  }
  return std::to_string(HashBytes(text));
}

ProgramRunner::ProgramRunner(const Application* application, RunOptions options)
    : application_(application), options_(std::move(options)) {}

ProgramRunner::~ProgramRunner() {
  StopAll();
  for (const auto& running : jobs_) {
    if (running->thread.joinable()) running->thread.join();
    if (running->watcher.joinable()) running->watcher.join();
  }
}

int ProgramRunner::stop_signal() const { return g_stop_signal.load(); }

std::string ProgramRunner::Summary() const {
  uint64_t rows = 0;
  int64_t nanos = 0;
  for (const auto& running : jobs_) {
    const JobSnapshot snapshot = running->Snapshot();
    rows += snapshot.accounting.out;
    nanos += snapshot.elapsed_nanos;
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%llu %s in %.1f s",
                static_cast<unsigned long long>(rows), rows == 1 ? "row" : "rows",
                static_cast<double>(nanos) / 1e9);
  return text.data();
}

bool ProgramRunner::rejected_rows() const {
  return std::ranges::any_of(
      jobs_, [](const auto& running) { return running->Snapshot().accounting.dead_lettered > 0; });
}

void ProgramRunner::StopAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& running : jobs_) {
    if (!running->done) running->RequestStop();
  }
}

Status ProgramRunner::Run(const Program& program) {
  const SignalScope signals;
  const bool runs = std::ranges::any_of(
      program.steps, [](const Step& step) { return step.kind == Step::Kind::kJob; });
  if (runs && application_->descriptors_max < kDescriptorsMin) {
    return ExternalError("MR0817", "too few files may be open",
                         "the limit is " + std::to_string(application_->descriptors_max) + ", " +
                             std::to_string(kDescriptorsMin) + " are the least to run with");
  }
  Status status = runs ? RunLive(program) : RunSteps(program);
  if (!options_.report_path.empty()) {
    const Status report = WriteReport(options_.report_path);
    if (status) status = report;
  }
  // `millrace dlq list` shows how the last run's accounts closed.
  const auto data_dir = application_->env.disk->Stat(options_.data_dir);
  if (runs && data_dir && *data_dir) {
    const Status report = WriteReport(options_.data_dir + "/last-run.json");
    if (status) status = report;
  }
  return status;
}

Status ProgramRunner::RunLive(const Program& program) {
  TRY_ASSIGN(live_,
             LiveServices::Make(application_, program,
                                options_.live_dir.empty() ? options_.data_dir : options_.live_dir,
                                options_.kafka.local));
  TRY(live_->OpenDoor(options_.door, options_.quiet));
  Status status = RunSteps(program);
  if (!status) StopAll();
  const Status background = WaitForBackground();
  live_->Close();
  return status ? background : status;
}

Status ProgramRunner::RunSteps(const Program& program) {
  size_t jobs = 0;
  for (const Step& step : program.steps) jobs += step.kind == Step::Kind::kJob && !step.is_select;
  bool several = jobs > 1;
  if (jobs == 1 && !options_.fresh) {
    TRY_ASSIGN(several, ProgramProgress::IsOneOfSeveral(application_->env.disk, options_.data_dir));
  }
  if (!several) return RunEach(program, nullptr);
  TRY_ASSIGN(ProgramProgress progress,
             ProgramProgress::Open(application_->env.disk, options_.data_dir,
                                   ProgramProgress::JobsOf(program),
                                   {options_.fresh, options_.allow_state_loss}));
  TRY_ASSIGN(const size_t finished, progress.FinishedCount());
  if (finished > 0 && !options_.quiet) {
    application_->Say("resuming: " + std::to_string(finished) + " of " + std::to_string(jobs) +
                      " statements were finished\n");
  }
  TRY(RunEach(program, &progress));
  TRY(WaitForBackground());
  TRY_ASSIGN(const size_t now_finished, progress.FinishedCount());
  return now_finished == jobs ? progress.Close() : OkStatus();
}

Status ProgramRunner::RunEach(const Program& program, const ProgramProgress* progress) {
  size_t number = 0;
  for (const Step& step : program.steps) {
    if (g_stop_requested) return OkStatus();
    if (step.kind != Step::Kind::kJob) {
      TRY(CarryOut(*application_, step, options_.style, options_.quiet));
      continue;
    }
    if (!step.is_select) ++number;
    if (!step.is_select && progress != nullptr) {
      TRY_ASSIGN(const bool finished, progress->IsFinished(number));
      if (finished) continue;
    }
    const bool alone = progress == nullptr || step.is_select;
    TRY(RunJob(program, step, alone ? options_.data_dir : progress->directory(number), !alone));
  }
  return OkStatus();
}

Result<JobSpec> ProgramRunner::MakeSpec(const Program& program, const Step& step,
                                        const std::string& directory) {
  JobSpec spec;
  spec.roots = step.roots;
  spec.pipeline = program.name;
  spec.env = application_->env;
  spec.memory = application_->memory;
  spec.state_shares = &state_shares_;
  if (options_.kafka.local) spec.env.kafka = live_->local_kafka();
  spec.services = live_->services();
  TRY_ASSIGN(const auto timeout, options_.kafka.ConnectTimeout());
  spec.services.connect_timeout_ms = timeout.count();
  if (!options_.quiet) {
    spec.services.on_waiting = [this](const std::string& text) { application_->Say(text + "\n"); };
  }
  TRY_ASSIGN(spec.copy, options_.kafka.Share());
  if (spec.copy.count > 1) {
    TRY(CheckCopies(step.roots));
    // Files and rows that are named after the pipeline must not meet those of other copies.
    spec.pipeline += "-copy-" + std::to_string(spec.copy.index);
  }
  spec.services.stopping = [] { return g_stop_requested.load(); };
  spec.services.replays_only = options_.replays_only;
  spec.fresh = options_.fresh;
  spec.allow_state_loss = options_.allow_state_loss;
  spec.allow_rewind = options_.allow_rewind;
  if (step.is_select) spec.dead_letter_dir = options_.data_dir + "/dead-letters/select";
  spec.session = step.session;
  const int64_t seed = step.settings.GetLong("millrace.random-seed");
  spec.session.random_seed = seed != 0 ? static_cast<uint64_t>(seed) : EntropySeed();
  TRY_ASSIGN(spec.settings, JobSettings::From(step.settings));
  if (!step.is_select) {
    spec.data_dir = directory;
    const BackedUpJob backed_up{program.name, spec.copy, options_.data_dir, directory};
    TRY_ASSIGN(spec.backup, MakeJobBackup(*application_, step.settings, backed_up));
    TRY(CreateDurableDirectory(application_->env.disk, spec.data_dir));
  }
  if (!options_.quiet) {
    spec.notice = [this](const std::string& text) { application_->Say(text + "\n"); };
  }
  return spec;
}

Result<bool> ProgramRunner::IsBounded(const Step& step, const JobSpec& spec) const {
  std::vector<const ScanNode*> scans;
  for (const PlanNodePtr& root : step.roots) CollectScans(root, &scans);
  for (const ScanNode* scan : scans) {
    TableContext context;
    context.pipeline = spec.pipeline;
    context.data_dir = spec.data_dir;
    context.env = spec.env;
    context.services = spec.services;
    context.copy = spec.copy;
    context = ContextFor(*scan->table(), std::move(context), /*for_write=*/false);
    TRY_ASSIGN(auto source, MakeTableSource(*scan->table(), context));
    if (!source->bounded()) return false;
  }
  return true;
}

Status ProgramRunner::RunJob(const Program& program, const Step& step, const std::string& directory,
                             bool one_of_several) {
  TRY_ASSIGN(JobSpec spec, MakeSpec(program, step, directory));
  bool background = false;
  if (one_of_several) {
    TRY_ASSIGN(const bool bounded, IsBounded(step, spec));
    background = !bounded;
  }
  if (one_of_several) {  // each statement has transactions and files of its own
    spec.pipeline += "-" + std::filesystem::path(directory).filename().string();
  }
  TRY_ASSIGN(const RestartPolicy restart_policy, RestartPolicy::From(step.settings));
  auto running = std::make_unique<RunningJob>(restart_policy);
  running->title = step.title;
  running->shows_progress =
      !background && (!application_->output_is_terminal || !WritesToOutput(step));
  if (step.is_select) {
    running->rows = MakeRowWriter(options_.style, application_);
    spec.collector = running->rows.get();
    if (options_.row_limit >= 0) {
      running->limit =
          std::make_unique<LimitedRows>(running->rows.get(), options_.row_limit,
                                        [target = running.get()] { target->RequestStop(); });
      spec.collector = running->limit.get();
    }
  }
  const std::string data_dir = spec.data_dir;
  running->spec = spec;
  running->spec.fresh = false;
  auto job = Job::Create(std::move(spec));
  if (!job) return std::unexpected(std::move(job).error().With(step.title));
  running->job = *std::move(job);
  RunningJob* current = running.get();
  live_->pipelines().AddJob(step.title, data_dir, step.roots,
                            [current] { return current->Snapshot(); });
  if (TapSessions* taps = live_->pipelines().taps()) taps->AddJob(step.title, current->job->taps());
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(running));
  }
  current->watcher = std::thread([this, current] { Watch(current); });
  if (background) {
    current->thread = std::thread([this, current] { current->result = Drive(current); });
    return OkStatus();
  }
  return Drive(current);
}

/// The runtime speaks of dead letters itself.
void ProgramRunner::SayLate(const RunningJob& running) const {
  const uint64_t late = running.Snapshot().accounting.late;
  if (late == 0) return;
  application_->Say(std::to_string(late) + (late == 1 ? " row" : " rows") +
                    " came behind the watermark, too late to count\n");
}

/// Runs the job, again and again if it fails in a way that may pass.
Status ProgramRunner::RunWithRestarts(RunningJob* running) {
  Clock* const clock = application_->env.clock;
  Status status = running->job->Run();
  while (!status && !running->spec.data_dir.empty() && !running->stop_requested) {
    const auto pause = running->restart_policy.OnFailure(status.error(), clock->MonotonicNanos());
    if (!pause) return status;
    ++running->restarts;
    if (!options_.quiet) {
      application_->Say("starting again from the last epoch in " +
                        std::to_string(*pause / 1'000'000) + " ms: " + status.error().ToString() +
                        "\n");
    }
    {
      // The data directory is free, and its epochs are settled, once the job is gone.
      const std::lock_guard lock(running->job_mutex);
      if (running->job != nullptr) running->last = running->job->Snapshot();
      running->job.reset();
    }
    const int64_t end = clock->MonotonicNanos() + *pause;
    while (clock->MonotonicNanos() < end && !g_stop_requested) clock->SleepNanos(kTickNanos);
    if (g_stop_requested) return OkStatus();  // what was decided is there, nothing else counts
    auto job = Job::Create(running->spec);
    if (!job) {
      status = std::unexpected(std::move(job).error());
      continue;
    }
    {
      const std::lock_guard lock(running->job_mutex);
      running->job = *std::move(job);
      if (running->stop_requested) running->job->RequestStop();
    }
    if (TapSessions* taps = live_->pipelines().taps()) {
      taps->AddJob(running->title, running->job->taps());
    }
    status = running->job->Run();
  }
  return status;
}

Status ProgramRunner::Drive(RunningJob* running) {
  Status status = RunWithRestarts(running);
  live_->pipelines().EndJob(running->title, status);
  running->done = true;
  if (running->watcher.joinable()) running->watcher.join();
  if (!options_.quiet) {
    SayLate(*running);
    application_->Say(BudgetRemark::Summary(running->Snapshot()));
  }
  if (!status) {
    StopAll();
    return std::unexpected(std::move(status).error().With(running->title));
  }
  return status;
}

void ProgramRunner::Watch(RunningJob* running) {
  Clock* clock = application_->env.clock;
  ProgressLine progress(application_, running->shows_progress && !options_.quiet);
  BudgetRemark budget;
  TroubleRemark troubles;
  uint64_t rows = 0;
  int64_t last_output = clock->MonotonicNanos();
  int64_t last_look = last_output;
  int64_t patience = options_.silence_nanos;
  bool stopping = false;
  while (!running->done) {
    clock->SleepNanos(kTickNanos);
    if (g_stop_requested && !stopping) {
      stopping = true;
      live_->pipelines().SetState(RunningPipelines::State::kStopping);
      progress.Clear();
      if (!options_.quiet) application_->Say("stopping: draining what was read\n");
      running->RequestStop();
      last_output = clock->MonotonicNanos();
      patience = kDrainPatienceNanos;
    }
    const int64_t now = clock->MonotonicNanos();
    if (now - last_look < kLookNanos) continue;
    last_look = now;
    live_->Maintain(now);
    if (options_.quiet) continue;
    if (stopping) {
      if (now - last_output < patience) continue;
      SayWaiting(*running, "still draining after " + WholeSeconds(now - last_output));
      patience *= 2;
      continue;
    }
    const JobSnapshot snapshot = running->Snapshot();
    const std::string remark = budget.Update(snapshot, now) + troubles.Update(snapshot, now);
    if (!remark.empty()) progress.Clear();
    application_->Say(remark);
    if (snapshot.accounting.out != rows) {
      rows = snapshot.accounting.out;
      last_output = now;
      patience = options_.silence_nanos;
    }
    if (now - last_output < patience) {
      progress.Update(snapshot);
      continue;
    }
    progress.Clear();
    SayWaiting(*running, "no output for " + WholeSeconds(now - last_output));
    patience *= 2;
  }
}

void ProgramRunner::SayWaiting(const RunningJob& running, const std::string& what) const {
  application_->Say(what + ". Waiting for:\n");
  running.With([this](Job& job) {
    for (const std::string& line : job.DescribeWaiting()) application_->Say("  " + line + "\n");
  });
}

Status ProgramRunner::WaitForBackground() {
  Status first;
  for (const auto& running : jobs_) {
    if (running->thread.joinable()) running->thread.join();
    running->done = true;
    if (running->watcher.joinable()) running->watcher.join();
    if (first && !running->result) first = running->result;
  }
  return first;
}

Status ProgramRunner::WriteReport(const std::string& path) const {
  std::vector<std::pair<std::string, JobSnapshot>> jobs;
  for (const auto& running : jobs_) jobs.emplace_back(running->title, running->Snapshot());
  return application_->env.disk->WriteAtomic(path, RunReportJson(jobs) + "\n");
}

}  // namespace millrace
