// SPDX-License-Identifier: Apache-2.0
// NexmarkBatch: events as columns, in the shape of the public benchmark's table: the kind of the
// event, and one ROW per kind of which all but one are NULL.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "connectors/nexmark/events.h"
#include "data/schema.h"

namespace millrace {

/// `event_type` INT (0 person, 1 auction, 2 bid), `person`, `auction` and `bid` ROW.
const Schema& NexmarkSchema();

/// The columns of NexmarkSchema for the events of these numbers; all of them are made.
std::vector<std::shared_ptr<arrow::Array>> MakeNexmarkColumns(const NexmarkEvents& events,
                                                              std::span<const int64_t> numbers);

}  // namespace millrace
