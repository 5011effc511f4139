// SPDX-License-Identifier: Apache-2.0
// LetterShipper: brings the dead letters of tables to topics ('dead-letter.topic'). The file of the
// letters is the outbox: it holds exactly those of epochs that happened, so what is sent was
// decided. How far the brokers have acknowledged lies in `<file>.sent`; a crash sends what is
// behind once more, under the same `millrace.id` and `millrace.epoch`. Topics take letters from
// where the files ended when they were first asked for. The coordinator's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/letter_topic.h"
#include "env/disk.h"

namespace millrace {

class LetterShipper {
 public:
  explicit LetterShipper(Disk* disk) : disk_(disk) {}

  /// `length` of the file now.
  Status Add(const std::string& table, const std::string& path, uint64_t length,
             std::unique_ptr<LetterTopic> topic);
  /// Sends what is in the files, whose lengths are these, and takes answers. Does not wait.
  Status Pump(const std::map<std::string, uint64_t>& lengths);
  /// All letters of the last Pump have arrived.
  bool empty() const;
  std::string Waiting() const;

 private:
  struct Route {
    std::string table;
    std::string path;
    std::unique_ptr<LetterTopic> topic;
    uint64_t read = 0;     // of the file, handed to the topic
    uint64_t arrived = 0;  // acknowledged
    uint64_t noted = 0;    // in `.sent`
  };
  Status Send(Route& route, uint64_t length);
  Status Note(Route& route);

  Disk* disk_;
  std::vector<Route> routes_;
};

}  // namespace millrace
