// SPDX-License-Identifier: Apache-2.0
// The server with real sockets: order of answers, answers from other threads, limits, time-outs,
// and ends in which one side is gone before the other.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "env/http_server.h"

namespace millrace {
namespace {

using std::chrono::milliseconds;

/// Keeps responders where the test can use them; "/now" is answered at once, "/never" dropped.
class TestService final : public HttpService {
 public:
  Admission Admit(const ServerRequest& head) override {
    if (head.target == "/refused") return {.refusal = ServerResponse{.status = 403}};
    return {.body_bytes_max = 1000};
  }
  void Handle(ServerRequest request, HttpResponder responder) override {
    if (request.target == "/never") return;
    if (request.target == "/now") return responder.Send({.body = "now:" + request.body});
    const std::lock_guard lock(mutex_);
    kept_.push_back(std::move(responder));
  }
  ServerResponse Refuse(int status, std::string_view reason) override {
    return {.status = status, .body = std::string(reason)};
  }
  void OnTick() override { ++ticks_; }

  /// Waits until `count` requests wait, then takes their responders.
  std::vector<HttpResponder> Take(size_t count) {
    for (int i = 0; i < 1000; ++i) {
      {
        const std::lock_guard lock(mutex_);
        if (kept_.size() >= count) return std::exchange(kept_, {});
      }
      clock_->SleepNanos(5'000'000);
    }
    ADD_FAILURE() << "the requests did not come";
    return {};
  }
  int ticks() const { return ticks_; }

 private:
  std::unique_ptr<Clock> clock_ = MakeSystemClock();
  std::mutex mutex_;
  std::vector<HttpResponder> kept_;
  std::atomic<int> ticks_{0};
};

class Client {
 public:
  explicit Client(int port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const timeval timeout{.tv_sec = 10, .tv_usec = 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  }
  ~Client() { close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Send(std::string_view text) { send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL); }
  void Get(std::string_view target) {
    Send("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  /// Reads until `text` has come; what was read.
  std::string ReadUntil(std::string_view text) {
    while (read_.find(text) == std::string::npos && ReadMore()) {
    }
    return read_;
  }
  std::string ReadAll() {
    while (ReadMore()) {
    }
    return read_;
  }

 private:
  bool ReadMore() {
    std::array<char, 4096> buffer{};
    const ssize_t bytes = recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (bytes <= 0) return false;
    read_.append(buffer.data(), static_cast<size_t>(bytes));
    return true;
  }

  int descriptor_;
  std::string read_;
};

class HttpServerTest : public ::testing::Test {
 protected:
  void Start(HttpServerSettings settings = {}) {
    settings.port = 0;
    auto server = MakeHttpServer(settings, &service_, clock_.get());
    ASSERT_TRUE(server) << server.error().ToString();
    server_ = *std::move(server);
  }

  std::unique_ptr<Clock> clock_ = MakeSystemClock();
  TestService service_;
  std::unique_ptr<HttpServer> server_;
};

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_F(HttpServerTest, AnswersInTheOrderOfRequestsFromAnyThread) {
  Start();
  Client client(server_->port());
  client.Get("/a");
  client.Get("/b");
  client.Get("/now");
  auto responders = service_.Take(2);
  ASSERT_EQ(responders.size(), 2u);
  std::thread second([&] { responders[1].Send({.body = "second"}); });
  second.join();
  std::thread first([&] {
    responders[0].Send({.body = "first"});
    responders[0].Send({.body = "again"});
  });
  first.join();
  const std::string text = client.ReadUntil("now:");
  EXPECT_LT(text.find("first"), text.find("second"));
  EXPECT_LT(text.find("second"), text.find("now:"));
  EXPECT_FALSE(Has(text, "again"));
  for (int i = 0; i < 1000 && service_.ticks() == 0; ++i) clock_->SleepNanos(5'000'000);
  EXPECT_GT(service_.ticks(), 0);
}

TEST_F(HttpServerTest, ARequestThatNobodyAnswersGetsA500) {
  Start();
  Client client(server_->port());
  client.Get("/never");
  EXPECT_TRUE(Has(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 500"));
}

TEST_F(HttpServerTest, RefusalsKeepTheConnectionUnlessABodyWasLeft) {
  Start();
  Client client(server_->port());
  client.Get("/refused");
  client.Get("/now");
  EXPECT_TRUE(Has(client.ReadUntil("now:"), "HTTP/1.1 403"));
  client.Send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nGET /now");
  const std::string text = client.ReadAll();
  EXPECT_TRUE(Has(text, "Connection: close"));
  EXPECT_EQ(text.find("now:"), text.rfind("now:"));
}

TEST_F(HttpServerTest, ResponseHeadersCannotBeSplit) {
  Start();
  Client client(server_->port());
  client.Get("/a");
  service_.Take(1)[0].Send({.headers = {{"X", "a\r\nSet-Cookie: b"}}, .body = "end"});
  EXPECT_FALSE(Has(client.ReadUntil("end"), "\r\nSet-Cookie"));
}

TEST_F(HttpServerTest, CapsConnections) {
  Start({.connections_max = 2});
  Client first(server_->port());
  Client second(server_->port());
  first.Get("/now");
  second.Get("/now");
  first.ReadUntil("now:");
  second.ReadUntil("now:");
  Client third(server_->port());
  EXPECT_TRUE(Has(third.ReadAll(), "HTTP/1.1 503"));
  EXPECT_EQ(server_->statistics().connections_refused, 1u);
}

TEST_F(HttpServerTest, WhoOnlyWaitsGivesWayWhenMostConnectionsAreTaken) {
  Start({.connections_max = 4, .header_timeout = milliseconds(5000)});
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 4; ++i) {
    slow.push_back(std::make_unique<Client>(server_->port()));
    slow.back()->Send("GET / HT");
  }
  const int64_t begin = clock_->MonotonicNanos();
  EXPECT_TRUE(Has(slow[0]->ReadAll(), "HTTP/1.1 408"));
  EXPECT_LT(clock_->MonotonicNanos() - begin, 4'000'000'000);
  slow.clear();
  clock_->SleepNanos(300'000'000);
  Client newcomer(server_->port());
  newcomer.Get("/now");
  EXPECT_TRUE(Has(newcomer.ReadUntil("now:"), "HTTP/1.1 200"));
}

TEST_F(HttpServerTest, SlowHeadsBodiesAndIdleOnesRunOutOfTime) {
  Start({.header_timeout = milliseconds(100),
         .body_timeout = milliseconds(100),
         .idle_timeout = milliseconds(100)});
  Client head(server_->port());
  head.Send("GET / HT");
  EXPECT_TRUE(Has(head.ReadAll(), "HTTP/1.1 408"));
  Client body(server_->port());
  body.Send("POST /now HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_TRUE(Has(body.ReadAll(), "HTTP/1.1 408"));
  Client idle(server_->port());
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_EQ(server_->statistics().timeouts, 2u);
}

TEST_F(HttpServerTest, WhatWasSentBeforeTheEndIsAnswered) {
  Start();
  Client client(server_->port());
  std::string requests;
  for (int i = 0; i < 300; ++i) requests += "GET /now HTTP/1.1\r\nHost: x\r\n\r\n";
  client.Send(requests + "GET /now HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string text = client.ReadAll();
  size_t answers = 0;
  for (size_t at = text.find("now:"); at != std::string::npos; at = text.find("now:", at + 1)) {
    ++answers;
  }
  EXPECT_EQ(answers, 301u);
}

TEST_F(HttpServerTest, StoppingWaitsForRequestsInFlight) {
  Start();
  Client client(server_->port());
  Client idle(server_->port());
  client.Get("/a");
  auto responders = service_.Take(1);
  std::thread stopping([this] { server_->Stop(); });
  EXPECT_EQ(idle.ReadAll(), "");  // closed at once
  responders[0].Send({.body = "last"});
  EXPECT_TRUE(Has(client.ReadAll(), "last"));
  stopping.join();
}

TEST_F(HttpServerTest, RespondersMayOutliveClientAndServer) {
  Start({.stop_timeout = milliseconds(50)});
  {
    Client client(server_->port());
    client.Get("/a");
    client.Get("/b");
    client.Get("/c");
    clock_->SleepNanos(20'000'000);
  }
  auto responders = service_.Take(3);
  responders[0].Send({.body = "to nobody"});
  server_.reset();
  responders[1].Send({.body = "to nobody"});
}

}  // namespace
}  // namespace millrace
