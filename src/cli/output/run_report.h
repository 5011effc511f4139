// SPDX-License-Identifier: Apache-2.0
// RunReport: what a run did, as JSON for tools and as a few lines for people.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/metrics/job_snapshot.h"

namespace millrace {

/// {"jobs": [{title, elapsed_seconds, events_per_second, epochs,
///   accounting: {in, out, filtered, dead_lettered, late}, sources: [..],
///   sinks: [{table, rows, latency_seconds: {stage: {count, p50, p95, p99, max, mean}},
///     latency_budget_seconds, over_budget}] (the last two only with a latency budget),
///   operators: [..], shards: [..], dead_letters: {table: path}}]}
std::string RunReportJson(const std::vector<std::pair<std::string, JobSnapshot>>& jobs);

}  // namespace millrace
