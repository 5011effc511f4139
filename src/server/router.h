// SPDX-License-Identifier: Apache-2.0
// Router: the table of routes, and everything that is decided about a request before a route sees
// it, in this order: Host, path, method, Origin, credentials. A route cannot forget a check, since
// none is its own; what it may ask for is an Access. Immutable once open; used by the server's
// threads.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "env/http_server.h"
#include "env/request_path.h"
#include "pipelines/http_table.h"
#include "pipelines/running_pipelines.h"
#include "server/access.h"

namespace millrace {

/// Who may use a route.
enum class Access {
  kOpen,     // everybody who reaches the listener: says nothing about data
  kControl,  // the token, if there is one
  kTable,    // the keys of the table that the path names, or the token
};

/// What routes work on.
struct RouteContext {
  RunningPipelines* pipelines = nullptr;
  std::vector<std::unique_ptr<HttpTable>> tables;
  const std::atomic<const HttpServer*>* server = nullptr;  // where it will be once it listens

  HttpTable* FindTable(std::string_view name) const;
};

struct RoutedRequest {
  ServerRequest request;
  RequestPath path;
  HttpTable* table = nullptr;  // kTable: the one that the path names
};

struct Route {
  std::string name;          // "ingest": first segment of its path
  std::string method;        // GET implies HEAD
  bool takes_table = false;  // /name/{table}
  Access access = Access::kControl;
  size_t body_bytes_max = 0;  // kTable: the table's
  std::function<void(const RouteContext& context, RoutedRequest request, HttpResponder responder)>
      handle;
};

/// routes/builtin.cc, sorted by name.
std::vector<Route> BuiltinRoutes();

struct RouterSettings {
  std::string token;
  std::vector<std::string> allowed_hosts;
};

class Router final : public HttpService {
 public:
  Router(RouterSettings settings, RouteContext context, std::vector<Route> routes);

  Admission Admit(const ServerRequest& head) override;
  void Handle(ServerRequest request, HttpResponder responder) override;
  ServerResponse Refuse(int status, std::string_view reason) override;
  void OnTick() override;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  /// A request that all checks let pass, or the answer that says why not.
  struct Match {
    const Route* route = nullptr;
    HttpTable* table = nullptr;
    RequestPath path;
    std::optional<ServerResponse> refusal;
  };
  Match Find(const ServerRequest& request) const;
  std::optional<ServerResponse> CheckOrigin(const ServerRequest& request,
                                            const HttpTable* table) const;
  std::optional<ServerResponse> CheckAccess(const ServerRequest& request, const Match& match) const;
  ServerResponse Preflight(const ServerRequest& request, const Match& match) const;
  bool PermitsOrigin(std::string_view origin, std::string_view host, const HttpTable* table) const;

  RouterSettings settings_;
  RouteContext context_;
  std::vector<Route> routes_;
  std::vector<std::string> secrets_;  // all of them
};

}  // namespace millrace
