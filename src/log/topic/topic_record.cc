// SPDX-License-Identifier: Apache-2.0
#include "log/topic/topic_record.h"

namespace millrace {
namespace {

enum Flag : uint8_t { kKey = 1, kValue = 2, kHeaders = 4, kProducer = 8, kIdempotencyKey = 16 };
constexpr uint8_t kAllFlags = kKey | kValue | kHeaders | kProducer | kIdempotencyKey;

void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

void AppendText(std::string_view text, std::string* out) {
  AppendVarint(text.size(), out);
  out->append(text);
}

/// Takes pieces from the front; `good` turns false at the first that is not there.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : bytes_(bytes) {}

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const uint8_t byte = static_cast<uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    good_ = false;
    return 0;
  }
  std::string_view Bytes(uint64_t size) {
    if (size > bytes_.size()) {
      good_ = false;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view Text() { return Bytes(Varint()); }
  std::string_view Rest() { return Bytes(bytes_.size()); }
  bool good() const { return good_; }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

void TakeHeaders(Taker* taker, std::vector<TopicHeaderView>* headers) {
  const uint64_t count = taker->Varint();
  for (uint64_t i = 0; i < count && taker->good(); ++i) {
    TopicHeaderView header{.name = taker->Text()};
    const uint64_t size = taker->Varint();
    if (size > 0) header.value = taker->Bytes(size - 1);
    headers->push_back(header);
  }
}

}  // namespace

void EncodeTopicRecord(const TopicRecordView& record, const BatchIdentity& identity,
                       std::string* out) {
  uint8_t flags = 0;
  if (record.key) flags |= kKey;
  if (record.value) flags |= kValue;
  if (!record.headers.empty()) flags |= kHeaders;
  if (identity.producer_id >= 0) flags |= kProducer;
  if (!identity.idempotency_key.empty()) flags |= kIdempotencyKey;
  out->push_back(static_cast<char>(flags));
  if (!identity.empty()) AppendVarint(static_cast<uint64_t>(identity.records), out);
  if ((flags & kProducer) != 0) {
    AppendVarint(static_cast<uint64_t>(identity.producer_id), out);
    AppendVarint(static_cast<uint64_t>(identity.sequence), out);
  }
  if ((flags & kIdempotencyKey) != 0) AppendText(identity.idempotency_key, out);
  if (record.key) AppendText(*record.key, out);
  if (!record.headers.empty()) {
    AppendVarint(record.headers.size(), out);
    for (const TopicHeaderView& header : record.headers) {
      AppendText(header.name, out);
      AppendVarint(header.value ? header.value->size() + 1 : 0, out);
      if (header.value) out->append(*header.value);
    }
  }
  if (record.value) out->append(*record.value);
}

Status DecodeTopicRecord(std::string_view payload, TopicRecordView* record,
                         BatchIdentity* identity) {
  Taker taker(payload);
  const std::string_view first = taker.Bytes(1);
  const uint8_t flags = first.empty() ? 0 : static_cast<uint8_t>(first[0]);
  *identity = {};
  if ((flags & (kProducer | kIdempotencyKey)) != 0) {
    identity->records = static_cast<int64_t>(taker.Varint());
  }
  if ((flags & kProducer) != 0) {
    identity->producer_id = static_cast<int64_t>(taker.Varint());
    identity->sequence = static_cast<int64_t>(taker.Varint());
  }
  if ((flags & kIdempotencyKey) != 0) identity->idempotency_key = taker.Text();
  record->key.reset();
  record->value.reset();
  record->headers.clear();
  if ((flags & kKey) != 0) record->key = taker.Text();
  if ((flags & kHeaders) != 0) TakeHeaders(&taker, &record->headers);
  if ((flags & kValue) != 0) record->value = taker.Rest();
  if (!taker.good() || !taker.empty() || (flags & ~kAllFlags) != 0) {
    return ExternalError("MR0805", "a record of the log is not a topic's record",
                         "its checksum is right, so another program or version wrote it");
  }
  return OkStatus();
}

}  // namespace millrace
