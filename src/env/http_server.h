// SPDX-License-Identifier: Apache-2.0
// HttpServer: HTTP/1.1 into the process. Asynchronous: a request is handed to the service with a
// responder, which may be used later and from any thread; answers of one connection leave in the
// order of its requests. Every length, count and duration has a limit, since nothing that arrives
// can be trusted.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "env/clock.h"
#include "env/http_client.h"

namespace millrace {

struct HttpServerSettings {
  std::string address = "127.0.0.1";  // of an interface: IPv4, IPv6, or "localhost"
  uint16_t port = 8080;               // 0: any free one
  std::string tls_certificate;        // PEM file with the chain; empty: no TLS
  std::string tls_key;                // PEM file
  int threads = 2;
  size_t header_bytes_max = 16 << 10;       // request line and headers together; 431
  size_t headers_max = 100;                 // 431
  size_t target_bytes_max = 8 << 10;        // 414
  size_t bodies_bytes_max = 256ull << 20;   // all bodies that are being received; 503
  size_t pipelined_max = 128;               // unanswered requests of one connection; more wait
  size_t output_bytes_max = 256 << 10;      // unsent answers of one connection; it is not read then
  size_t outputs_bytes_max = 256ull << 20;  // of all; connections that do not read are closed
  size_t connections_max = 16384;           // 503; never more than file descriptors allow
  size_t connections_per_address_max = 12288;        // 503
  std::chrono::milliseconds header_timeout{10'000};  // first byte to end of headers; 408
  std::chrono::milliseconds body_timeout{60'000};    // end of headers to end of body; 408
  std::chrono::milliseconds idle_timeout{120'000};   // between two requests
  std::chrono::milliseconds write_timeout{30'000};   // without any progress of an answer
  std::chrono::milliseconds stop_timeout{5'000};     // for requests in flight when stopping
  std::chrono::milliseconds tick{10};                // of HttpService::OnTick
};

/// A request as it was received. Header names are lower case and in order of arrival.
struct ServerRequest {
  std::string method;
  std::string target;  // as sent; begins with '/', or is "*"
  HttpHeaders headers;
  std::string body;
  std::string remote_address;  // without the port
  int64_t arrival = 0;         // monotonic nanoseconds of its last byte

  /// The first header of that (lower-case) name.
  std::optional<std::string_view> Header(std::string_view name) const;
};

struct ServerResponse {
  int status = 200;
  HttpHeaders headers;  // without Content-Length, Date and Connection
  std::string body;     // left out for HEAD, but counted
  bool close = false;   // the connection ends behind this answer
};

/// The other end of one request.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual void Send(ServerResponse response) = 0;
};

/// One-shot and thread-safe: the first Send counts. Copies share the request. If all copies are
/// gone without a Send, the client gets a 500. May outlive the server.
class HttpResponder {
 public:
  explicit HttpResponder(std::shared_ptr<HttpExchange> exchange) : exchange_(std::move(exchange)) {}
  void Send(ServerResponse response) const { exchange_->Send(std::move(response)); }

 private:
  std::shared_ptr<HttpExchange> exchange_;
};

/// What is done with requests. Called by the server's threads, must not block.
class HttpService {
 public:
  virtual ~HttpService() = default;
  struct Admission {
    size_t body_bytes_max = 0;              // a longer body is answered with 413
    std::optional<ServerResponse> refusal;  // sent at once; the body is not received
  };
  /// The headers are there, the body is not.
  virtual Admission Admit(const ServerRequest& head) = 0;
  virtual void Handle(ServerRequest request, HttpResponder responder) = 0;
  /// The body of an answer that the server gives by itself (400, 408, 413, 414, 417, 431, 503, ..).
  virtual ServerResponse Refuse(int status, std::string_view reason) = 0;
  /// Called by one thread every `tick` while there are connections, else seldom.
  virtual void OnTick() = 0;
};

struct HttpServerStatistics {
  uint64_t connections = 0;           // open now
  uint64_t connections_accepted = 0;  // since the start
  uint64_t connections_refused = 0;   // by a cap
  uint64_t requests = 0;
  uint64_t requests_refused = 0;  // by the server itself or by Admit
  uint64_t timeouts = 0;
};

class HttpServer {
 public:
  /// Stops.
  virtual ~HttpServer() = default;
  virtual std::string address() const = 0;  // bound: "127.0.0.1:40123", "[::1]:8080"
  virtual uint16_t port() const = 0;
  virtual HttpServerStatistics statistics() const = 0;
  /// Accepts nothing more, waits for requests in flight (stop_timeout), closes. Not on a thread of
  /// the server.
  virtual void Stop() = 0;
};

/// The service outlives the server. MR0813: the address cannot be bound. MR0815: certificate or key
/// cannot be used.
Result<std::unique_ptr<HttpServer>> MakeHttpServer(const HttpServerSettings& settings,
                                                   HttpService* service, Clock* clock);

/// Whether an address is reached from this machine only; names count as public, "localhost" apart.
bool IsLoopbackAddress(std::string_view address);

}  // namespace millrace
