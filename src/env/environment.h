// SPDX-License-Identifier: Apache-2.0
// Environment: the bundle of seams that one process, or one simulated process, runs on.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "env/clock.h"
#include "env/disk.h"
#include "env/executor.h"
#include "env/http_client.h"
#include "env/line_writer.h"

namespace millrace {

class ByteInput;     // env/byte_input.h
class KafkaClients;  // env/kafka_client.h

/// Not owning; all of them outlive every pipeline. Each is thread-safe but `random`.
struct Environment {
  Clock* clock = nullptr;
  Disk* disk = nullptr;
  HttpClient* http = nullptr;
  KafkaClients* kafka = nullptr;
  Executor* background = nullptr;  // null: callers do the work themselves (simulation)
  LineWriter* output = nullptr;    // standard output; print tables and rows of SELECT
  LineWriter* error = nullptr;     // standard error
  ByteInput* input = nullptr;      // standard input; null: there is none
  /// Environment variables; empty function: none are visible.
  std::function<std::optional<std::string>(const std::string&)> variables;
};

}  // namespace millrace
