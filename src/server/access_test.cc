// SPDX-License-Identifier: Apache-2.0
#include "server/access.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

ServerRequest With(const std::string& name, const std::string& value) {
  ServerRequest request;
  request.headers.emplace_back(name, value);
  return request;
}

TEST(Access, Secrets) {
  EXPECT_TRUE(SecretsEqual("abc", "abc"));
  EXPECT_FALSE(SecretsEqual("abc", "abd"));
  EXPECT_FALSE(SecretsEqual("abc", "abcd"));
  EXPECT_TRUE(SecretsEqual("", ""));
}

TEST(Access, Credentials) {
  EXPECT_EQ(CredentialOf(With("authorization", "Bearer  abc ")), "abc");
  EXPECT_EQ(CredentialOf(With("authorization", "bearer abc")), "abc");
  EXPECT_EQ(CredentialOf(With("authorization", "Basic abc")), "-");
  EXPECT_EQ(CredentialOf(With("x-api-key", "abc")), "abc");
  EXPECT_EQ(CredentialOf({}), "");
}

TEST(Access, Verdicts) {
  const Grant grant{{"right", "also"}};
  const std::vector<std::string> all{"right", "also", "other"};
  EXPECT_EQ(CheckCredential("right", grant, all), Verdict::kAllowed);
  EXPECT_EQ(CheckCredential("also", grant, all), Verdict::kAllowed);
  EXPECT_EQ(CheckCredential("other", grant, all), Verdict::kForbidden);
  EXPECT_EQ(CheckCredential("wrong", grant, all), Verdict::kUnknown);
  EXPECT_EQ(CheckCredential("", grant, all), Verdict::kUnknown);
  EXPECT_EQ(CheckCredential("", {}, all), Verdict::kAllowed);
}

TEST(Access, Hosts) {
  const std::vector<std::string> allowed{"shop.example.com"};
  for (const char* own : {"localhost", "LocalHost:80", "127.0.0.1", "10.0.0.1:8080", "[::1]",
                          "[fe80::1]:80", "Shop.Example.com", "shop.example.com:443"}) {
    EXPECT_TRUE(IsOwnHost(own, allowed)) << own;
  }
  for (const char* foreign :
       {"", "evil.com", "127.0.0.1.evil.com", "localhost.evil.com", "1", "1.2.3", "[evil]", "[::1",
        "[::1].evil.com", "shop.example.com.evil.com", "x@localhost", "...1234"}) {
    EXPECT_FALSE(IsOwnHost(foreign, allowed)) << foreign;
  }
}

TEST(Access, Origins) {
  EXPECT_TRUE(IsSameOrigin("http://127.0.0.1:80", "127.0.0.1:80"));
  EXPECT_FALSE(IsSameOrigin("http://127.0.0.1:81", "127.0.0.1:80"));
  EXPECT_FALSE(IsSameOrigin("null", "null"));
  EXPECT_FALSE(IsSameOrigin("file://127.0.0.1", "127.0.0.1"));
}

}  // namespace
}  // namespace millrace
