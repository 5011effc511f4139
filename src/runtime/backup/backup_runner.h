// SPDX-License-Identifier: Apache-2.0
// BackupRunner: makes a backup every so often, beside a job, on a thread of its own. What goes
// wrong is said once, tried again with growing pauses, and never stops the job; how old the newest
// whole backup is can be asked at any time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "env/background_thread.h"
#include "runtime/backup/backup_writer.h"

namespace millrace {

struct BackupStatus {
  bool enabled = false;
  std::string url;
  std::optional<uint64_t> epoch;  // of the newest one that this process made
  int64_t age_nanos = 0;          // since all that was durable was in it, or since the start
  uint64_t bytes = 0;             // that it names
  uint64_t uploaded_bytes = 0;    // by this process
  uint64_t made = 0;
  uint64_t failures = 0;
  std::string trouble;  // why the last attempt failed; empty: it did not
};

class BackupRunner {
 public:
  struct Settings {
    int64_t interval_nanos = 0;
    size_t retained = 1;
    std::function<void(const std::string&)> notice;
  };

  /// Without background threads of the environment backups are made by MakeNow alone.
  BackupRunner(BackupSource source, std::unique_ptr<ObjectStore> store, Settings settings);
  /// Gives up what is being uploaded.
  ~BackupRunner();

  /// The last one, when the job has come to its end. Not beside the thread: ends it first.
  void Finish();
  Status MakeNow();
  BackupStatus status() const;

 private:
  void Work();
  void Stop();
  void Note(const Result<std::optional<BackupWriter::Made>>& made, int64_t began);

  Clock* clock_;
  Settings settings_;
  std::atomic<bool> stopping_{false};
  BackupWriter writer_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  BackupStatus status_;
  int64_t current_at_ = 0;  // when everything of then was in the newest backup
  std::unique_ptr<BackgroundThread> thread_;
};

}  // namespace millrace
