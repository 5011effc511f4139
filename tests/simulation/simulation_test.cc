// SPDX-License-Identifier: Apache-2.0
// Whole pipelines from a seed (docs/internals/simulation.md). The message of a failure names its
// seed; `make simulate SEED=n` runs it again.
#include <gtest/gtest.h>

#include "simulation/world/life.h"
#include "simulation/world/query.h"

namespace millrace {
namespace {

constexpr uint64_t kSeeds = 400;

TEST(Simulation, EveryLifeEndsWithTheOutputOfTheOracle) {
  uint64_t deaths = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Scenario scenario = DrawScenario(seed);
    const LifeReport report = Live(scenario);
    ASSERT_EQ(report.violation, "") << "seed " << seed << ": " << scenario.ToString();
    deaths += report.deaths;
  }
  EXPECT_GT(deaths, kSeeds / 2) << "the seeds hardly disturb anything";
}

/// Lives that have shown a mistake: sessions that came back from the disk when they were over;
/// small batches without end in one call of a join whose condition lets hardly a pair through.
TEST(Simulation, LivesThatWentWrongBefore) {
  for (const uint64_t seed : {11671, 11964, 18021, 19213, 8021, 15391}) {
    const Scenario scenario = DrawScenario(seed);
    ASSERT_EQ(Live(scenario).violation, "") << "seed " << seed << ": " << scenario.ToString();
  }
}

TEST(Simulation, TheSameSeedIsTheSameLife) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    const Scenario scenario = DrawScenario(seed);
    EXPECT_EQ(Live(scenario).trace, Live(scenario).trace) << "seed " << seed;
  }
}

// Every operator with keyed state: half, power loss, another parallelism, half, ... the end.
TEST(Simulation, EveryQueryGoesOnUnderAnyParallelism) {
  for (size_t query = 0; query < Queries().size(); ++query) {
    for (uint64_t seed = 1; seed <= 6; ++seed) {
      Scenario scenario{.seed = seed,
                        .query = query,
                        .splits = 3,
                        .rows_per_split = 120,
                        .keys = 17,
                        .batch_rows_max = 7,
                        .exchange_capacity = 2,
                        .interval_ms = 1,
                        .gather_bytes = seed % 2 == 0 ? 1u : 1u << 20,
                        .deaths = 5};
      for (const Fault fault : {Fault::kPowerLoss, Fault::kKill, Fault::kRescale}) {
        scenario.faults[static_cast<size_t>(fault)] = true;
      }
      const LifeReport report = Live(scenario);
      ASSERT_EQ(report.violation, "") << "seed " << seed << ": " << scenario.ToString();
    }
  }
}

// If the checks could not fail, a job that forgets its output would pass, too.
TEST(Simulation, TheOracleKnowsWhatIsMissing) {
  OracleInput input{.splits = {{{.k = 1, .v = 2, .ts_ms = 3000}, {.k = 1, .v = 5, .ts_ms = 9000}}}};
  const Expected expected = QueryAt(0).expect(input);
  ASSERT_EQ(expected.rows.size(), 1u);
  EXPECT_EQ(LineOf(expected.rows[0]), "+I[1, 2, 500]");
  EXPECT_EQ(expected.failed, std::vector<int64_t>{5});
}

}  // namespace
}  // namespace millrace
