// SPDX-License-Identifier: Apache-2.0
#include "runtime/backup/backup_runner.h"

#include <algorithm>
#include <chrono>

#include "base/time_units.h"

namespace millrace {
namespace {

constexpr int64_t kRetryNanosMin = kSecond;
constexpr int64_t kRetryNanosMax = 60 * kSecond;

}  // namespace

BackupRunner::BackupRunner(BackupSource source, std::unique_ptr<ObjectStore> store,
                           Settings settings)
    : clock_(source.env.clock),
      settings_(std::move(settings)),
      writer_(source, std::move(store), settings_.retained, &stopping_),
      current_at_(clock_->MonotonicNanos()) {
  status_.enabled = true;
  status_.url = writer_.url();
  if (source.env.background != nullptr) {
    thread_ = std::make_unique<BackgroundThread>([this] { Work(); });
  }
}

BackupRunner::~BackupRunner() { Stop(); }

void BackupRunner::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.reset();
}

void BackupRunner::Work() {
  int64_t pause = settings_.interval_nanos;
  int64_t retry = 0;
  std::unique_lock lock(mutex_);
  while (
      !wake_.wait_for(lock, std::chrono::nanoseconds(pause), [this] { return stopping_.load(); })) {
    lock.unlock();
    const Status made = MakeNow();
    lock.lock();
    retry = made ? 0 : std::clamp(retry * 2, kRetryNanosMin, kRetryNanosMax);
    pause = made ? settings_.interval_nanos : retry;
  }
}

Status BackupRunner::MakeNow() {
  const int64_t began = clock_->MonotonicNanos();
  const auto made = writer_.Make();
  if (!made && stopping_) return std::unexpected(made.error());
  Note(made, began);
  if (!made) return std::unexpected(made.error());
  return OkStatus();
}

void BackupRunner::Note(const Result<std::optional<BackupWriter::Made>>& made, int64_t began) {
  std::string said;
  {
    const std::lock_guard lock(mutex_);
    status_.uploaded_bytes = writer_.uploaded_bytes();
    if (!made) {
      ++status_.failures;
      const Error& error = made.error();
      std::string trouble = error.message + (error.detail.empty() ? "" : ": " + error.detail);
      if (status_.trouble.empty()) {
        said = "no backup could be made, it is tried again: " + trouble;
      }
      status_.trouble = std::move(trouble);
    } else {
      if (!status_.trouble.empty()) said = "backups are made again in " + status_.url;
      status_.trouble.clear();
      if (*made) {
        current_at_ = began;
        status_.epoch = (*made)->epoch;
        status_.bytes = (*made)->bytes;
        status_.made += (*made)->changed ? 1 : 0;
      }
    }
  }
  if (!said.empty() && settings_.notice) settings_.notice(said);
}

void BackupRunner::Finish() {
  Stop();
  stopping_ = false;
  (void)MakeNow();  // an error is noted
}

BackupStatus BackupRunner::status() const {
  const std::lock_guard lock(mutex_);
  BackupStatus status = status_;
  status.age_nanos = clock_->MonotonicNanos() - current_at_;
  return status;
}

}  // namespace millrace
