// SPDX-License-Identifier: Apache-2.0
// LiveServices: what a program that is reached from outside needs beside its jobs: the embedded
// log, the board of requests, the view that doors have, and the door itself. A program without
// 'http' tables gets a door only if one is asked for, and no log.
#pragma once

#include <CLI/App.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/application.h"
#include "connectors/reply_board.h"
#include "env/kafka_client.h"
#include "log/topic_store.h"
#include "pipelines/door.h"
#include "plan/program.h"

namespace millrace {

/// Options of commands that open a door.
struct DoorOptions {
  std::string listen;  // empty: the default address, if the program has 'http' tables
  std::vector<std::string> allowed_hosts;
  std::string token_file;
  bool insecure_listen = false;
  std::string tls_certificate;  // files; empty: no TLS
  std::string tls_key;
  bool never = false;  // not even for 'http' tables

  void Declare(CLI::App* app);
};

class LiveServices {
 public:
  /// Opens the log and the board if the program needs them. `local_kafka`: the log also carries
  /// Kafka tables, and other commands reach it by a listener.
  static Result<std::unique_ptr<LiveServices>> Make(const Application* application,
                                                    const Program& program,
                                                    const std::string& data_dir, bool local_kafka);
  ~LiveServices();

  ConnectorServices services() const;
  /// Null unless asked for.
  KafkaClients* local_kafka() const { return kafka_.get(); }
  RunningPipelines& pipelines() { return *pipelines_; }
  /// Opens the door, if there is to be one, and says where (unless `quiet`).
  Status OpenDoor(const DoorOptions& options, bool quiet);
  /// Lets the log seal and delete old segments, now and then. Any thread.
  void Maintain(int64_t now_nanos);
  /// Answers what waits, then takes no more. Before the jobs are destroyed.
  void Close();

 private:
  explicit LiveServices(const Application* application) : application_(application) {}
  Result<DoorSettings> SettingsOf(const DoorOptions& options) const;

  const Application* application_;
  std::unique_ptr<TopicStore> topics_;
  std::unique_ptr<KafkaClients> kafka_;  // on topics_
  std::unique_ptr<ReplyBoard> replies_;
  std::unique_ptr<RunningPipelines> pipelines_;
  std::unique_ptr<Door> door_;
  std::string data_dir_;
  std::atomic<int64_t> maintained_at_ = 0;
  bool published_ = false;  // the door's address, for `millrace top` and others
};

}  // namespace millrace
