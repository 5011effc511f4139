// SPDX-License-Identifier: Apache-2.0
#include "diagnostics/nearest.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using Names = std::vector<std::string>;

TEST(Nearest, CaseComesFirst) {
  EXPECT_EQ(NearestNames("Amount", {"amounts", "amount", "AMOUNTX"})[0], "amount");
}

TEST(Nearest, FewestLettersFirst) {
  EXPECT_EQ(NearestNames("custmer_id", {"customer_key", "customer_id", "card"}),
            (Names{"customer_id", "customer_key"}));
}

TEST(Nearest, SwappedNeighboursAreOneSlip) {
  EXPECT_EQ(NearestNames("FORM", {"FOR", "FROM"}, 1), (Names{"FROM"}));
  EXPECT_EQ(NearestNames("selcet", {"SELECT", "SET"}, 1), (Names{"SELECT"}));
}

TEST(Nearest, PrefixesAndParts) {
  EXPECT_EQ(NearestNames("cust", {"amount", "customer_identifier"}),
            (Names{"customer_identifier"}));
  EXPECT_EQ(NearestNames("amount", {"total_amount", "card"}), (Names{"total_amount"}));
  EXPECT_EQ(NearestNames("id_customer", {"customer_id"}), (Names{"customer_id"}));
}

TEST(Nearest, NothingNear) {
  EXPECT_TRUE(NearestNames("zebra", {"amount", "card"}).empty());
  EXPECT_TRUE(NearestNames("a", {"b", "c"}).empty());
  EXPECT_TRUE(NearestNames("", {"a"}).empty());
  EXPECT_TRUE(NearestNames("a", {}).empty());
}

TEST(Nearest, LimitAndRepeats) {
  EXPECT_EQ(NearestNames("col", {"col1", "col1", "col2", "col3", "col4"}),
            (Names{"col1", "col2", "col3"}));
}

TEST(Nearest, CountsCodePoints) {
  EXPECT_EQ(NearestNames("stra\u00dfe", {"strasse", "stra\u00dfen"}, 1), (Names{"stra\u00dfen"}));
}

}  // namespace
}  // namespace millrace
