// SPDX-License-Identifier: Apache-2.0
#include "operators/rank/row_identities.h"

#include <algorithm>

#include "operators/row_identity.h"

namespace millrace {
std::string_view RowIdentities::BytesOf(uint32_t partition, std::string_view identity,
                                        uint64_t hash) {
  bytes_.assign(reinterpret_cast<const char*>(&partition), sizeof(partition));
  AppendRowIdentity(identity, hash, &bytes_);
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
