// SPDX-License-Identifier: Apache-2.0
// KafkaHandle: one librdkafka client with what went wrong last. Log lines and errors of librdkafka
// arrive on its threads; they are kept as one text, which says what a waiting table waits for.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "env/kafka_client.h"

namespace millrace {

struct KafkaFree {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
  void operator()(rd_kafka_AdminOptions_t* options) const {
    rd_kafka_AdminOptions_destroy(options);
  }
  void operator()(rd_kafka_TopicCollection_t* topics) const {
    rd_kafka_TopicCollection_destroy(topics);
  }
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
template <typename T>
using KafkaOwned = std::unique_ptr<T, KafkaFree>;

/// Settings every client of a kind gets; the table's own come on top.
using KafkaDefaults = std::map<std::string, std::string>;

class KafkaHandle {
 public:
  using DeliveryCallback = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*);
  using Prepare = void (*)(rd_kafka_conf_t*, void* opaque);

  /// `prepare` may add to the settings before the client is made.
  static Result<std::unique_ptr<KafkaHandle>> Make(rd_kafka_type_t type, const KafkaConfig& config,
                                                   const KafkaDefaults& defaults,
                                                   DeliveryCallback delivered, void* opaque,
                                                   Prepare prepare = nullptr);
  ~KafkaHandle();

  rd_kafka_t* get() const { return client_; }
  /// The last trouble that has not passed since; empty if all is well. What librdkafka has not
  /// said again for a minute has passed, too: it repeats what lasts every 30 s.
  std::string Trouble();
  void ClearTrouble();
  /// A broker answers: what was said of connections has passed, what SetTrouble said has not.
  void ClearOutage();
  /// librdkafka says this once only; it lasts until ClearTrouble.
  void SetTrouble(std::string text);
  /// The code of an authentication or a TLS handshake that failed since all was well, or no error.
  rd_kafka_resp_err_t Refusal();
  /// Set once librdkafka says that the client can do nothing any more.
  Status Fatal();
  /// Breaks all connections, which are made again as they are needed. Any thread.
  void CutConnections();
  const std::function<void()>& wake() const { return wake_; }
  void* opaque() const { return opaque_; }

 private:
  KafkaHandle() = default;
  Status Configure(rd_kafka_conf_t* conf, const KafkaConfig& config, const KafkaDefaults& defaults);
  static void OnLog(const rd_kafka_t* client, int level, const char* facility, const char* text);
  static void OnError(rd_kafka_t* client, int code, const char* reason, void* opaque);
  static int OnCertificate(rd_kafka_t* client, const char* broker, int32_t broker_id, int* error,
                           int depth, const char* data, size_t size, char* text, size_t text_size,
                           void* opaque);
  static int OpenSocket(int domain, int type, int protocol, void* opaque);
  static int CloseSocket(int socket, void* opaque);
  /// REQUIRES: mutex_ is held.
  void Tell(std::string_view text);

  rd_kafka_t* client_ = nullptr;
  std::function<void()> wake_;
  void* opaque_ = nullptr;
  std::mutex sockets_mutex_;
  std::set<int> sockets_;  // guarded by sockets_mutex_
  std::mutex mutex_;
  std::string trouble_;                         // guarded by mutex_
  std::chrono::steady_clock::time_point told_;  // guarded by mutex_; of trouble_
  bool lasting_ = false;                        // guarded by mutex_; by SetTrouble
  std::string certificate_;  // guarded by mutex_; why the broker's was not accepted last
  rd_kafka_resp_err_t refusal_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // guarded by mutex_
};

/// An error of librdkafka as ours: code, and whether it may pass.
Error FromKafka(rd_kafka_resp_err_t code, std::string message, std::string detail = {});
bool MayPass(rd_kafka_resp_err_t code);

}  // namespace millrace
