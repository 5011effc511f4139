// SPDX-License-Identifier: Apache-2.0
// The HTTP door: a listener with the built-in routes on a running program.
#pragma once

#include "pipelines/door.h"

namespace millrace {

/// MR0813: cannot listen. MR0814: others would reach the listener, and there is no token.
Result<std::unique_ptr<Door>> OpenHttpDoor(const DoorSettings& settings,
                                           RunningPipelines* pipelines);

}  // namespace millrace
