// SPDX-License-Identifier: Apache-2.0
// Whole jobs from a seed: random pipeline, input, sizes and scheduling, power loss at random
// moments, the same job started again at another parallelism. The files must be those of an
// undisturbed run. The message of a failure names its seed, which draws the same scenario again.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "simulation/simulated_world.h"

namespace millrace {
namespace {

constexpr uint64_t kSeeds = 500;
constexpr uint64_t kForever = UINT64_MAX;

struct Outcome {
  std::vector<std::string> lines;
  uint64_t trace = 0;
  uint64_t crashes = 0;
  std::string error;
};

/// The job of a seed with crashes, then to its end.
Outcome RunWithCrashes(const Scenario& scenario, uint64_t seed, uint64_t undisturbed_steps) {
  SimulatedWorld world(scenario, seed);
  auto random = MakeRandom(seed + 1);
  Outcome outcome;
  const uint64_t crashes = random->Next() % 6;
  for (uint64_t i = 0; i < crashes && world.error().empty(); ++i) {
    const int parallelism = 1 + static_cast<int>(random->Next() % 4);
    // Some runs come to their end before they are hit; then the next one starts afresh.
    const uint64_t steps = 1 + random->Next() % std::max<uint64_t>(1, undisturbed_steps);
    if (world.Run(parallelism, steps)) {
      outcome.lines = world.Output();
      outcome.trace = world.trace();
      return outcome;
    }
    ++outcome.crashes;
  }
  if (world.error().empty()) world.Run(1 + static_cast<int>(random->Next() % 4), kForever);
  outcome.lines = world.Output();
  outcome.trace = world.trace();
  outcome.error = world.error();
  return outcome;
}

/// "missing 2: a, b; extra 1: c", at most five of each; empty when equal. Both are sorted.
std::string Difference(const std::vector<std::string>& expected,
                       const std::vector<std::string>& found) {
  const auto describe = [](const char* what, const std::vector<std::string>& lines) {
    if (lines.empty()) return std::string();
    std::string text = std::string(what) + " " + std::to_string(lines.size()) + ":";
    for (size_t i = 0; i < std::min<size_t>(lines.size(), 5); ++i) text += " " + lines[i];
    return text + "; ";
  };
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  std::ranges::set_difference(expected, found, std::back_inserter(missing));
  std::ranges::set_difference(found, expected, std::back_inserter(extra));
  return describe("missing", missing) + describe("extra", extra);
}

TEST(Simulation, CrashedRunsEndLikeUndisturbedOnes) {
  uint64_t crashes = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    auto random = MakeRandom(seed);
    const Scenario scenario = DrawScenario(random.get());
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + scenario.ToString());
    SimulatedWorld undisturbed(scenario, seed);
    ASSERT_TRUE(undisturbed.Run(2, kForever)) << undisturbed.error();
    const Outcome outcome = RunWithCrashes(scenario, seed, undisturbed.steps_taken());
    ASSERT_EQ(outcome.error, "");
    ASSERT_EQ(Difference(undisturbed.Output(), outcome.lines), "");
    crashes += outcome.crashes;
  }
  EXPECT_GT(crashes, kSeeds) << "the seeds hardly disturb anything";
}

TEST(Simulation, TheSameSeedTakesTheSameDecisions) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    auto random = MakeRandom(seed);
    const Scenario scenario = DrawScenario(random.get());
    const Outcome first = RunWithCrashes(scenario, seed, 2000);
    const Outcome second = RunWithCrashes(scenario, seed, 2000);
    EXPECT_EQ(first.trace, second.trace) << "seed " << seed;
    EXPECT_EQ(first.lines, second.lines) << "seed " << seed;
  }
}

// Every operator with keyed state: half, power loss, another parallelism, half, ... the end.
TEST(Simulation, EveryQueryGoesOnUnderAnyParallelism) {
  for (size_t query = 0; query < QueryCount(); ++query) {
    for (uint64_t seed = 1; seed <= 6; ++seed) {
      Scenario scenario{.pipeline = Scenario::Pipeline::kQuery,
                        .query = query,
                        .splits = 3,
                        .rows_per_split = 120,
                        .keys = 17,
                        .batch_rows_max = 7,
                        .exchange_capacity = 2,
                        .interval_ms = 1,
                        .gather_bytes = seed % 2 == 0 ? 1u : 1u << 20};
      SCOPED_TRACE("seed " + std::to_string(seed) + ": " + std::string(QueryText(query)));
      SimulatedWorld undisturbed(scenario, seed);
      ASSERT_TRUE(undisturbed.Run(1, kForever)) << undisturbed.error();
      ASSERT_GT(undisturbed.Output().size(), 10u);
      SimulatedWorld world(scenario, seed);
      uint64_t runs = 0;
      for (const int parallelism : {1, 2, 4, 1, 3}) {
        if (world.Run(parallelism, undisturbed.steps_taken() / 3)) break;
        ASSERT_EQ(world.error(), "");
        ++runs;
      }
      ASSERT_GE(runs, 2u) << "it was hardly disturbed";
      if (runs == 5) ASSERT_TRUE(world.Run(2, kForever)) << world.error();
      ASSERT_EQ(Difference(undisturbed.Output(), world.Output()), "");
    }
  }
}

// If the checks above could not fail, a job that forgets its output would pass too.
TEST(Simulation, ALostFileIsSeen) {
  Scenario scenario;
  SimulatedWorld world(scenario, 1);
  ASSERT_TRUE(world.Run(1, kForever)) << world.error();
  EXPECT_EQ(world.Output().size(), 100u) << "80 rows and 20 dead letters";
  SimulatedWorld interrupted(scenario, 1);
  EXPECT_FALSE(interrupted.Run(1, 3));
  EXPECT_TRUE(interrupted.Output().empty());
}

}  // namespace
}  // namespace millrace
