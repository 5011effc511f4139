// SPDX-License-Identifier: Apache-2.0
// DeadLetterSink: where a sink puts rows that it cannot deliver. operators/io implements it, so
// that these letters stand beside those of decoding and processing, and belong to epochs like them.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace millrace {

struct UndeliveredRow {
  std::string_view table;
  std::string_view stage;     // "delivery"
  std::string_view position;  // of the row in the sink: "shard 0, row 42"
  std::string_view reason;    // one line
  std::string_view raw;       // the bytes that were to be delivered
  std::string_view key;       // of the record, or the idempotency key it was sent with
  int64_t attempts = 1;
};

/// Called by the sink's shard thread only.
class DeadLetterSink {
 public:
  virtual ~DeadLetterSink() = default;
  /// An error stops the pipeline: a row is never dropped.
  virtual Status Write(const UndeliveredRow& row) = 0;
};

}  // namespace millrace
