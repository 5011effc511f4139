// SPDX-License-Identifier: Apache-2.0
// TopicRecord: Kafka's record model and its bytes in a log record.
//
// Key, value and header values may be null, which is not the same as empty. Offset and timestamp
// stand in the log's frame. What travels in front of a batch's first record and is shown to nobody
// (producer, sequence, idempotency key) is what duplicates are recognised by after a restart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

struct TopicHeaderView {
  std::string_view name;
  std::optional<std::string_view> value;

  bool operator==(const TopicHeaderView&) const = default;
};

/// Owns nothing: what it points at belongs to the caller (append) or to the TopicChunk (read).
struct TopicRecordView {
  int64_t offset = -1;                  // given by the store
  std::optional<int64_t> timestamp_ms;  // append: nullopt is the clock's time; read: always there
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<TopicHeaderView> headers;

  bool operator==(const TopicRecordView&) const = default;
};

/// By what a batch is known, so that it is not appended twice.
struct BatchIdentity {
  int64_t producer_id = -1;  // -1: none
  /// Ascending per producer and partition; need not be dense.
  int64_t sequence = -1;
  /// Free text of a client, at most kIdempotencyKeyBytesMax bytes; empty: none.
  std::string_view idempotency_key;
  int64_t records = 0;  // of the batch in this partition; set by the store

  bool empty() const { return producer_id < 0 && idempotency_key.empty(); }
};

inline constexpr size_t kIdempotencyKeyBytesMax = 256;

/// Appends the record's bytes, without offset and timestamp, to `out`.
void EncodeTopicRecord(const TopicRecordView& record, const BatchIdentity& identity,
                       std::string* out);

/// Views into `payload`. Bytes that no EncodeTopicRecord wrote give MR0805.
Status DecodeTopicRecord(std::string_view payload, TopicRecordView* record,
                         BatchIdentity* identity);

}  // namespace millrace
