// SPDX-License-Identifier: Apache-2.0
// Load for the HTTP door, and a bare echo of the same server to compare with.
//
//   http_load echo                                    prints its port, serves until killed
//   http_load load PORT PATH BODY RATE SECONDS CONNECTIONS   prints percentiles as JSON
//
// Requests are sent on a schedule, whatever the answers do, and timed from the moment they were due
// (no coordinated omission). A '#' in BODY becomes the number of the request.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include "env/clock.h"
#include "env/http_server.h"

namespace {

using namespace millrace;

class Echo final : public HttpService {
 public:
  Admission Admit(const ServerRequest&) override { return {.body_bytes_max = 1 << 20}; }
  void Handle(ServerRequest request, HttpResponder responder) override {
    responder.Send(
        {.headers = {{"Content-Type", "application/json"}}, .body = std::move(request.body)});
  }
  ServerResponse Refuse(int status, std::string_view reason) override {
    return {.status = status, .body = std::string(reason)};
  }
  void OnTick() override {}
};

int ServeEcho() {
  const auto clock = MakeSystemClock();
  Echo echo;
  auto server = MakeHttpServer({.port = 0}, &echo, clock.get());
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().ToString().c_str());
    return 1;
  }
  std::printf("%d\n", (*server)->port());
  std::fflush(stdout);
  pause();
  return 0;
}

struct Connection {
  int descriptor = -1;
  std::deque<int64_t> due;  // of the requests without an answer
  std::string input;
};

struct Tally {
  std::vector<int64_t> nanos;
  uint64_t refused = 0;  // other statuses than 200 and 202
};

int Connect(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  return descriptor;
}

std::string MakeRequest(const std::string& path, std::string body, uint64_t number) {
  const size_t mark = body.find('#');
  if (mark != std::string::npos) body.replace(mark, 1, std::to_string(number));
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Takes whole answers off the front of the input.
void TakeAnswers(Connection* connection, int64_t now, Tally* tally) {
  while (true) {
    const size_t head = connection->input.find("\r\n\r\n");
    if (head == std::string::npos) return;
    const size_t at = connection->input.find("Content-Length: ");
    size_t length = 0;
    if (at < head) std::from_chars(&connection->input[at + 16], &connection->input[head], length);
    if (connection->input.size() < head + 4 + length) return;
    if (connection->input.compare(9, 2, "20") != 0) ++tally->refused;
    connection->input.erase(0, head + 4 + length);
    tally->nanos.push_back(now - connection->due.front());
    connection->due.pop_front();
  }
}

void Report(Tally tally, uint64_t sent, double seconds) {
  std::ranges::sort(tally.nanos);
  const auto at = [&](double q) {
    if (tally.nanos.empty()) return 0.0;
    const auto last = static_cast<double>(tally.nanos.size() - 1);
    return static_cast<double>(tally.nanos[static_cast<size_t>(q * last)]) / 1e6;
  };
  std::printf(
      "{\"sent\": %llu, \"answered\": %zu, \"refused\": %llu, \"per_second\": %.0f, "
      "\"p50_ms\": %.3f, \"p90_ms\": %.3f, \"p99_ms\": %.3f, \"p999_ms\": %.3f}\n",
      static_cast<unsigned long long>(sent), tally.nanos.size(),
      static_cast<unsigned long long>(tally.refused),
      static_cast<double>(tally.nanos.size()) / seconds, at(0.5), at(0.9), at(0.99), at(0.999));
}

int Load(char** arguments) {
  const int port = std::atoi(arguments[0]);
  const std::string path = arguments[1];
  const std::string body = arguments[2];
  const double rate = std::atof(arguments[3]);
  const double seconds = std::atof(arguments[4]);
  std::vector<Connection> connections(static_cast<size_t>(std::atoi(arguments[5])));
  std::vector<pollfd> polls;
  for (Connection& connection : connections) {
    connection.descriptor = Connect(port);
    if (connection.descriptor < 0) return 1;
    polls.push_back({connection.descriptor, POLLIN, 0});
  }
  const auto clock = MakeSystemClock();
  const auto gap = static_cast<int64_t>(1e9 / rate);
  const int64_t begin = clock->MonotonicNanos();
  const auto total = static_cast<uint64_t>(rate * seconds);
  Tally tally;
  uint64_t sent = 0;
  std::vector<char> buffer(64 << 10);
  while (tally.nanos.size() < total) {
    const int64_t now = clock->MonotonicNanos();
    if (now - begin > static_cast<int64_t>((seconds + 10) * 1e9)) break;  // what is lost is told
    while (sent < total && begin + static_cast<int64_t>(sent) * gap <= now) {
      Connection& connection = connections[sent % connections.size()];
      const std::string request = MakeRequest(path, body, sent);
      connection.due.push_back(begin + static_cast<int64_t>(sent) * gap);
      if (send(connection.descriptor, request.data(), request.size(), MSG_NOSIGNAL) < 0) return 1;
      ++sent;
    }
    const int64_t next = begin + static_cast<int64_t>(sent) * gap - clock->MonotonicNanos();
    const timespec wait{0, std::clamp<int64_t>(next, 0, 50'000'000)};
    if (ppoll(polls.data(), polls.size(), &wait, nullptr) <= 0) continue;
    for (size_t i = 0; i < polls.size(); ++i) {
      if ((polls[i].revents & POLLIN) == 0) continue;
      const ssize_t bytes = recv(polls[i].fd, buffer.data(), buffer.size(), 0);
      if (bytes <= 0) return 1;
      connections[i].input.append(buffer.data(), static_cast<size_t>(bytes));
      TakeAnswers(&connections[i], clock->MonotonicNanos(), &tally);
    }
  }
  Report(std::move(tally), sent, seconds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "echo") return ServeEcho();
  if (mode == "load" && argc == 8) return Load(argv + 2);
  std::fprintf(stderr, "usage: http_load echo | load PORT PATH BODY RATE SECONDS CONNECTIONS\n");
  return 2;
}
