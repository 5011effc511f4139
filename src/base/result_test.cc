// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <gtest/gtest.h>

#include "base/check.h"

namespace millrace {
namespace {

Result<int> Half(int value) {
  if (value % 2 != 0) return UserError("MR0703", "odd number", std::to_string(value), "take two");
  return value / 2;
}

Result<int> Quarter(int value) {
  TRY_ASSIGN(const int half, Half(value));
  TRY_ASSIGN(const int quarter, Half(half));
  return quarter;
}

Status CheckQuarter(int value) {
  TRY(Quarter(value));
  return OkStatus();
}

TEST(Result, TryUnwrapsOrReturnsTheError) {
  EXPECT_EQ(Quarter(8).value(), 2);
  const Result<int> failed = Quarter(6);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, "MR0703");
  EXPECT_EQ(failed.error().detail, "3");
  EXPECT_TRUE(CheckQuarter(4).has_value());
  EXPECT_FALSE(CheckQuarter(3).has_value());
}

TEST(Result, OneLineWithContextInnermostFirst) {
  Error error = UserError("MR0501", "unknown option", "'pth'").error();
  error = std::move(error).With("table t").With("pipeline p");
  EXPECT_EQ(error.ToString(), "MR0501 unknown option: 'pth' (table t, pipeline p)");
}

TEST(Result, DomainsSayWhoseFaultItIs) {
  EXPECT_EQ(UserError("MR0101", "x").error().domain, ErrorDomain::kUser);
  EXPECT_EQ(InternalError("x").error().domain, ErrorDomain::kInternal);
  const Error external = ExternalError("MR0811", "x", {}, true).error();
  EXPECT_EQ(external.domain, ErrorDomain::kExternal);
  EXPECT_TRUE(external.retryable);
}

TEST(CheckDeath, PrintsBothOperands) {
  const int seen = 3;
  EXPECT_DEATH(CHECK_EQ(seen, 4), "seen == 4 \\(3 vs. 4\\)");
  EXPECT_DEATH(CHECK(seen > 3), "seen > 3");
  CHECK_LE(seen, 3);
}

}  // namespace
}  // namespace millrace
