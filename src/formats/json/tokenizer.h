// SPDX-License-Identifier: Apache-2.0
// Tokenizer: finds where JSON tokens start, for many records at once.
//
// The fast way runs simdjson's first stage over a group of records. It validates UTF-8 and finds
// strings across the whole group, so one bad record spoils the group: then, and for records with
// raw control characters in strings (which Flink accepts), each record is scanned alone by plain
// code.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class Tokenizer {
 public:
  Tokenizer();
  ~Tokenizer();

  /// Tokens of all records in `bytes`; false if the group must be scanned record by record.
  bool IndexGroup(std::string_view bytes);
  /// Tokens of one record; a text tells why it has none ("invalid UTF-8 at byte 7"). A string that
  /// is not closed is the last token: it matters only to who gets that far.
  std::optional<std::string> IndexRecord(std::string_view record);

  /// Positions relative to the indexed text, ascending, and then its size twice.
  const uint32_t* begin() const { return begin_; }
  const uint32_t* end() const { return end_; }

 private:
  struct Simd;
  std::unique_ptr<Simd> simd_;
  std::vector<uint32_t> tokens_;
  const uint32_t* begin_ = nullptr;
  const uint32_t* end_ = nullptr;
};

}  // namespace millrace
