// SPDX-License-Identifier: Apache-2.0
// TapSessions: who looks at which edges of the jobs of a process. A session is opened with a
// pattern and read again and again; one that is not read for ten seconds is closed, so that a
// client that went away costs nothing. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "env/clock.h"
#include "pipelines/row_filter.h"
#include "runtime/tap/tap.h"

namespace millrace {

struct TapRequest {
  std::string pattern;  // glob
  TapSide side = TapSide::kOutputs;
  std::string where;   // SQL condition; empty: every row
  size_t rows = 1000;  // most that one Read gives
};

struct TapAnswer {
  struct Edge {
    std::string job;
    TapHub::Edge description;
    std::string skipped;  // why the condition does not fit; empty: it is looked at
  };
  struct Rows {
    size_t edge = 0;  // index into edges
    Batch batch;
  };
  std::vector<Edge> edges;         // that match
  std::vector<Rows> rows;          // that passed the condition
  uint64_t seen = 0;               // rows that went by since the last Read
  uint64_t looked_at = 0;          // of these, compared with the condition
  std::vector<std::string> names;  // if nothing matches: what there is
};

class TapSessions {
 public:
  TapSessions(Clock* clock, CompilerOptions options)
      : clock_(clock), options_(std::move(options)) {}

  /// A job that runs in this process, from its start.
  void AddJob(std::string title, std::shared_ptr<TapHub> taps);

  /// MR0761: too many at once.
  Result<uint64_t> Open(const TapRequest& request);
  /// What went by since the last Read. MR0762: there is no such session (any more).
  Result<TapAnswer> Read(uint64_t session);

 private:
  struct Job {
    std::string title;
    std::shared_ptr<TapHub> taps;
  };
  struct Attached {
    std::shared_ptr<TapHub> taps;
    std::shared_ptr<TapListener> listener;
    std::map<size_t, size_t> edges;  // of the hub -> of the answer
  };
  struct Session {
    TapRequest request;
    int64_t last_read = 0;
    size_t jobs_known = 0;
    std::vector<TapAnswer::Edge> edges;
    std::vector<std::unique_ptr<RowFilter>> filters;  // by edge; null: every row
    std::vector<Attached> attached;
    size_t turn = 0;  // job to look at first
  };

  void Attach(Session* session);
  Status Collect(Session* session, const Attached& attached, TapAnswer* answer, size_t* room);
  void CloseForgotten();

  Clock* clock_;
  CompilerOptions options_;
  std::mutex mutex_;
  std::vector<Job> jobs_;
  uint64_t next_ = 1;
  std::map<uint64_t, Session> sessions_;
};

}  // namespace millrace
