// SPDX-License-Identifier: Apache-2.0
// MetricsText: a running program in Prometheus' text format: base units, prefix millrace_, counters
// that end with _total. Snapshots in, text out.
#pragma once

#include <string>

#include "env/http_server.h"
#include "pipelines/running_pipelines.h"

namespace millrace {

std::string MetricsText(const RunningPipelines& pipelines, const HttpServerStatistics& http);

}  // namespace millrace
