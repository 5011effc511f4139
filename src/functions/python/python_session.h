// SPDX-License-Identifier: Apache-2.0
// PythonSession: one worker process, started when it is asked first and again after it was lost.
// The functions of one thread with equal settings share one. It belongs to the thread that made it:
// who may be called by another one later asks for it (OfThisThread) each time.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "env/child_process.h"

namespace millrace {

struct PythonSettings {
  std::string executable = "python3";
  std::vector<std::string> paths;  // for imports, before those of Python
  int64_t timeout_ms = 10'000;     // without a sign of life
  uint64_t memory_max = 0;         // 0: no limit
  int64_t batch_rows = 1000;       // of one request
  int64_t losses_max = 16;         // of workers, for the rows of one batch
  auto operator<=>(const PythonSettings&) const = default;
};

struct PythonDescription {
  enum class Kind { kScalar, kTable, kAggregate } kind = Kind::kScalar;
  std::string result;               // SQL type; empty: the module does not say
  std::vector<std::string> inputs;  // SQL types; empty: it does not say
  size_t least = 0;                 // arguments
  size_t most = 0;
  bool deterministic = true;
  bool whole_batches = false;  // takes Arrow arrays
  bool retracts = false;
  bool merges = false;
};

class PythonSession {
 public:
  struct Answer {
    enum class Kind {
      kDone,
      kFailed,  // the request as a whole; `text` is the traceback
      kLost,    // the worker ended or was too slow; `text` says which
    } kind = Kind::kDone;
    std::string text;
    std::string body;
    uint64_t row = 0;  // kLost: the row at work, from 1; 0: none
  };

  PythonSession(ProcessLauncher* launcher, PythonSettings settings)
      : launcher_(launcher), settings_(std::move(settings)) {}

  static std::shared_ptr<PythonSession> OfThisThread(ProcessLauncher* launcher,
                                                     const PythonSettings& settings);

  /// Fails with MR0333 if there is no such Python, it lacks pyarrow, or the function cannot be
  /// loaded.
  Result<PythonDescription> Load(const std::string& function);
  /// `what` is the "do" of the request, `more` further members of its JSON header. The error is
  /// that of Load.
  Result<Answer> Ask(std::string_view what, const std::string& function,
                     const std::vector<std::string>& streams, std::string_view more = {});

  int64_t waited_ns() const { return waited_ns_ + (child_ ? child_->waited_ns() : 0); }

 private:
  Status Start();
  Answer Exchange(std::string_view header, const std::vector<std::string>& streams);
  Answer ReadAnswer();
  Answer Lose(ChildProcess::Talk talk);

  ProcessLauncher* launcher_;
  PythonSettings settings_;
  std::unique_ptr<ChildProcess> child_;
  std::map<std::string, PythonDescription> loaded_;
  int64_t waited_ns_ = 0;
};

}  // namespace millrace
