// SPDX-License-Identifier: Apache-2.0
// TopTable: what a running program did between two looks at it, per operator. Counters in two
// documents of GET /pipeline become rates.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/client/json_document.h"

namespace millrace {

struct TopRow {
  std::string job;
  int node = 0;
  std::string id;
  std::string kind;
  std::string table;
  double rows_in_per_second = 0;
  double rows_out_per_second = 0;
  double busy = 0;                        // share of one thread's time
  double batch_rows = 0;                  // mean rows per batch that came in
  std::optional<double> watermark_delay;  // seconds
  std::optional<double> lag_seconds;      // sources that know it
  std::optional<double> lag_records;
  std::optional<double> p99_seconds;  // sinks: arrival to written
  double late = 0;
  double failed = 0;
  double state_bytes = 0;
  double over_budget = 0;
};

struct TopView {
  std::string pipeline;
  std::string state;
  double seconds = 0;  // between the two looks
  // Shares of the shards' time.
  double busy = 0;
  double idle = 0;
  double back_pressured = 0;
  std::vector<TopRow> rows;
};

/// `before` may be the same as `now`: rates are then since the start of each job.
TopView CompareLooks(const JsonDocument& before, const JsonDocument& now);

std::string TopText(const TopView& view);
std::string TopJson(const TopView& view);

}  // namespace millrace
