// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cstring>
#include <future>
#include <thread>

#include "env/http_client.h"
#include "env/real/file_descriptor.h"
#include "env/real/private_address.h"

namespace millrace {
namespace {

/// Answers every connection on a free port with one fixed text and remembers what it read.
class FixedServer {
 public:
  explicit FixedServer(std::string answer) : answer_(std::move(answer)) {
    listener_ = FileDescriptor(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_.get(), 64), 0);
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~FixedServer() {
    shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/path?q=1"; }
  std::string requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void Serve() {
    while (true) {
      const FileDescriptor client(accept(listener_.get(), nullptr, nullptr));
      if (!client.valid()) return;
      std::string request;
      char buffer[4096];
      while (request.find("\r\n\r\n") == std::string::npos ||
             request.find("END") == std::string::npos) {
        const ssize_t n = recv(client.get(), buffer, sizeof buffer, 0);
        if (n <= 0) break;
        request.append(buffer, static_cast<size_t>(n));
      }
      {
        const std::lock_guard lock(mutex_);
        requests_ += request;
      }
      send(client.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
  }

  std::string answer_;
  FileDescriptor listener_;
  uint16_t port_ = 0;
  std::mutex mutex_;
  std::string requests_;
  std::thread thread_;
};

Result<HttpResponse> SendAndWait(HttpClient* client, HttpRequest request) {
  auto promise = std::make_shared<std::promise<Result<HttpResponse>>>();
  auto future = promise->get_future();
  client->Send(std::move(request), [promise](Result<HttpResponse> response) {
    promise->set_value(std::move(response));
  });
  return future.get();
}

class HttpClientTest : public testing::Test {
 protected:
  void SetUp() override {
    auto client = MakeCurlHttpClient(4);
    ASSERT_TRUE(client.has_value());
    client_ = std::move(*client);
  }
  std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, SendsAndReceives) {
  FixedServer server(
      "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 2\r\n"
      "Connection: close\r\n\r\nhi");
  auto response = SendAndWait(
      client_.get(),
      {.method = "PUT", .url = server.url(), .headers = {{"X-One", "1"}}, .body = "body END"});
  ASSERT_TRUE(response.has_value()) << response.error().ToString();
  EXPECT_EQ(response->status, 429);
  EXPECT_EQ(response->body, "hi");
  ASSERT_NE(response->FindHeader("retry-after"), nullptr);
  EXPECT_EQ(*response->FindHeader("retry-after"), "7");
  EXPECT_EQ(response->FindHeader("nothing"), nullptr);
  const std::string request = server.requests();
  EXPECT_TRUE(request.starts_with("PUT /path?q=1 HTTP/1.1\r\n"));
  EXPECT_NE(request.find("X-One: 1\r\n"), std::string::npos);
  EXPECT_NE(request.find("Content-Length: 8\r\n"), std::string::npos);
  EXPECT_TRUE(request.ends_with("body END"));
}

TEST_F(HttpClientTest, DoesNotFollowRedirects) {
  FixedServer server(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
      "Content-Length: 0\r\nConnection: close\r\n\r\n");
  const auto response = SendAndWait(client_.get(), {.url = server.url(), .body = "END"});
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 302);
}

TEST_F(HttpClientTest, BoundsTheAnswer) {
  FixedServer server("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(5000, 'x'));
  const auto response =
      SendAndWait(client_.get(), {.url = server.url(), .body = "END", .max_response_bytes = 4000});
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, "MR0811");
  EXPECT_NE(response.error().detail.find("4000"), std::string::npos);
}

TEST_F(HttpClientTest, RefusesPrivateAddressesWhenTold) {
  FixedServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  const auto response = SendAndWait(
      client_.get(), {.url = server.url(), .body = "END", .allow_private_addresses = false});
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().code, "MR0812");
  EXPECT_FALSE(response.error().retryable);
  EXPECT_EQ(server.requests(), "");
}

TEST_F(HttpClientTest, NamesTheReasonOfAFailure) {
  const auto refused = SendAndWait(client_.get(), {.url = "http://127.0.0.1:1/"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_FALSE(refused.error().detail.empty());
  const auto scheme = SendAndWait(client_.get(), {.url = "file:///etc/passwd"});
  ASSERT_FALSE(scheme.has_value());
  EXPECT_FALSE(scheme.error().retryable);
  const auto header =
      SendAndWait(client_.get(), {.url = "http://127.0.0.1:1/", .headers = {{"a", "b\r\nc: d"}}});
  EXPECT_FALSE(header.has_value());
}

TEST_F(HttpClientTest, AnswersEveryRequestAlsoBeyondItsLimitAndAtShutdown) {
  FixedServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  std::atomic<int> answered = 0;
  for (int i = 0; i < 40; ++i) {
    client_->Send({.url = server.url(), .body = "END"},
                  [&](const Result<HttpResponse>&) { ++answered; });
  }
  EXPECT_TRUE(SendAndWait(client_.get(), {.url = server.url(), .body = "END"}).has_value());
  client_.reset();
  EXPECT_EQ(answered, 40);
}

bool IsPrivate(const char* text) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    return IsPrivateAddress(reinterpret_cast<const sockaddr*>(&v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  EXPECT_EQ(inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
  return IsPrivateAddress(reinterpret_cast<const sockaddr*>(&v6));
}

TEST(PrivateAddressTest, KnowsTheRanges) {
  for (const char* address :
       {"127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1",
        "2002:7f00:1::1"}) {
    EXPECT_TRUE(IsPrivate(address)) << address;
  }
  for (const char* address : {"8.8.8.8", "172.32.0.1", "192.169.0.1", "100.128.0.1", "1.1.1.1",
                              "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"}) {
    EXPECT_FALSE(IsPrivate(address)) << address;
  }
}

}  // namespace
}  // namespace millrace
