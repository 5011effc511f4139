// SPDX-License-Identifier: Apache-2.0
#include "cli/program_runner.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <thread>

#include "base/json_writer.h"
#include "cli/output/run_report.h"
#include "data/key_codec.h"
#include "operators/io/scan_driver.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {
namespace {

constexpr int kSignalsToGiveUp = 3;

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

std::string ProgressPath(const std::string& data_dir) { return data_dir + "/program.json"; }

}  // namespace

struct ProgramRunner::RunningJob {
  std::string title;
  std::unique_ptr<RowWriter> rows;
  std::unique_ptr<Job> job;
  std::thread thread;  // background jobs only
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
    const JobSnapshot snapshot = running->job->Snapshot();
    rows += snapshot.accounting.out;
    nanos += snapshot.elapsed_nanos;
  }
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%llu %s in %.1f s",
                static_cast<unsigned long long>(rows), rows == 1 ? "row" : "rows",
                static_cast<double>(nanos) / 1e9);
  return text.data();
}

void ProgramRunner::StopAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& running : jobs_) {
    if (!running->done && running->job != nullptr) running->job->RequestStop();
  }
}

Status ProgramRunner::Run(const Program& program) {
  const SignalScope signals;
  Status status = RunSteps(program);
  if (!status) StopAll();
  const Status background = WaitForBackground();
  if (status) status = background;
  if (!options_.report_path.empty()) {
    const Status report = WriteReport();
    if (status) status = report;
  }
  return status;
}

Status ProgramRunner::RunSteps(const Program& program) {
  size_t jobs = 0;
  for (const Step& step : program.steps) jobs += step.kind == Step::Kind::kJob && !step.is_select;
  size_t finished = 0;
  if (jobs > 1) {
    TRY_ASSIGN(finished, FinishedBefore(program));
    if (finished > 0 && !options_.quiet) {
      application_->Say("resuming: " + std::to_string(finished) + " of " + std::to_string(jobs) +
                        " statements were finished\n");
    }
  }
  size_t number = 0;
  for (const Step& step : program.steps) {
    if (g_stop_requested) return OkStatus();
    if (step.kind == Step::Kind::kOutput) {
      application_->Print(TextOf(step.output, options_.style));
      continue;
    }
    if (!step.is_select && ++number <= finished) continue;
    TRY(RunJob(program, step, number, jobs));
    if (jobs > 1 && !step.is_select) TRY(RecordFinished(program, number));
  }
  if (jobs > 1 && !g_stop_requested) {
    TRY(application_->env.disk->Remove(ProgressPath(options_.data_dir)));
  }
  return OkStatus();
}

Result<JobSpec> ProgramRunner::MakeSpec(const Program& program, const Step& step, size_t number,
                                        size_t jobs) {
  JobSpec spec;
  spec.roots = step.roots;
  spec.pipeline = program.name;
  spec.env = application_->env;
  spec.fresh = options_.fresh;
  if (step.is_select) spec.dead_letter_dir = options_.data_dir + "/dead-letters/select";
  spec.session = step.session;
  const int64_t seed = step.settings.GetLong("millrace.random-seed");
  spec.session.random_seed = seed != 0 ? static_cast<uint64_t>(seed) : EntropySeed();
  TRY_ASSIGN(spec.settings, JobSettings::From(step.settings));
  if (!step.is_select) {
    spec.data_dir = options_.data_dir;
    if (jobs > 1) spec.data_dir += "/job-" + std::to_string(number);
    TRY(application_->env.disk->CreateDirectories(spec.data_dir));
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
    context = ContextFor(*scan->table(), std::move(context), /*for_write=*/false);
    TRY_ASSIGN(auto source, scan->table()->connector->MakeSource(context));
    if (!source->bounded()) return false;
  }
  return true;
}

Status ProgramRunner::RunJob(const Program& program, const Step& step, size_t number, size_t jobs) {
  TRY_ASSIGN(JobSpec spec, MakeSpec(program, step, number, jobs));
  bool background = false;
  if (!step.is_select && jobs > 1) {
    TRY_ASSIGN(const bool bounded, IsBounded(step, spec));
    background = !bounded;
  }
  auto running = std::make_unique<RunningJob>();
  running->title = step.title;
  if (step.is_select) {
    running->rows = MakeRowWriter(options_.style, application_);
    spec.collector = running->rows.get();
  }
  auto job = Job::Create(std::move(spec));
  if (!job) return std::unexpected(std::move(job).error().With(step.title));
  running->job = *std::move(job);
  RunningJob* current = running.get();
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

/// Rows that did not go the normal way are never passed over in silence.
void ProgramRunner::SayLosses(const RunningJob& running) const {
  const JobSnapshot snapshot = running.job->Snapshot();
  const uint64_t unusable = snapshot.accounting.dead_lettered;
  std::string files;
  for (const auto& [table, path] : snapshot.dead_letter_files) {
    files += (files.empty() ? "" : ", ") + path;
  }
  if (unusable > 0) {
    application_->Say(std::to_string(unusable) + (unusable == 1 ? " record" : " records") +
                      " could not be used: see " + files + "\n");
  }
  const uint64_t late = snapshot.accounting.late;
  if (late > 0) {
    application_->Say(std::to_string(late) + (late == 1 ? " row" : " rows") +
                      " came behind the watermark, too late to count\n");
  }
}

Status ProgramRunner::Drive(RunningJob* running) {
  Status status = running->job->Run();
  running->done = true;
  if (!options_.quiet) SayLosses(*running);
  if (!status) {
    StopAll();
    return std::unexpected(std::move(status).error().With(running->title));
  }
  return status;
}

void ProgramRunner::Watch(RunningJob* running) {
  constexpr int64_t kTick = 50'000'000;
  Clock* clock = application_->env.clock;
  uint64_t rows = 0;
  int64_t last_output = clock->MonotonicNanos();
  bool stopping = false;
  while (!running->done) {
    clock->SleepNanos(kTick);
    if (g_stop_requested && !stopping) {
      stopping = true;
      if (!options_.quiet) application_->Say("stopping: draining what was read\n");
      running->job->RequestStop();
    }
    const int64_t now = clock->MonotonicNanos();
    if (options_.quiet || stopping || now - last_output < options_.silence_nanos) continue;
    const uint64_t out = running->job->Snapshot().accounting.out;
    if (out == rows) {
      application_->Say("no output for " + std::to_string((now - last_output) / 1'000'000'000) +
                        " s. Waiting for:\n");
      for (const std::string& line : running->job->DescribeWaiting()) {
        application_->Say("  " + line + "\n");
      }
    }
    rows = out;
    last_output = now;
  }
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

Result<size_t> ProgramRunner::FinishedBefore(const Program& program) const {
  const std::string path = ProgressPath(options_.data_dir);
  TRY_ASSIGN(const auto info, application_->env.disk->Stat(path));
  if (!info || options_.fresh) return 0;
  TRY_ASSIGN(const std::string text, application_->env.disk->ReadAll(path));
  const std::string wanted =
      "{\"fingerprint\":\"" + ProgramFingerprint(program) + "\",\"finished\":";
  if (!text.starts_with(wanted)) {
    return UserError("MR0804",
                     "the data directory " + options_.data_dir +
                         " holds an interrupted run of another version of this file",
                     "", "Put the file back, or give up that run with --fresh.");
  }
  return static_cast<size_t>(std::stoull(text.substr(wanted.size())));
}

Status ProgramRunner::RecordFinished(const Program& program, size_t count) {
  JsonWriter out;
  out.BeginObject().Field("fingerprint", ProgramFingerprint(program));
  out.Field("finished", count).EndObject();
  return application_->env.disk->WriteAtomic(ProgressPath(options_.data_dir),
                                             std::move(out).Finish());
}

Status ProgramRunner::WriteReport() const {
  std::vector<std::pair<std::string, JobSnapshot>> jobs;
  for (const auto& running : jobs_) jobs.emplace_back(running->title, running->job->Snapshot());
  return application_->env.disk->WriteAtomic(options_.report_path, RunReportJson(jobs) + "\n");
}

}  // namespace millrace
