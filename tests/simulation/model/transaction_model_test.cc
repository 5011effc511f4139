// SPDX-License-Identifier: Apache-2.0
// The protocol of transactions and epochs, before any code of it: the right order survives all
// seeds, and each planted mistake is caught by few. MILLRACE_MODEL_SEEDS runs more of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "simulation/model/transaction_model.h"

namespace millrace::model {
namespace {

constexpr uint64_t kSeeds = 10000;
constexpr uint64_t kSeedsPerMistake = 4000;

uint64_t Seeds() {
  const char* text = std::getenv("MILLRACE_MODEL_SEEDS");
  return text == nullptr ? kSeeds : std::stoull(text);
}

TEST(TransactionModel, TheRightOrderLosesAndRepeatsNothing) {
  ModelResult all;
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    const ModelResult result = RunTransactionModel(seed, Mistake::kNone);
    ASSERT_EQ(result.violation, "") << "seed " << seed;
    all.steps += result.steps;
    all.crashes += result.crashes;
    all.restarts += result.restarts;
    all.fenced += result.fenced;
    all.unclear += result.unclear;
    all.commits += result.commits;
  }
  // Each of these must have been met often, or the seeds show nothing.
  EXPECT_GT(all.crashes, Seeds());
  EXPECT_GT(all.restarts, Seeds() / 10);
  EXPECT_GT(all.fenced, Seeds() / 10);
  EXPECT_GT(all.unclear, Seeds() / 10);
  RecordProperty("seeds", std::to_string(Seeds()));
  RecordProperty("steps", std::to_string(all.steps));
  RecordProperty("commits", std::to_string(all.commits));
  std::printf(
      "%llu seeds, %llu steps, %llu commits, %llu crashes, %llu restarts, %llu unclear\n",
      static_cast<unsigned long long>(Seeds()), static_cast<unsigned long long>(all.steps),
      static_cast<unsigned long long>(all.commits), static_cast<unsigned long long>(all.crashes),
      static_cast<unsigned long long>(all.restarts), static_cast<unsigned long long>(all.unclear));
}

TEST(TransactionModel, TheSameSeedIsTheSameLife) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    EXPECT_EQ(RunTransactionModel(seed, Mistake::kNone).trace,
              RunTransactionModel(seed, Mistake::kNone).trace)
        << "seed " << seed;
  }
}

class PlantedMistake : public testing::TestWithParam<int> {};

TEST_P(PlantedMistake, IsCaught) {
  const auto mistake = static_cast<Mistake>(GetParam());
  for (uint64_t seed = 1; seed <= kSeedsPerMistake; ++seed) {
    const ModelResult result = RunTransactionModel(seed, mistake);
    if (result.violation.empty()) continue;
    std::printf("%s: seed %llu, %s\n", std::string(NameOf(mistake)).c_str(),
                static_cast<unsigned long long>(seed), result.violation.c_str());
    return;
  }
  FAIL() << NameOf(mistake) << ": not seen in " << kSeedsPerMistake << " seeds";
}

INSTANTIATE_TEST_SUITE_P(All, PlantedMistake, testing::Range(1, static_cast<int>(Mistake::kCount)),
                         [](const testing::TestParamInfo<int>& info) {
                           std::string name;
                           for (const char c : NameOf(static_cast<Mistake>(info.param))) {
                             if (c == ' ') name += '_';
                             if (c >= 'a' && c <= 'z') name += c;
                           }
                           return name;
                         });

}  // namespace
}  // namespace millrace::model
