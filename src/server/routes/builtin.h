// SPDX-License-Identifier: Apache-2.0
// One function per resource; builtin.cc lists them.
#pragma once

#include "server/router.h"

namespace millrace {

Route AppendRoute();
Route DecideRoute();
Route HealthRoute();
Route IngestRoute();
Route MetricsRoute();
Route PipelineRoute();
Route ReadyRoute();
Route TapRoute();

}  // namespace millrace
