// SPDX-License-Identifier: Apache-2.0
#include "simulation/program/campaign.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <new>
#include <vector>

#include "base/mutant.h"
#include "simulation/program/mutants.h"
#include "simulation/world/life.h"

namespace millrace {

#ifdef MILLRACE_MUTANTS
std::string_view planted_mutant;
#endif

namespace {

constexpr unsigned kSecondsPerLife = 120;
constexpr uint64_t kSeedsPerRepetition = 16;  // one in so many runs twice
constexpr int kMutantsAtLeast = 40;

/// What a process tells the one that started it, in memory that both see.
struct Told {
  std::atomic<uint64_t> seed{0};  // at work
  std::atomic<uint64_t> lives{0};
  std::atomic<uint64_t> processes{0};
  std::atomic<uint64_t> deaths{0};
  std::atomic<uint64_t> steps{0};
  std::atomic<int64_t> nanos{0};
  std::array<std::atomic<uint64_t>, kFaults> fired{};
  std::array<char, 1500> violation{};
};

struct Board {
  std::atomic<uint64_t> next{0};
  std::atomic<bool> stop{false};
  std::array<Told, 64> told;
};

Board* MakeBoard() {
  void* const memory =
      mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : new (memory) Board;
}

void Tell(Told* told, const std::string& violation) {
  std::strncpy(told->violation.data(), violation.c_str(), told->violation.size() - 1);
}

/// The life of a seed; false after a violation.
bool LiveOne(uint64_t seed, bool twice, Told* told) {
  told->seed = seed;
  alarm(kSecondsPerLife);
  const Scenario scenario = DrawScenario(seed);
  const LifeReport report = Live(scenario);
  std::string violation = report.violation;
  if (violation.empty() && twice && Live(scenario).trace != report.trace) {
    violation = "a second run of the seed took other decisions";
  }
  alarm(0);
  ++told->lives;
  told->processes += report.processes;
  told->deaths += report.deaths;
  told->steps += report.steps;
  told->nanos += report.nanos;
  for (size_t i = 0; i < kFaults; ++i) told->fired[i] += report.fired[i];
  if (violation.empty()) return true;
  Tell(told, violation);
  return false;
}

pid_t Start(const std::function<void()>& work) {
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid != 0) return pid;
  work();
  std::fflush(nullptr);
  _exit(0);
}

/// The violation a process told, or how it ended.
std::string Outcome(const Told& told, int status) {
  if (told.violation[0] != 0) return told.violation.data();
  if (!WIFSIGNALED(status)) return {};
  return WTERMSIG(status) == SIGALRM
             ? "it hangs"
             : "the process ended by signal " + std::to_string(WTERMSIG(status));
}

/// The next process of ours that ended, among those by id.
pid_t Await(int* status) {
  pid_t pid = -1;
  do pid = wait(status);
  while (pid < 0 && errno == EINTR);
  return pid;
}

int Summarize(const Board& board, size_t workers) {
  LifeReport sum;
  uint64_t lives = 0;
  for (size_t i = 0; i < workers; ++i) {
    const Told& told = board.told[i];
    lives += told.lives;
    sum.processes += told.processes;
    sum.deaths += told.deaths;
    sum.steps += told.steps;
    sum.nanos += told.nanos;
    for (size_t fault = 0; fault < kFaults; ++fault) sum.fired[fault] += told.fired[fault];
  }
  std::printf("%llu lives of %llu processes, %llu of which died; %llu steps, %.1f virtual hours\n",
              static_cast<unsigned long long>(lives),
              static_cast<unsigned long long>(sum.processes),
              static_cast<unsigned long long>(sum.deaths),
              static_cast<unsigned long long>(sum.steps), static_cast<double>(sum.nanos) / 3.6e12);
  int code = 0;
  for (size_t fault = 0; fault < kFaults; ++fault) {
    const auto count = static_cast<unsigned long long>(sum.fired[fault]);
    std::printf("  %10llu %s\n", count, std::string(NameOf(static_cast<Fault>(fault))).c_str());
    if (count == 0) code = 1;
  }
  if (code != 0) std::printf("a fault never fired: the seeds are too few, or it is out of reach\n");
  return code;
}

}  // namespace

int RunCampaign(const Campaign& campaign) {
  Board* const board = MakeBoard();
  if (board == nullptr) return 3;
  board->next = campaign.from;
  const auto workers = static_cast<size_t>(std::clamp(campaign.jobs, 1, 64));
  std::map<pid_t, size_t> running;
  const auto start = [&](size_t place) {
    const pid_t pid = Start([&, told = &board->told[place]] {
      while (!board->stop) {
        const uint64_t seed = board->next++;
        if (seed >= campaign.from + campaign.seeds) return;
        if (!LiveOne(seed, seed % kSeedsPerRepetition == 0, told)) return;
      }
    });
    running[pid] = place;
  };
  for (size_t i = 0; i < workers; ++i) start(i);
  uint64_t violations = 0;
  while (!running.empty()) {
    int status = 0;
    const auto found = running.find(Await(&status));
    if (found == running.end()) return 3;
    const size_t place = found->second;
    Told& told = board->told[place];
    running.erase(found);
    const std::string outcome = Outcome(told, status);
    if (outcome.empty()) continue;
    ++violations;
    const uint64_t seed = told.seed;
    std::printf("seed %llu: %s\n  %s\n", static_cast<unsigned long long>(seed), outcome.c_str(),
                DrawScenario(seed).ToString().c_str());
    std::printf("  again: make simulate SEED=%llu\n", static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    told.violation[0] = 0;
    if (campaign.all) {
      start(place);
    } else {
      board->stop = true;
    }
  }
  const int code = Summarize(*board, workers);
  if (campaign.all) std::printf("%llu violations\n", static_cast<unsigned long long>(violations));
  return violations > 0 ? 1 : code;
}

int RunOne(uint64_t seed, const std::string& mutant) {
#ifdef MILLRACE_MUTANTS
  planted_mutant = mutant;
#else
  (void)mutant;
#endif
  const Scenario scenario = DrawScenario(seed);
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed),
              scenario.ToString().c_str());
  const LifeReport report = Live(scenario);
  std::printf("%s", report.story.c_str());
  std::printf(
      "%llu processes, %llu died, %llu steps, %.3f virtual seconds, trace %016llx\n",
      static_cast<unsigned long long>(report.processes),
      static_cast<unsigned long long>(report.deaths), static_cast<unsigned long long>(report.steps),
      static_cast<double>(report.nanos) / 1e9, static_cast<unsigned long long>(report.trace));
  std::printf("%s\n", report.violation.empty() ? "no violation" : report.violation.c_str());
  return report.violation.empty() ? 0 : 1;
}

#ifdef MILLRACE_MUTANTS

int RunMutants(const Campaign& campaign) {
  Board* const board = MakeBoard();
  if (board == nullptr) return 3;
  std::vector<Mutant> mutants;
  for (const Mutant& mutant : Mutants()) {
    if (campaign.only.empty() || mutant.name == campaign.only) mutants.push_back(mutant);
  }
  const auto workers = static_cast<size_t>(std::clamp(campaign.jobs, 1, 64));
  std::map<pid_t, std::pair<size_t, size_t>> running;  // place on the board, mutant
  std::vector<size_t> free_places;
  for (size_t i = 0; i < workers; ++i) free_places.push_back(i);
  size_t next = 0;
  size_t caught = 0;
  while (next < mutants.size() || !running.empty()) {
    if (next < mutants.size() && !free_places.empty()) {
      const size_t place = free_places.back();
      free_places.pop_back();
      Told* const told = new (&board->told[place]) Told;
      const pid_t pid = Start([&, told] {
        planted_mutant = mutants[next].name;
        for (uint64_t i = 0; i < campaign.seeds; ++i) {
          if (!LiveOne(campaign.from + i, /*twice=*/false, told)) return;
        }
      });
      running[pid] = {place, next++};
      continue;
    }
    int status = 0;
    const auto found = running.find(Await(&status));
    if (found == running.end()) return 3;
    const auto [place, index] = found->second;
    running.erase(found);
    free_places.push_back(place);
    const Told& told = board->told[place];
    const std::string outcome = Outcome(told, status);
    const std::string name(mutants[index].name);
    if (outcome.empty()) {
      std::printf("SURVIVED  %s: %s\n", name.c_str(), std::string(mutants[index].what).c_str());
      continue;
    }
    ++caught;
    std::printf("caught by seed %llu: %s (%s)\n    %.160s\n",
                static_cast<unsigned long long>(told.seed.load()), name.c_str(),
                std::string(mutants[index].what).c_str(), outcome.c_str());
  }
  std::printf("%zu of %zu planted mistakes caught\n", caught, mutants.size());
  const bool enough = !campaign.only.empty() || mutants.size() >= kMutantsAtLeast;
  return caught == mutants.size() && enough ? 0 : 1;
}

#else

int RunMutants(const Campaign&) {
  std::fprintf(stderr, "this program has no planted mistakes: use `make mutants`\n");
  return 2;
}

#endif

}  // namespace millrace
