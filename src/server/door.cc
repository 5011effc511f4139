// SPDX-License-Identifier: Apache-2.0
#include "server/door.h"

#include "connectors/reply_board.h"
#include "data/option_text.h"
#include "server/router.h"

namespace millrace {
namespace {

constexpr size_t kTokenBytesMin = 16;
constexpr int64_t kPortMax = 65535;

/// "127.0.0.1:8080", "[::1]:8080", ":8080" (loopback).
Result<HttpServerSettings> ParseListen(const std::string& listen) {
  HttpServerSettings settings;
  const size_t colon = listen.rfind(':');
  const auto port = colon == std::string::npos
                        ? std::nullopt
                        : ParseOptionLong(std::string_view(listen).substr(colon + 1));
  if (!port || *port < 0 || *port > kPortMax) {
    return UserError("MR0813", "'" + listen + "' is no address and port", {},
                     "write for example 127.0.0.1:8080");
  }
  settings.port = static_cast<uint16_t>(*port);
  std::string address = listen.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  if (!address.empty()) settings.address = address;
  return settings;
}

Status CheckExposure(const DoorSettings& door, const std::string& address) {
  if (!door.token.empty() && door.token.size() < kTokenBytesMin) {
    return UserError("MR0814", "the token has fewer than 16 characters", {},
                     "make one with: openssl rand -hex 16");
  }
  if (IsLoopbackAddress(address) || !door.token.empty() || door.insecure_listen) {
    return OkStatus();
  }
  return UserError("MR0814", "others reach " + address + ", and there is no token",
                   "anybody in the network could post rows and read metrics",
                   "set MILLRACE_TOKEN or --token-file, listen on 127.0.0.1, or say "
                   "--insecure-listen");
}

class HttpDoor final : public Door {
 public:
  HttpDoor(RouterSettings settings, RouteContext context, RunningPipelines* pipelines)
      : pipelines_(pipelines),
        router_(std::move(settings), WithServer(std::move(context), &listening_), BuiltinRoutes()) {
  }
  ~HttpDoor() override { Close(); }

  /// With TLS, our own commands get a listener of this machine: no certificate need be made for
  /// 127.0.0.1.
  Status Listen(const HttpServerSettings& settings) {
    TRY_ASSIGN(server_, MakeHttpServer(settings, &router_, pipelines_->env().clock));
    listening_ = server_.get();  // requests may be coming already
    if (settings.tls_certificate.empty()) return OkStatus();
    const HttpServerSettings local{.port = 0, .threads = 1};
    TRY_ASSIGN(local_server_, MakeHttpServer(local, &router_, pipelines_->env().clock));
    return OkStatus();
  }
  std::string address() const override { return server_->address(); }
  std::string local_address() const override {
    return local_server_ == nullptr ? address() : local_server_->address();
  }
  void Close() override {
    if (server_ == nullptr) return;
    server_->Stop();
    if (local_server_ != nullptr) local_server_->Stop();
  }

 private:
  static RouteContext WithServer(RouteContext context,
                                 const std::atomic<const HttpServer*>* server) {
    context.server = server;
    return context;
  }

  RunningPipelines* pipelines_;
  std::atomic<const HttpServer*> listening_{nullptr};
  Router router_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<HttpServer> local_server_;  // with TLS only
};

}  // namespace

Result<std::unique_ptr<Door>> OpenHttpDoor(const DoorSettings& settings,
                                           RunningPipelines* pipelines) {
  TRY_ASSIGN(HttpServerSettings listen, ParseListen(settings.listen));
  listen.tls_certificate = settings.tls_certificate;
  listen.tls_key = settings.tls_key;
  if (settings.tls_certificate.empty() != settings.tls_key.empty()) {
    return UserError("MR0815", "TLS needs a certificate and its key", {},
                     "give both --tls-cert and --tls-key");
  }
  TRY(CheckExposure(settings, listen.address));
  RouteContext context{.pipelines = pipelines};
  for (const TablePtr& table : pipelines->tables()) {
    TRY_ASSIGN(auto served, HttpTable::Make(table, pipelines));
    context.tables.push_back(std::move(served));
  }
  auto door = std::make_unique<HttpDoor>(
      RouterSettings{.token = settings.token, .allowed_hosts = settings.allowed_hosts},
      std::move(context), pipelines);
  TRY(door->Listen(listen));
  return door;
}

}  // namespace millrace
