// SPDX-License-Identifier: Apache-2.0
#include "cli/output/budget_remark.h"

#include <gtest/gtest.h>

#include "base/time_units.h"

namespace millrace {
namespace {

/// A job with one sink; `slow` of `all` events took 250 ms, the others 1 ms. Budget 100 ms.
JobSnapshot Job(int all, int slow) {
  auto latency = std::make_shared<StageLatency>();
  latency->budget_nanos = 100 * kMilli;
  for (int i = 0; i < all; ++i) {
    Batch batch;
    batch.num_rows = 1;
    batch.arrival = kSecond;
    const int64_t end = kSecond + (i < slow ? 250 : 1) * kMilli;
    latency->Record(batch, end, end);
  }
  JobSnapshot job;
  job.nodes.push_back({.id = "a", .kind = "Sink", .table = "alerts", .latency = latency});
  return job;
}

TEST(BudgetRemarkTest, CountsEventsOverTheBudget) {
  EXPECT_EQ(Job(10, 3).nodes[0].latency->over_budget, 3u);
  StageLatency both = *Job(10, 3).nodes[0].latency;
  both.Merge(*Job(10, 4).nodes[0].latency);
  EXPECT_EQ(both.over_budget, 7u);
  EXPECT_EQ(both.budget_nanos, 100 * kMilli);
}

TEST(BudgetRemarkTest, SaysNothingWhileAllIsInTime) {
  BudgetRemark remark;
  EXPECT_EQ(remark.Update(Job(1000, 0), 0), "");
  EXPECT_EQ(BudgetRemark::Summary(Job(1000, 0)), "");
}

TEST(BudgetRemarkTest, IsSaidAtMostOnceInTenSecondsAndOnlyForNewEvents) {
  BudgetRemark remark;
  const std::string first = remark.Update(Job(1000, 1), 0);
  EXPECT_NE(first.find("1 event of 1,000 reached alerts later than 100 ms"), std::string::npos)
      << first;
  EXPECT_EQ(remark.Update(Job(2000, 50), 9 * kSecond), "");
  const std::string second = remark.Update(Job(2000, 50), 10 * kSecond);
  EXPECT_NE(second.find("50 events of 2,000 reached alerts"), std::string::npos) << second;
  EXPECT_EQ(remark.Update(Job(3000, 50), 30 * kSecond), "");
}

TEST(BudgetRemarkTest, TheSummaryNamesTheQuantile) {
  const std::string text = BudgetRemark::Summary(Job(100, 50));
  EXPECT_NE(text.find("50 events of 100"), std::string::npos) << text;
  EXPECT_NE(text.find("99 % within 25"), std::string::npos) << text;  // within 3 % of 250 ms
}

}  // namespace
}  // namespace millrace
