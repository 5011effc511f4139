// SPDX-License-Identifier: Apache-2.0
// What the router decides before a route sees a request, for every route there is.
#include "server/router.h"

#include <gtest/gtest.h>

#include "env/simulated/clock.h"

namespace millrace {
namespace {

constexpr const char* kToken = "token-of-the-control-routes";

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() : pipelines_("p", {}, {}, nullptr) {}

  Router Make(const std::string& token, std::vector<std::string> hosts = {}) {
    return {{.token = token, .allowed_hosts = std::move(hosts)},
            {.pipelines = &pipelines_},
            BuiltinRoutes()};
  }

  static ServerRequest Request(const Route& route, HttpHeaders headers = {}) {
    ServerRequest request;
    request.method = route.method;
    request.target = "/" + route.name + (route.takes_table ? "/t" : "");
    request.headers = std::move(headers);
    if (!request.Header("host")) request.headers.emplace_back("host", "localhost");
    return request;
  }

  static int StatusOf(Router* router, const ServerRequest& request) {
    const auto admission = router->Admit(request);
    return admission.refusal ? admission.refusal->status : 0;
  }

  RunningPipelines pipelines_;
};

TEST_F(RouterTest, EveryRouteButTheOpenOnesAsksForTheToken) {
  Router router = Make(kToken);
  size_t open = 0;
  for (const Route& route : router.routes()) {
    const int without = StatusOf(&router, Request(route));
    const int wrong = StatusOf(&router, Request(route, {{"authorization", "Bearer wrong"}}));
    const int right =
        StatusOf(&router, Request(route, {{"authorization", std::string("Bearer ") + kToken}}));
    if (route.access == Access::kOpen) {
      ++open;
      EXPECT_EQ(route.name, "health") << "nothing else is open";
      EXPECT_EQ(without, 0);
      continue;
    }
    EXPECT_EQ(without, 401) << route.name;
    EXPECT_EQ(wrong, 401) << route.name;
    // There is no table 't'; only who has the token learns that.
    EXPECT_EQ(right, route.access == Access::kTable ? 404 : 0) << route.name;
  }
  EXPECT_EQ(open, 1u);
}

TEST_F(RouterTest, EveryRouteRefusesForeignHostsAndOrigins) {
  Router router = Make("", {"own.example.com"});
  for (const Route& route : router.routes()) {
    EXPECT_EQ(StatusOf(&router, Request(route, {{"host", "evil.com"}})), 403) << route.name;
    EXPECT_NE(StatusOf(&router, Request(route, {{"host", "own.example.com"}})), 403) << route.name;
    for (const char* origin : {"http://evil.com", "null", "http://localhost.evil.com"}) {
      EXPECT_EQ(StatusOf(&router, Request(route, {{"origin", origin}})), 403) << route.name;
    }
    EXPECT_NE(StatusOf(&router, Request(route, {{"origin", "http://localhost"}})), 403);
  }
}

TEST_F(RouterTest, OtherMethodsAreNamed) {
  Router router = Make("");
  for (const Route& route : router.routes()) {
    ServerRequest request = Request(route);
    request.method = "PATCH";
    const auto admission = router.Admit(request);
    ASSERT_TRUE(admission.refusal) << route.name;
    EXPECT_EQ(admission.refusal->status, 405) << route.name;
    const bool named = std::ranges::any_of(admission.refusal->headers, [&](const auto& header) {
      return header.first == "Allow" && header.second.starts_with(route.method);
    });
    EXPECT_TRUE(named) << route.name;
  }
}

}  // namespace
}  // namespace millrace
