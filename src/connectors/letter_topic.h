// SPDX-License-Identifier: Apache-2.0
// LetterTopic: a topic that takes the dead letters of a table, beside their file. A connector that
// has topics derives from LetterTopicMaker too; who wants one asks with a dynamic_cast, so the
// others need not know.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.h"

namespace millrace {

/// A letter as a record: the key and the value that were read, and why it is here.
struct LetterRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::optional<int64_t> timestamp_ms;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

/// At least once, in order. One thread.
class LetterTopic {
 public:
  virtual ~LetterTopic() = default;
  virtual bool HasRoom() const = 0;
  virtual Status Send(const LetterRecord& letter) = 0;
  /// What was sent so far has this number, which grows.
  virtual void Mark(uint64_t number) = 0;
  /// Takes what the brokers answered. The greatest mark in front of which all has arrived.
  virtual Result<uint64_t> Pump() = 0;
  /// Why it takes long, if something is wrong that may pass; else empty.
  virtual std::string Waiting() = 0;
};

class LetterTopicMaker {
 public:
  virtual ~LetterTopicMaker() = default;
  /// In the system of this table.
  virtual Result<std::unique_ptr<LetterTopic>> MakeLetterTopic(const TableContext& table,
                                                               const std::string& topic) const = 0;
};

inline constexpr std::string_view kLetterTopic = "dead-letter.topic";  // extra option of a table

}  // namespace millrace
