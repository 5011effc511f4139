// SPDX-License-Identifier: Apache-2.0
// IdentityWindow: the batches a partition would recognise if they came again.
//
// Of every producer the last sequence, of idempotency keys the most recent ones. Its content is a
// function of the partition's records in order, so it is rebuilt from them; a snapshot only saves
// reading them all. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "log/topic/topic_record.h"

namespace millrace {

class IdentityWindow {
 public:
  struct Place {
    int64_t first_offset = 0;
    int64_t records = 0;
  };

  explicit IdentityWindow(size_t keys_max) : keys_max_(keys_max) {}

  /// Where the batch is, if it was there before.
  std::optional<Place> Find(const BatchIdentity& identity) const;
  void Add(const BatchIdentity& identity, int64_t first_offset);

  /// Everything about records below `offset` of the log.
  std::string Encode(uint64_t log_id, int64_t offset) const;
  /// The offset up to which it is complete; nullopt, and nothing changed, if the bytes are damaged
  /// or of another log.
  std::optional<int64_t> Decode(std::string_view bytes, uint64_t log_id);

 private:
  struct Producer {
    int64_t sequence = -1;
    Place place;
  };
  void AddKey(std::string key, Place place);

  size_t keys_max_;
  std::map<int64_t, Producer> producers_;
  std::unordered_map<std::string, Place> keys_;
  std::deque<std::string> order_;  // of keys_, the oldest first
};

}  // namespace millrace
