// SPDX-License-Identifier: Apache-2.0
// RowIdentities: finds the rows of a partition that have certain values, oldest first: how a row is
// taken back or replaced. One thread.
#pragma once

#include <string>
#include <vector>

#include "data/keys/key_index.h"

namespace millrace {

class RowIdentities {
 public:
  static constexpr uint32_t kNone = KeyIndex::kNone;

  /// `identity` is the encoded values, `hash` that of the codec.
  void Add(uint32_t partition, std::string_view identity, uint64_t hash, uint32_t row);
  /// The oldest such row; kNone if there is none.
  uint32_t Find(uint32_t partition, std::string_view identity, uint64_t hash);
  /// Forgets a row that was added.
  void Remove(uint32_t row);
  size_t memory_bytes() const;

 private:
  struct Chain {
    uint32_t first = kNone;
    uint32_t last = kNone;
  };
  struct Link {
    uint32_t identity = kNone;
    uint32_t next = kNone;
  };
  std::string_view BytesOf(uint32_t partition, std::string_view identity, uint64_t hash);

  KeyIndex index_;
  std::vector<Chain> chains_;  // by identity
  std::vector<Link> links_;    // by row
  std::string bytes_;
};

}  // namespace millrace
