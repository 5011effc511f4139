// SPDX-License-Identifier: Apache-2.0
#include "cli/output/budget_remark.h"

#include <array>
#include <cstdio>

#include "cli/output/progress_line.h"

namespace millrace {
namespace {

constexpr int64_t kPauseNanos = 10'000'000'000;

/// 0.1 -> "100 ms", 2.5 -> "2.5 s".
std::string DurationOf(int64_t nanos) {
  const double millis = static_cast<double>(nanos) / 1e6;
  std::array<char, 48> text{};
  if (millis < 1000) {
    std::snprintf(text.data(), text.size(), "%.3g ms", millis);
  } else {
    std::snprintf(text.data(), text.size(), "%.1f s", millis / 1000);
  }
  return text.data();
}

bool HasBudget(const NodeSnapshot& node) {
  return node.latency != nullptr && node.latency->budget_nanos > 0;
}

std::string Line(const NodeSnapshot& node, uint64_t over) {
  const StageLatency& latency = *node.latency;
  const std::string sink = node.table.empty() ? "the SELECT" : node.table;
  return "latency budget: " + WithCommas(over) + (over == 1 ? " event" : " events") + " of " +
         WithCommas(latency.end_to_end.count()) + " reached " + sink + " later than " +
         DurationOf(latency.budget_nanos) + " (99 % within " +
         DurationOf(latency.end_to_end.Quantile(0.99)) + ")\n";
}

}  // namespace

std::string BudgetRemark::Update(const JobSnapshot& snapshot, int64_t now_nanos) {
  if (now_nanos < next_) return {};
  std::string text;
  for (const NodeSnapshot& node : snapshot.nodes) {
    if (!HasBudget(node)) continue;
    uint64_t& told = told_[node.id];
    const uint64_t over = node.latency->over_budget;
    if (over <= told) continue;
    text += Line(node, over);
    told = over;
  }
  if (!text.empty()) next_ = now_nanos + kPauseNanos;
  return text;
}

std::string BudgetRemark::Summary(const JobSnapshot& snapshot) {
  std::string text;
  for (const NodeSnapshot& node : snapshot.nodes) {
    if (HasBudget(node) && node.latency->over_budget > 0) {
      text += Line(node, node.latency->over_budget);
    }
  }
  return text;
}

}  // namespace millrace
