// SPDX-License-Identifier: Apache-2.0
// NexmarkColumns: events as columns, in the shape of the public benchmark's table: the kind of the
// event, and one ROW per kind of which all but one are NULL.
#pragma once

#include <arrow/type_fwd.h>

#include <array>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "connectors/nexmark/events.h"
#include "data/schema.h"

namespace millrace {

/// `event_type` INT (0 person, 1 auction, 2 bid), `person`, `auction` and `bid` ROW.
const Schema& NexmarkSchema();

/// One thread.
class NexmarkColumns {
 public:
  explicit NexmarkColumns(std::shared_ptr<const NexmarkEvents> events)
      : events_(std::move(events)) {}

  /// The columns of NexmarkSchema for the events of these numbers; all of them are made.
  std::vector<std::shared_ptr<arrow::Array>> Make(std::span<const int64_t> numbers);

 private:
  std::shared_ptr<const NexmarkEvents> events_;
  // Bytes of the text columns of the batch before, which the next one resembles.
  std::array<size_t, 6> person_bytes_{};
  std::array<size_t, 3> auction_bytes_{};
  std::array<size_t, 3> bid_bytes_{};
};

}  // namespace millrace
