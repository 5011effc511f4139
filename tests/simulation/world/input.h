// SPDX-License-Identifier: Apache-2.0
// Input: the rows that a world's pipeline reads, which come in the course of time and outlive every
// process, and the connector 'events' that serves them. It sees that positions never go back.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "simulation/world/query.h"
#include "simulation/world/scenario.h"

namespace millrace {

class Input {
 public:
  /// Draws the rows. `clock` outlives it.
  Input(const Scenario& scenario, Random* random, Clock* clock);

  const OracleInput& rows() const { return rows_; }
  bool bounded() const { return bounded_; }
  std::unique_ptr<Connector> MakeConnector();
  /// When the next row comes that is not there yet; INT64_MAX: all are.
  int64_t next_arrival() const;
  /// An epoch has happened that covers everything.
  bool consumed() const;
  uint64_t late_rows() const { return late_rows_; }
  /// How often positions moved.
  uint64_t moves() const { return moves_; }
  /// What a reader or the job did wrong, if anything.
  const std::string& violation() const { return violation_; }

  // The connector.
  size_t ArrivedRows(size_t split) const;
  void OnSeek(size_t split, size_t row);
  void OnCompleted(size_t split, size_t row);

 private:
  OracleInput rows_;
  bool bounded_;
  Clock* clock_;
  int64_t begin_nanos_;
  std::vector<int64_t> spacing_nanos_;  // by split
  std::vector<size_t> completed_;       // by split: rows that are in epochs which happened
  uint64_t late_rows_ = 0;
  uint64_t moves_ = 0;
  std::string violation_;
};

constexpr int64_t kInputDelayMs = 5000;  // of the watermark

}  // namespace millrace
