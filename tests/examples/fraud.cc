// SPDX-License-Identifier: Apache-2.0
// The fraud example, as a user starts it, with few payments: both runs end, every payment is
// decided once, each webhook has a good signature. And it trains on the features that it serves.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "env/disk.h"

namespace millrace {
namespace {

std::string Features(const std::string& file) {
  auto text = MakeRealDisk()->ReadAll("examples/fraud/" + file);
  if (!text) return "cannot read " + file;
  const size_t begin = text->find("-- <features>");
  const size_t end = text->find("-- </features>");
  return begin < end && end != std::string::npos ? text->substr(begin, end - begin)
                                                 : "no features in " + file;
}

TEST(FraudExample, TrainsOnTheFeaturesItServes) {
  EXPECT_EQ(Features("features.sql"), Features("pipeline.sql"));
  EXPECT_NE(Features("features.sql").find("CREATE VIEW features AS"), std::string::npos);
}

/// The program that was built beside this test.
std::string Program() {
  std::array<char, 4096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
  const std::string test(path.data(), length > 0 ? static_cast<size_t>(length) : 0);
  return test.substr(0, test.rfind('/')) + "/millrace";
}

struct Outcome {
  int status = -1;
  std::string output;
};

Outcome Shell(const std::string& command) {
  Outcome outcome;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> part{};
  size_t size = 0;
  while ((size = fread(part.data(), 1, part.size(), pipe)) > 0) {
    outcome.output.append(part.data(), size);
  }
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

class FraudDemo : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/millrace_fraud_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
  }
  void TearDown() override { (void)MakeRealDisk()->RemoveTree(folder_); }
  std::string folder_;
};

TEST_F(FraudDemo, RunsFromPaymentsToActions) {
  const Outcome demo = Shell("FRAUD_PAYMENTS=5000 FRAUD_WORK=" + folder_ +
                             " MILLRACE=" + Program() + " examples/fraud/demo.sh");
  EXPECT_EQ(demo.status, 0) << demo.output;
  for (const char* part :
       {"5000 payments of", "== Latency at", "end to end", "to the webhook", "== Throughput",
        " 0 dead letters", "precision", " 0 refused, 0 repeated", "/out/decisions: 1 file(s)"}) {
    EXPECT_NE(demo.output.find(part), std::string::npos) << part << " is not in:\n" << demo.output;
  }
}

TEST_F(FraudDemo, FeaturesAreCompleteAndOncePerPayment) {
  const Outcome run = Shell("python3 examples/fraud/generate.py " + folder_ +
                            " --transactions 3000 --seed 5 && root=$PWD && cd " + folder_ + " && " +
                            Program() + " run \"$root/examples/fraud/features.sql\" && " +
                            "cat features/* | cut -d, -f1 | sort -u | wc -l && " +
                            "cut -d: -f2 transactions.json | sort -u | wc -l && " +
                            "cat features/* | wc -l && cat features/* | grep -c ',,' ; true");
  const size_t made = run.output.find("merchants");
  ASSERT_NE(made, std::string::npos) << run.output;
  // Distinct features, distinct payments, features, and features with a NULL in them.
  const std::string numbers = run.output.substr(run.output.find('\n', made) + 1);
  int distinct = 0;
  int payments = 0;
  int features = 0;
  int holes = -1;
  ASSERT_EQ(sscanf(numbers.c_str(), "%d %d %d %d", &distinct, &payments, &features, &holes), 4)
      << run.output;
  EXPECT_GT(payments, 2900);
  EXPECT_EQ(distinct, payments);
  EXPECT_EQ(features, payments);
  EXPECT_EQ(holes, 0);
}

}  // namespace
}  // namespace millrace
