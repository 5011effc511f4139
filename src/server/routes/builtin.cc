// SPDX-License-Identifier: Apache-2.0
// The list of resources.
#include "server/routes/builtin.h"

namespace millrace {

std::vector<Route> BuiltinRoutes() {
  return {
      AppendRoute(),  DecideRoute(),   HealthRoute(), IngestRoute(),
      MetricsRoute(), PipelineRoute(), ReadyRoute(),  TapRoute(),
  };
}

}  // namespace millrace
