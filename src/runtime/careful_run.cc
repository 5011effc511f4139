// SPDX-License-Identifier: Apache-2.0
#include "runtime/careful_run.h"

#include <algorithm>

#include "base/time_units.h"

namespace millrace {
namespace {

/// A careful run is many times slower, and what killed the process lies close to where it began.
constexpr int64_t kCareNanos = 10'000 * kMilli;
constexpr int64_t kIdleNanosMax = 5 * kMilli;

/// One thread steps all parts in turn.
class CarefulRun {
 public:
  explicit CarefulRun(JobState* job) : job_(*job) {}

  void Run() {
    const int64_t end = Now() + kCareNanos;
    job_.control.reader = JobControl::kNobody;
    int idle = 0;  // turns in a row in which nobody had a record
    while (StepAll()) {
      if (busy_) {
        idle = 0;
        continue;
      }
      job_.quarantine->Done();
      if (Now() >= end) break;
      if (++idle > job_.control.shards()) Wait();
      job_.control.reader = turn_++ % job_.control.shards();
    }
    job_.control.reader = JobControl::kEverybody;
  }

 private:
  /// False once all parts are done.
  bool StepAll() {
    bool done = true;
    busy_ = false;
    wake_at_ = Now() + kIdleNanosMax;
    const auto look = [&](const StepResult& result) {
      done &= result.progress == Progress::kDone;
      busy_ |= result.progress == Progress::kBusy;
      if (result.progress == Progress::kIdle) wake_at_ = std::min(wake_at_, result.wake_at);
    };
    for (auto& shard : job_.shards) look(shard->Step());
    look(job_.coordinator->Step());
    return !done;
  }

  void Wait() {
    const int64_t nanos = std::max(kMilli / 10, wake_at_ - Now());
    job_.spec.env.clock->SleepNanos(nanos);
  }

  int64_t Now() const { return job_.spec.env.clock->MonotonicNanos(); }

  JobState& job_;
  bool busy_ = false;
  int64_t wake_at_ = 0;
  int turn_ = 0;
};

void Say(const JobState& job, const std::string& line) {
  if (job.spec.notice) job.spec.notice(line);
}

}  // namespace

Status StartQuarantine(JobState* job, const StartPoint& start) {
  const JobSpec& spec = job->spec;
  const bool simulated = spec.env.background == nullptr;
  if (spec.data_dir.empty() || simulated || spec.settings.quarantine_deaths == 0) {
    return OkStatus();
  }
  job->quarantine = std::make_unique<Quarantine>(
      Quarantine::Settings{.disk = spec.env.disk,
                           .clock = spec.env.clock,
                           .data_dir = spec.data_dir,
                           .deaths_max = spec.settings.quarantine_deaths});
  TRY(job->quarantine->Start(start.manifest.epoch, start.mode == StartPoint::Mode::kResume));
  if (const auto& added = job->quarantine->added()) {
    Say(*job, "the process died again and again at one record of table " + added->table + " (" +
                  added->split + ", " + std::to_string(added->number) +
                  "): it is put aside as a dead letter");
  }
  if (job->quarantine->wants_care()) Say(*job, CareText(*job));
  return OkStatus();
}

void RunCarefully(JobState* job) {
  if (job->quarantine == nullptr || !job->quarantine->wants_care()) return;
  job->quarantine->SetCareful(true);
  CarefulRun(job).Run();
  job->quarantine->SetCareful(false);
}

std::string CareText(const JobState& job) {
  const Quarantine* quarantine = job.quarantine.get();
  if (quarantine == nullptr || !quarantine->wants_care()) return {};
  const int deaths = quarantine->deaths();
  return "the process died " + (deaths == 1 ? "once" : std::to_string(deaths) + " times in a row") +
         " soon after its start: for a while records go through one by one, to find the one it "
         "dies at";
}

}  // namespace millrace
