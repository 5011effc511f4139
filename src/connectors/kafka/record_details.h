// SPDX-License-Identifier: Apache-2.0
// KafkaRecordDetails: time and headers of the records of one chunk, for dead letters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/row_origin.h"
#include "env/kafka_client.h"

namespace millrace {

class KafkaRecordDetails final : public RecordDetails {
 public:
  /// Takes the headers of `records`; `bytes` are those that their slices lie in.
  KafkaRecordDetails(std::shared_ptr<const std::string> bytes, KafkaRecords* records);
  void Describe(size_t record, RecordOrigin* origin) const override;

 private:
  std::string_view View(const KafkaSlice& slice) const {
    return std::string_view(*bytes_).substr(slice.offset, slice.length);
  }

  std::shared_ptr<const std::string> bytes_;
  std::vector<int64_t> timestamps_;
  std::vector<KafkaHeader> headers_;
  std::vector<uint32_t> header_ends_;
};

}  // namespace millrace
