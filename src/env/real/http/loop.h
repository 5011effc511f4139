// SPDX-License-Identifier: Apache-2.0
// Loop: what the connections of one server thread share. Everything here belongs to that thread but
// the AnswerQueue, through which other threads bring answers, and the counters.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "env/http_server.h"

namespace millrace {

class Connection;
class TlsContext;
struct Loop;

/// Counters of the whole server.
struct ServerCounters {
  std::atomic<uint64_t> connections{0};
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> refused_connections{0};
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> refused_requests{0};
  std::atomic<uint64_t> timeouts{0};
  std::atomic<size_t> body_bytes{0};    // of bodies that are being received
  std::atomic<size_t> output_bytes{0};  // of answers that are not sent yet

  std::mutex mutex;
  std::condition_variable all_closed;
  std::unordered_map<std::string, size_t> by_address;  // open connections

  /// False: this address has too many.
  bool Enter(const std::string& address, size_t max) {
    const std::lock_guard lock(mutex);
    size_t& open = by_address[address];
    if (open >= max) return false;
    ++open;
    ++connections;
    ++accepted;
    return true;
  }
  void Leave(const std::string& address) {
    const std::lock_guard lock(mutex);
    const auto found = by_address.find(address);
    if (--found->second == 0) by_address.erase(found);
    if (--connections == 0) all_closed.notify_all();
  }
};

/// An answer on its way to the thread of its connection. No response: nobody gave one.
struct QueuedAnswer {
  std::weak_ptr<Connection> connection;
  uint64_t number = 0;
  std::optional<ServerResponse> response;
};

/// Thread-safe. Outlives the loop, which closes it.
class AnswerQueue {
 public:
  explicit AnswerQueue(Loop* loop) : loop_(loop) {}
  void Push(QueuedAnswer answer);
  void Close();

 private:
  void Drain();

  std::mutex mutex_;
  Loop* loop_;  // null: closed
  std::vector<QueuedAnswer> answers_;
};

struct Loop {
  Loop(const HttpServerSettings& settings, HttpService* service, Clock* clock,
       ServerCounters* counters)
      : settings(settings),
        service(service),
        clock(clock),
        counters(counters),
        answers(std::make_shared<AnswerQueue>(this)) {}

  const HttpServerSettings& settings;
  HttpService* service;
  Clock* clock;
  ServerCounters* counters;
  const TlsContext* tls = nullptr;  // null: plain text
  boost::asio::io_context io{1};
  std::shared_ptr<AnswerQueue> answers;
  std::unordered_set<std::shared_ptr<Connection>> connections;
  std::array<char, 64 << 10> scratch{};  // idle connections own no buffer
  std::string date;                      // of the Date header
  int64_t date_second = 0;

  /// "Sat, 21 Nov 2026 22:21:23 GMT"
  const std::string& Date();
};

}  // namespace millrace
