// SPDX-License-Identifier: Apache-2.0
#include "operators/rank/row_identities.h"

#include <algorithm>

namespace millrace {
namespace {

/// Longer identities are kept as two hashes of 64 bits.
constexpr size_t kIdentityBytes = 32;

void PutHash(uint64_t hash, std::string* out) {
  out->append(reinterpret_cast<const char*>(&hash), sizeof(hash));
}

/// Of bytes whose own hash is known: one that does not follow from it.
uint64_t SecondHash(std::string_view bytes) {
  const size_t half = bytes.size() / 2;
  return HashBytes(bytes.substr(0, half)) * 0x9E3779B97F4A7C15U + HashBytes(bytes.substr(half));
}

}  // namespace

std::string_view RowIdentities::BytesOf(uint32_t partition, std::string_view identity,
                                        uint64_t hash) {
  bytes_.assign(reinterpret_cast<const char*>(&partition), sizeof(partition));
  if (identity.size() <= kIdentityBytes) {
    bytes_ += identity;
  } else {
    // One byte more than any that is written out, so the two cannot be taken for each other.
    bytes_.append(kIdentityBytes + 1 - 2 * sizeof(uint64_t), '\0');
    PutHash(hash, &bytes_);
    PutHash(SecondHash(identity), &bytes_);
  }
  return bytes_;
}

void RowIdentities::Add(uint32_t partition, std::string_view identity, uint64_t hash,
                        uint32_t row) {
  const std::string_view bytes = BytesOf(partition, identity, hash);
  const uint32_t place = index_.FindOrInsert(bytes, HashBytes(bytes));
  if (place >= chains_.size()) chains_.resize(index_.slot_limit());
  if (row >= links_.size()) links_.resize(std::max<size_t>(row + 1, links_.size() * 2));
  Chain& chain = chains_[place];
  links_[row] = {place, kNone};
  if (chain.first == kNone) {
    chain.first = row;
  } else {
    links_[chain.last].next = row;
  }
  chain.last = row;
}

uint32_t RowIdentities::Find(uint32_t partition, std::string_view identity, uint64_t hash) {
  const std::string_view bytes = BytesOf(partition, identity, hash);
  const uint32_t place = index_.Find(bytes, HashBytes(bytes));
  return place == KeyIndex::kNone ? kNone : chains_[place].first;
}

void RowIdentities::Remove(uint32_t row) {
  const uint32_t place = links_[row].identity;
  Chain& chain = chains_[place];
  uint32_t before = kNone;
  for (uint32_t at = chain.first; at != row; at = links_[at].next) before = at;
  (before == kNone ? chain.first : links_[before].next) = links_[row].next;
  if (chain.last == row) chain.last = before;
  if (chain.first != kNone) return;
  index_.Detach(place);
  index_.Release(place);
}

size_t RowIdentities::memory_bytes() const {
  return index_.memory_bytes() + chains_.capacity() * sizeof(Chain) +
         links_.capacity() * sizeof(Link);
}

}  // namespace millrace
