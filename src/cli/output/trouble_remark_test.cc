// SPDX-License-Identifier: Apache-2.0
#include "cli/output/trouble_remark.h"

#include <gtest/gtest.h>

#include "base/time_units.h"

namespace millrace {
namespace {

JobSnapshot With(std::string trouble) {
  JobSnapshot snapshot;
  NodeSnapshot node;
  node.id = "scan";
  node.table = "orders";
  node.trouble = std::move(trouble);
  snapshot.nodes.push_back(std::move(node));
  return snapshot;
}

TEST(TroubleRemarkTest, WhatLastsIsSaidOnceAndThatItHasPassed) {
  TroubleRemark remark;
  EXPECT_EQ(remark.Update(With(""), 0), "");
  EXPECT_EQ(remark.Update(With("no broker"), 1 * kSecond), "");
  EXPECT_EQ(remark.Update(With("no broker"), 10 * kSecond), "");
  EXPECT_EQ(remark.Update(With("no broker"), 11 * kSecond), "table orders: no broker\n");
  EXPECT_EQ(remark.Update(With("no broker"), 60 * kSecond), "");
  EXPECT_EQ(remark.Update(With(""), 61 * kSecond), "table orders goes on\n");
  EXPECT_EQ(remark.Update(With(""), 62 * kSecond), "");
}

TEST(TroubleRemarkTest, WhatPassesSoonIsNotSaid) {
  TroubleRemark remark;
  EXPECT_EQ(remark.Update(With("no broker"), 1 * kSecond), "");
  EXPECT_EQ(remark.Update(With(""), 5 * kSecond), "");
  EXPECT_EQ(remark.Update(With("no broker"), 12 * kSecond), "");
}

}  // namespace
}  // namespace millrace
