// SPDX-License-Identifier: Apache-2.0
#include "log/topic/identity_window.h"

#include "log/segment/byte_order.h"
#include "log/segment/crc32c.h"

namespace millrace {
namespace {

constexpr std::string_view kMagic = "MRIDS\r\n\1";

}  // namespace

std::optional<IdentityWindow::Place> IdentityWindow::Find(const BatchIdentity& identity) const {
  if (identity.producer_id >= 0) {
    const auto producer = producers_.find(identity.producer_id);
    if (producer != producers_.end() && identity.sequence <= producer->second.sequence) {
      return producer->second.place;
    }
  }
  if (!identity.idempotency_key.empty()) {
    const auto key = keys_.find(std::string(identity.idempotency_key));
    if (key != keys_.end()) return key->second;
  }
  return std::nullopt;
}

void IdentityWindow::Add(const BatchIdentity& identity, int64_t first_offset) {
  const Place place{.first_offset = first_offset, .records = identity.records};
  if (identity.producer_id >= 0) {
    producers_[identity.producer_id] = {.sequence = identity.sequence, .place = place};
  }
  if (!identity.idempotency_key.empty()) AddKey(std::string(identity.idempotency_key), place);
}

void IdentityWindow::AddKey(std::string key, Place place) {
  if (keys_max_ == 0) return;
  if (!keys_.insert_or_assign(key, place).second) return;
  order_.push_back(std::move(key));
  if (order_.size() > keys_max_) {
    keys_.erase(order_.front());
    order_.pop_front();
  }
}

std::string IdentityWindow::Encode(uint64_t log_id, int64_t offset) const {
  std::string bytes(kMagic);
  AppendLittle(log_id, &bytes);
  AppendLittle(offset, &bytes);
  AppendLittle(static_cast<uint32_t>(producers_.size()), &bytes);
  AppendLittle(static_cast<uint32_t>(order_.size()), &bytes);
  for (const auto& [id, producer] : producers_) {
    AppendLittle(id, &bytes);
    AppendLittle(producer.sequence, &bytes);
    AppendLittle(producer.place.first_offset, &bytes);
    AppendLittle(producer.place.records, &bytes);
  }
  for (const std::string& key : order_) {
    const Place& place = keys_.at(key);
    AppendLittle(static_cast<uint32_t>(key.size()), &bytes);
    bytes += key;
    AppendLittle(place.first_offset, &bytes);
    AppendLittle(place.records, &bytes);
  }
  AppendLittle(Crc32c(bytes), &bytes);
  return bytes;
}

std::optional<int64_t> IdentityWindow::Decode(std::string_view bytes, uint64_t log_id) {
  uint32_t checksum = 0;
  if (bytes.size() < sizeof checksum || !bytes.starts_with(kMagic)) return std::nullopt;
  std::string_view tail = bytes.substr(bytes.size() - sizeof checksum);
  bytes.remove_suffix(sizeof checksum);
  if (!TakeLittle(&tail, &checksum) || checksum != Crc32c(bytes)) return std::nullopt;
  bytes.remove_prefix(kMagic.size());
  IdentityWindow found(keys_max_);
  uint64_t of_log = 0;
  int64_t offset = 0;
  uint32_t producers = 0;
  uint32_t keys = 0;
  bool good = TakeLittle(&bytes, &of_log) && TakeLittle(&bytes, &offset) &&
              TakeLittle(&bytes, &producers) && TakeLittle(&bytes, &keys);
  if (!good || of_log != log_id) return std::nullopt;
  for (uint32_t i = 0; i < producers && good; ++i) {
    int64_t id = 0;
    Producer producer;
    good = TakeLittle(&bytes, &id) && TakeLittle(&bytes, &producer.sequence) &&
           TakeLittle(&bytes, &producer.place.first_offset) &&
           TakeLittle(&bytes, &producer.place.records);
    found.producers_[id] = producer;
  }
  for (uint32_t i = 0; i < keys && good; ++i) {
    uint32_t size = 0;
    good = TakeLittle(&bytes, &size) && size <= bytes.size();
    if (!good) break;
    std::string key(bytes.substr(0, size));
    bytes.remove_prefix(size);
    Place place;
    good = TakeLittle(&bytes, &place.first_offset) && TakeLittle(&bytes, &place.records);
    found.AddKey(std::move(key), place);
  }
  if (!good) return std::nullopt;
  *this = std::move(found);
  return offset;
}

}  // namespace millrace
