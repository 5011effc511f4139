// SPDX-License-Identifier: Apache-2.0
#include "operators/io/sink_driver.h"

#include <gtest/gtest.h>

#include "support/memory_connector.h"

namespace millrace {
namespace {

const Schema kRows({{"k", DataType::BigInt().NotNull()}, {"v", DataType::BigInt()}});

class SinkDriverTest : public testing::Test {
 protected:
  std::unique_ptr<SinkDriver> Make(bool fail, bool drop_nulls) {
    const TablePtr table = MakeTable("out", kRows, &connector_);
    const SinkNode node(ScanAll(table), table);
    auto driver = SinkDriver::Make(node, TableContext(), {&letters_, &letters_, fail}, drop_nulls);
    EXPECT_TRUE(driver) << driver.error().ToString();
    return *std::move(driver);
  }
  Batch Rows() {
    return BatchBuilder(kRows).Row({1, 10}).Row({kNullCell, 20}).Row({3, kNullCell}).Build();
  }
  std::vector<std::string> Written() { return store_.written[0].lines; }

  MemoryStore store_;
  MemoryConnector connector_{&store_};
  DeadLetterBuffer letters_;
};

TEST_F(SinkDriverTest, NullInANotNullColumnGoesToTheDeadLetters) {
  auto sink = Make(/*fail=*/false, /*drop_nulls=*/false);
  ASSERT_TRUE(sink->Write(Rows()));
  EXPECT_EQ(Written(), (std::vector<std::string>{"+I[1, 10]", "+I[3, null]"}));
  EXPECT_EQ(sink->rejected(), 1u);
  const std::string letter = letters_.Take().at("out");
  EXPECT_EQ(letter.substr(letter.find(", ") + 2),
            "\"table\": \"out\", \"stage\": \"sink\", \"reason\": "
            "\"column 'k' is NOT NULL, but is NULL\", \"row\": \"+I[null, 20]\", "
            "\"attempts\": 1}\n");
}

TEST_F(SinkDriverTest, OrFailsTheJob) {
  const Status status = Make(/*fail=*/true, /*drop_nulls=*/false)->Write(Rows());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "MR0705");
}

TEST_F(SinkDriverTest, OrIsDroppedAndCounted) {
  auto sink = Make(/*fail=*/true, /*drop_nulls=*/true);
  ASSERT_TRUE(sink->Write(Rows()));
  EXPECT_EQ(Written().size(), 2u);
  EXPECT_EQ(sink->dropped(), 1u);
  EXPECT_EQ(letters_.count(), 0u);
}

}  // namespace
}  // namespace millrace
