// SPDX-License-Identifier: Apache-2.0
// The suites that every source and every sink passes, bound once per connector.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "connectors/connector.h"
#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "env/simulated/http_client.h"

namespace millrace {

/// One simulated machine.
struct Machine {
  Machine() : disk(&clock) {
    http.SetHandler([](const HttpRequest&) { return HttpResponse{.status = 200}; });
  }
  Environment environment() {
    return {.clock = &clock, .disk = &disk, .http = &http, .output = &lines, .error = &lines};
  }

  struct Lines final : LineWriter {
    Status Write(std::string_view text) override {
      written += text;
      return OkStatus();
    }
    std::string written;
  };

  SimulatedClock clock;
  SimulatedDisk disk;
  SimulatedHttpClient http;
  Lines lines;
};

struct ConnectorCase {
  std::string name;  // of the test instance
  std::string connector;
  std::map<std::string, OptionValue> options;
  Schema schema;
  std::map<std::string, OptionValue> extras;
  std::function<void(Machine*)> prepare;  // files that must be there; may be empty
};

const Connector* FindConnector(const std::string& name);
TableContext ContextOf(const ConnectorCase& test, Machine* machine);

class SourceTest : public testing::TestWithParam<ConnectorCase> {};
class SinkTest : public testing::TestWithParam<ConnectorCase> {};

inline std::string ConnectorCaseName(const testing::TestParamInfo<ConnectorCase>& info) {
  return info.param.name;
}

}  // namespace millrace
