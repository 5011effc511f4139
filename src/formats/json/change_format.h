// SPDX-License-Identifier: Apache-2.0
// The formats of change data capture, with Flink's options.
#pragma once

#include <memory>

#include "formats/format.h"

namespace millrace {

/// debezium-json
std::unique_ptr<Format> MakeDebeziumJsonFormat();
/// ogg-json (Oracle GoldenGate)
std::unique_ptr<Format> MakeOggJsonFormat();

}  // namespace millrace
