// SPDX-License-Identifier: Apache-2.0
// Appends to the segmented log against a bare loop of write and fdatasync over the same bytes, with
// the same number of records per sync; then appends without syncs, and reads.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include "env/clock.h"
#include "env/disk.h"
#include "log/segment/frame.h"
#include "log/segmented_log.h"

namespace millrace {
namespace {

constexpr size_t kPayloadBytes = 200;

/// A directory of its own, gone at the end.
class Place {
 public:
  Place() {
    char path[] = "/tmp/millrace-bench-XXXXXX";
    if (mkdtemp(path) == nullptr) std::abort();
    path_ = path;
  }
  ~Place() { (void)disk_->RemoveTree(path_); }
  std::unique_ptr<SegmentedLog> Open(SyncScheduler* scheduler) {
    auto log = SegmentedLog::Open({.disk = disk_.get(),
                                   .clock = clock_.get(),
                                   .scheduler = scheduler,
                                   .directory = path_ + "/log"},
                                  {.retention_bytes = 256 << 20}, true);
    if (!log) std::abort();
    return *std::move(log);
  }
  const std::string& path() const { return path_; }

 private:
  std::unique_ptr<Disk> disk_ = MakeRealDisk();
  std::unique_ptr<Clock> clock_ = MakeSystemClock();
  std::string path_;
};

void Report(benchmark::State& state, int64_t records) {
  state.SetItemsProcessed(records);
  state.SetBytesProcessed(records * static_cast<int64_t>(kPayloadBytes));
}

/// The argument: records per sync.
void BM_LogGroups(benchmark::State& state) {
  Place place;
  SyncScheduler scheduler(0);
  const auto log = place.Open(&scheduler);
  const std::string payload(kPayloadBytes, 'x');
  const LogRecord record{.payload = payload};
  for (auto _ : state) {
    for (int64_t i = 0; i < state.range(0); ++i) {
      if (!log->Append({&record, 1}, nullptr)) state.SkipWithError("append failed");
    }
    if (!log->Sync()) state.SkipWithError("sync failed");
  }
  Report(state, state.iterations() * state.range(0));
}
BENCHMARK(BM_LogGroups)->Arg(1)->Arg(16)->Arg(256)->Arg(4096)->UseRealTime();

void BM_BareGroups(benchmark::State& state) {
  Place place;
  const int fd = open((place.path() + "/bare").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const std::string frame(kPayloadBytes + kFrameHeaderBytes, 'x');
  for (auto _ : state) {
    for (int64_t i = 0; i < state.range(0); ++i) {
      if (write(fd, frame.data(), frame.size()) < 0) state.SkipWithError("write failed");
    }
    if (fdatasync(fd) != 0) state.SkipWithError("sync failed");
  }
  close(fd);
  Report(state, state.iterations() * state.range(0));
}
BENCHMARK(BM_BareGroups)->Arg(1)->Arg(16)->Arg(256)->Arg(4096)->UseRealTime();

/// As many threads as the argument says, each waits for its own record to be durable.
void BM_LogWaitingAppenders(benchmark::State& state) {
  Place place;
  SyncScheduler scheduler(1);
  const auto log = place.Open(&scheduler);
  const std::string payload(kPayloadBytes, 'x');
  constexpr int kEach = 20;
  for (auto _ : state) {
    std::vector<std::jthread> appenders;
    for (int64_t t = 0; t < state.range(0); ++t) {
      appenders.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          const auto durable = std::make_shared<std::atomic<bool>>(false);
          const LogRecord record{.payload = payload};
          const auto appended = log->Append({&record, 1}, [durable](const Status&) {
            *durable = true;
            durable->notify_one();
          });
          if (appended) durable->wait(false);
        }
      });
    }
  }
  const int64_t records = state.iterations() * state.range(0) * kEach;
  state.counters["records_per_sync"] =
      static_cast<double>(records) / static_cast<double>(log->statistics().syncs);
  Report(state, records);
}
BENCHMARK(BM_LogWaitingAppenders)->Arg(1)->Arg(16)->Arg(128)->UseRealTime()->MinTime(1);

/// The argument: records per append; nothing is synced but full segments.
void BM_LogWithoutSync(benchmark::State& state) {
  Place place;
  SyncScheduler scheduler(0);
  const auto log = place.Open(&scheduler);
  const std::string payload(kPayloadBytes, 'x');
  const std::vector<LogRecord> batch(static_cast<size_t>(state.range(0)), {.payload = payload});
  for (auto _ : state) {
    if (!log->Append(batch, nullptr)) state.SkipWithError("append failed");
  }
  Report(state, state.iterations() * state.range(0));
}
BENCHMARK(BM_LogWithoutSync)->Arg(1)->Arg(1000)->Iterations(2000);

void BM_BareWithoutSync(benchmark::State& state) {
  Place place;
  const int fd = open((place.path() + "/bare").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const std::string frames(
      static_cast<size_t>(state.range(0)) * (kPayloadBytes + kFrameHeaderBytes), 'x');
  for (auto _ : state) {
    if (write(fd, frames.data(), frames.size()) < 0) state.SkipWithError("write failed");
  }
  close(fd);
  Report(state, state.iterations() * state.range(0));
}
BENCHMARK(BM_BareWithoutSync)->Arg(1)->Arg(1000)->Iterations(2000);

void BM_LogRead(benchmark::State& state) {
  Place place;
  SyncScheduler scheduler(0);
  const auto log = place.Open(&scheduler);
  const std::string payload(kPayloadBytes, 'x');
  const std::vector<LogRecord> batch(1000, {.payload = payload});
  for (int i = 0; i < 200; ++i) {
    if (!log->Append(batch, nullptr)) state.SkipWithError("append failed");
  }
  int64_t records = 0;
  int64_t at = 0;
  for (auto _ : state) {
    const auto chunk = log->Read(at, {});
    records += static_cast<int64_t>(chunk->entries.size());
    at = chunk->next_offset == log->end_offset() ? 0 : chunk->next_offset;
  }
  Report(state, records);
}
BENCHMARK(BM_LogRead);

}  // namespace
}  // namespace millrace

BENCHMARK_MAIN();
