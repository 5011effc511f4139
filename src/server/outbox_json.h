// SPDX-License-Identifier: Apache-2.0
// How an outbox is shown in JSON.
#pragma once

#include "base/json_writer.h"
#include "operators/io/outbox_table.h"

namespace millrace {

/// {"messages", "bytes", "bytes_max", "oldest_seconds", "covers_seconds"}; the last one is null
/// while hardly any messages come.
void WriteOutbox(const OutboxStatus& outbox, JsonWriter* out);

}  // namespace millrace
