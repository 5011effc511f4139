// SPDX-License-Identifier: Apache-2.0
// KafkaOptions: what a command says about Kafka tables: where they are carried, which share of
// their partitions this process reads, and how long it waits for a broker.
#pragma once

#include <CLI/App.hpp>

#include <chrono>
#include <string>

#include "connectors/connector.h"

namespace millrace {

struct KafkaOptions {
  bool local = false;           // by the embedded log instead of a broker
  std::string copy;             // "i/n"
  std::string connect_timeout;  // "30 s"

  void Declare(CLI::App* app);
  /// MR0902 for what is not of the form i/n with 0 <= i < n.
  Result<CopyShare> Share() const;
  /// Zero: for ever.
  Result<std::chrono::milliseconds> ConnectTimeout() const;
};

}  // namespace millrace
