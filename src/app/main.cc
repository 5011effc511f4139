// SPDX-License-Identifier: Apache-2.0
// The composition root: the only place that knows every builtin list.
#include <arrow/compute/initialize.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/application.h"
#include "env/byte_input.h"
#include "env/child_process.h"
#include "env/clock.h"
#include "env/disk.h"
#include "env/http_client.h"
#include "env/kafka_client.h"
#include "env/line_writer.h"
#include "env/process_memory.h"
#include "server/door.h"

namespace {

constexpr int kHttpRequestsInFlight = 256;
constexpr int kBackgroundThreads = 2;

std::optional<std::string> EnvironmentVariable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace millrace;
  if (auto status = arrow::compute::Initialize(); !status.ok()) {
    std::fprintf(stderr, "Arrow's kernels do not start: %s\n", status.ToString().c_str());
    return kExitEnvironment;
  }
  const auto clock = MakeSystemClock();
  const auto disk = MakeRealDisk();
  const auto output = MakeLineWriter(STDOUT_FILENO);
  const auto error = MakeLineWriter(STDERR_FILENO);
  const auto input = MakeByteInput(STDIN_FILENO);
  const auto memory = MakeRealProcessMemory();
  const auto background = MakeThreadExecutor(kBackgroundThreads);
  auto http = MakeCurlHttpClient(kHttpRequestsInFlight);
  if (!http) {
    std::fprintf(stderr, "%s\n", http.error().ToString().c_str());
    return kExitEnvironment;
  }
  const auto kafka = MakeRealKafkaClients();
  ConnectorRegistry connectors;
  RegisterBuiltinConnectors(&connectors);
  FormatRegistry formats;
  RegisterBuiltinFormats(&formats);
  ModelBackendRegistry models;
  RegisterBuiltinModelBackends(&models);

  const auto processes = MakeRealProcessLauncher();

  Application application;
  application.registries = {
      &BuiltinFunctions(), &BuiltinAggregates(), &connectors, &formats, &models, processes.get()};
  application.open_door = OpenHttpDoor;
  application.env.clock = clock.get();
  application.env.disk = disk.get();
  application.env.http = http->get();
  application.memory = memory.get();
  application.descriptors_max = RaiseDescriptorLimit();
  application.env.background = background.get();
  application.env.kafka = kafka.get();
  application.env.output = output.get();
  application.env.error = error.get();
  application.env.input = input.get();
  application.env.variables = EnvironmentVariable;
  application.output_is_terminal = isatty(STDOUT_FILENO) == 1;
  application.error_is_terminal = isatty(STDERR_FILENO) == 1;
  return RunCommandLine(argc, argv, &application);
}
