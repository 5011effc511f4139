// SPDX-License-Identifier: Apache-2.0
#include "server/router.h"

#include <algorithm>

#include "server/answers.h"

namespace millrace {
namespace {

constexpr std::string_view kNull = "null";  // origin of sandboxed pages and files

ServerResponse Refusal(int status, std::string code, std::string message, std::string hint = {}) {
  return ErrorAnswer(status, Error{.code = std::move(code),
                                   .domain = ErrorDomain::kUser,
                                   .message = std::move(message),
                                   .hint = std::move(hint)});
}

/// Every answer to a page of another origin, and the security headers of all.
void Finish(const ServerRequest& request, bool cross_origin, ServerResponse* response) {
  response->headers.emplace_back("X-Content-Type-Options", "nosniff");
  const auto origin = request.Header("origin");
  if (!origin) return;
  response->headers.emplace_back("Vary", "Origin");
  if (!cross_origin) return;
  response->headers.emplace_back("Access-Control-Allow-Origin", std::string(*origin));
  response->headers.emplace_back("Access-Control-Expose-Headers",
                                 "Millrace-Decision, Millrace-Reason, Retry-After");
}

/// Adds those headers to whatever a route sends.
class FinishingExchange final : public HttpExchange {
 public:
  FinishingExchange(HttpResponder responder, ServerRequest head, bool cross_origin)
      : responder_(std::move(responder)), head_(std::move(head)), cross_origin_(cross_origin) {}
  void Send(ServerResponse response) override {
    Finish(head_, cross_origin_, &response);
    responder_.Send(std::move(response));
  }

 private:
  HttpResponder responder_;
  ServerRequest head_;
  bool cross_origin_;
};

bool Serves(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

std::string AllowOf(const Route& route) {
  return (route.method == "GET" ? "GET, HEAD" : route.method) + ", OPTIONS";
}

}  // namespace

HttpTable* RouteContext::FindTable(std::string_view name) const {
  for (const auto& table : tables) {
    if (table->name() == name) return table.get();
  }
  return nullptr;
}

Router::Router(RouterSettings settings, RouteContext context, std::vector<Route> routes)
    : settings_(std::move(settings)), context_(std::move(context)), routes_(std::move(routes)) {
  if (!settings_.token.empty()) secrets_.push_back(settings_.token);
  for (const auto& table : context_.tables) {
    secrets_.insert(secrets_.end(), table->api_keys().begin(), table->api_keys().end());
  }
}

Router::Match Router::Find(const ServerRequest& request) const {
  Match match;
  const std::string_view host = request.Header("host").value_or("");
  if (!host.empty() && !IsOwnHost(host, settings_.allowed_hosts)) {
    match.refusal = Refusal(403, "MR0747", "this listener is not known by that Host name",
                            "start with --allow-host and the name, if it is right");
    return match;
  }
  auto path = ParseRequestPath(request.target);
  if (!path) {
    match.refusal = Refusal(400, "MR0749", "the path is malformed");
    return match;
  }
  match.path = *std::move(path);
  const auto& segments = match.path.segments;
  for (const Route& route : routes_) {
    const size_t length = route.takes_table ? 2 : 1;
    if (segments.size() == length && segments[0] == route.name) match.route = &route;
  }
  if (match.route != nullptr && match.route->takes_table) {
    match.table = context_.FindTable(segments[1]);
  }
  const std::string_view method = request.method;
  const bool preflight = method == "OPTIONS";
  if (match.route == nullptr) {
    match.refusal = Refusal(404, "MR0748", "there is no such resource",
                            "GET /health, /ready, /metrics; POST /ingest/<table>, /decide/<table>");
  } else if (!preflight && !Serves(*match.route, method)) {
    match.refusal = Refusal(405, "MR0748", "this resource does not take that method");
    match.refusal->headers.emplace_back("Allow", AllowOf(*match.route));
  }
  if (!match.refusal) match.refusal = CheckOrigin(request, match.table);
  if (!match.refusal && preflight) match.refusal = Preflight(request, match);
  if (!match.refusal) match.refusal = CheckAccess(request, match);
  if (!match.refusal && match.route->takes_table && match.table == nullptr) {
    match.refusal =
        Refusal(404, "MR0748", "the program has no table of that name that takes requests",
                "only tables with 'connector' = 'http' that a statement reads do");
  }
  return match;
}

bool Router::PermitsOrigin(std::string_view origin, std::string_view host,
                           const HttpTable* table) const {
  if (origin == kNull) return false;
  if (IsSameOrigin(origin, host)) return true;
  return table != nullptr && std::ranges::find(table->origins(), origin) != table->origins().end();
}

/// Browsers say where a page came from; other clients say nothing and are let pass.
std::optional<ServerResponse> Router::CheckOrigin(const ServerRequest& request,
                                                  const HttpTable* table) const {
  const auto origin = request.Header("origin");
  if (!origin) {
    if (request.Header("sec-fetch-site").value_or("") != "cross-site") return std::nullopt;
    if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
    return Refusal(403, "MR0747", "a page of another site may not do this");
  }
  if (PermitsOrigin(*origin, request.Header("host").value_or(""), table)) return std::nullopt;
  return Refusal(403, "MR0747", "pages of that origin may not do this",
                 "SET 'millrace.table.<table>.cors.origins' lists those that may");
}

ServerResponse Router::Preflight(const ServerRequest& request, const Match& match) const {
  ServerResponse response{.status = 204, .headers = {{"Allow", AllowOf(*match.route)}}};
  if (!request.Header("access-control-request-method")) return response;
  response.headers.emplace_back("Access-Control-Allow-Methods", AllowOf(*match.route));
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "Authorization, Content-Type, Idempotency-Key, X-Api-Key");
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  return response;
}

std::optional<ServerResponse> Router::CheckAccess(const ServerRequest& request,
                                                  const Match& match) const {
  Grant grant;
  if (match.route->access == Access::kOpen) return std::nullopt;
  if (match.route->access == Access::kTable && match.table != nullptr) {
    grant.secrets = match.table->api_keys();
  }
  if (!settings_.token.empty()) grant.secrets.push_back(settings_.token);
  switch (CheckCredential(CredentialOf(request), grant, secrets_)) {
    case Verdict::kAllowed: return std::nullopt;
    case Verdict::kForbidden: return Refusal(403, "MR0747", "this key opens something else");
    case Verdict::kUnknown: break;
  }
  ServerResponse response = Refusal(401, "MR0747", "a valid token or key is needed",
                                    "send it as: Authorization: Bearer <token>");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

HttpService::Admission Router::Admit(const ServerRequest& head) {
  Match match = Find(head);
  Admission admission;
  if (!match.refusal) {
    const auto coding = head.Header("content-encoding");
    if (coding && *coding != "identity") {
      match.refusal = Refusal(415, "MR0744", "compressed bodies are not taken",
                              "send the body as it is, without Content-Encoding");
    }
  }
  if (match.refusal) {
    const auto origin = head.Header("origin");
    const bool permitted =
        origin && PermitsOrigin(*origin, head.Header("host").value_or(""), match.table);
    Finish(head, permitted, &*match.refusal);
    admission.refusal = std::move(match.refusal);
    return admission;
  }
  admission.body_bytes_max =
      match.table != nullptr ? match.table->body_bytes_max() : match.route->body_bytes_max;
  return admission;
}

void Router::Handle(ServerRequest request, HttpResponder responder) {
  Match match = Find(request);
  if (match.refusal) return responder.Send(*std::move(match.refusal));  // changed since Admit
  const bool cross_origin = request.Header("origin").has_value();
  ServerRequest head;
  if (cross_origin) head.headers.emplace_back("origin", *request.Header("origin"));
  match.route->handle(context_, {std::move(request), std::move(match.path), match.table},
                      HttpResponder(std::make_shared<FinishingExchange>(
                          std::move(responder), std::move(head), cross_origin)));
}

ServerResponse Router::Refuse(int status, std::string_view reason) {
  return ErrorAnswer(status,
                     Error{.code = status == 503 ? "MR0743" : "MR0749",
                           .domain = status >= 500 ? ErrorDomain::kInternal : ErrorDomain::kUser,
                           .message = std::string(reason)});
}

void Router::OnTick() {
  ReplyBoard* const replies = context_.pipelines->services().replies;
  if (replies != nullptr) replies->Expire(context_.pipelines->env().clock->MonotonicNanos());
}

}  // namespace millrace
