// SPDX-License-Identifier: Apache-2.0
#include "connectors/nexmark/source.h"

#include <arrow/array/array_base.h>
#include <arrow/array/array_nested.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "connectors/nexmark/event_batch.h"
#include "data/row_format.h"
#include "env/simulated/clock.h"

namespace millrace {
namespace {

using GivenOptions = std::map<std::string, OptionValue>;

class NexmarkTest : public testing::Test {
 protected:
  TableContext Table(GivenOptions values, const Schema& schema = NexmarkSchema()) {
    TableContext table{.table = "n", .schema = schema};
    table.options = Options(connector_->options(), std::move(values));
    table.env = {.clock = &clock_};
    return table;
  }

  std::unique_ptr<SplitReader> Reader(const TableContext& table, const std::string& split = "0") {
    source_ = *connector_->MakeSource(table);
    return *source_->Open({split});
  }

  std::vector<std::string> Rows(const TableContext& table, const std::string& split = "0",
                                const std::string& position = "0", int64_t step = 64) {
    auto reader = Reader(table, split);
    EXPECT_TRUE(reader->Seek(position).has_value());
    std::vector<std::string> rows;
    while (true) {
      const auto result = *reader->Read(step);
      if (result.kind != ReadResult::Kind::kData) break;
      const Batch& batch = std::get<Batch>(result.data);
      for (const auto& column : batch.columns) EXPECT_TRUE(column->ValidateFull().ok());
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        rows.push_back(FormatRow(table.schema, batch, row));
      }
    }
    return rows;
  }

  SimulatedClock clock_;
  std::unique_ptr<Connector> connector_ = MakeNexmarkConnector();
  std::unique_ptr<Source> source_;
};

TEST_F(NexmarkTest, EveryFiftyEventsAreAPersonThreeAuctionsAndBids) {
  const auto rows = Rows(Table({{"events.num", {"500"}}}));
  ASSERT_EQ(rows.size(), 500u);
  for (size_t i = 0; i < rows.size(); ++i) {
    const char kind = i % 50 == 0 ? '0' : i % 50 < 4 ? '1' : '2';
    EXPECT_TRUE(rows[i].starts_with(std::string("+I[") + kind)) << rows[i];
  }
  EXPECT_EQ(std::set<std::string>(rows.begin(), rows.end()).size(), rows.size());
}

TEST_F(NexmarkTest, AnEventDependsOnItsNumberOnly) {
  const auto all = Rows(Table({{"events.num", {"1000"}}}));
  const auto rest = Rows(Table({{"events.num", {"1000"}}}), "0", "777", 1000);
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(), all.begin() + 777, all.end()));
  std::vector<std::string> split;
  for (const char* id : {"0", "1", "2"}) {
    const auto part = Rows(Table({{"events.num", {"1000"}}, {"scan.parallelism", {"3"}}}), id);
    split.insert(split.end(), part.begin(), part.end());
  }
  auto sorted = all;
  std::ranges::sort(sorted);
  std::ranges::sort(split);
  EXPECT_EQ(split, sorted);
  EXPECT_NE(Rows(Table({{"events.num", {"1000"}}, {"seed", {"2"}}})), all);
}

TEST_F(NexmarkTest, BidsNameAuctionsAndPeopleThatCame) {
  const NexmarkSettings settings{.events_per_second = 1000};
  const NexmarkEvents events(settings);
  NexmarkBid bid;
  NexmarkAuction auction;
  std::set<int64_t> auctions;
  int64_t hot = 0, bids = 0, early = 0;
  for (int64_t number = 0; number < 100000; ++number) {
    EXPECT_EQ(events.TimeOf(number), settings.base_time_ms + number);
    if (events.KindOf(number) == NexmarkKind::kAuction) {
      events.MakeAuction(number, &auction);
      auctions.insert(auction.id);
      EXPECT_GT(auction.expires_ms, auction.time_ms);
      EXPECT_GT(auction.reserve, auction.initial_bid);
    }
    if (events.KindOf(number) != NexmarkKind::kBid) continue;
    events.MakeBid(number, &bid);
    ++bids;
    hot += bid.auction % 100 == 0;
    early += !auctions.contains(bid.auction);
    EXPECT_GE(bid.price, 100);
    EXPECT_LE(bid.price, 100'000'000);
    EXPECT_GE(bid.extra.size(), 50u);
    EXPECT_LE(bid.extra.size(), 82u);
  }
  EXPECT_EQ(bids, 92000);
  EXPECT_NEAR(static_cast<double>(hot) / static_cast<double>(bids), 0.5, 0.02);
  EXPECT_LT(early, bids / 10);  // some auctions are named a little before they come
  EXPECT_GT(early, 0);
}

TEST_F(NexmarkTest, AGroupComesInAnotherOrderOfTime) {
  const NexmarkEvents events({.group = 100});
  std::set<int64_t> times;
  bool behind = false;
  for (int64_t number = 0; number < 1000; ++number) {
    times.insert(events.TimeOf(number));
    behind |= number > 0 && events.TimeOf(number) < events.TimeOf(number - 1);
  }
  EXPECT_TRUE(behind);
  EXPECT_EQ(times.size(), 100u);  // 10 events a millisecond, all there
}

TEST_F(NexmarkTest, ALimitedRateIsKept) {
  const TableContext table =
      Table({{"rate.limited", {"true"}}, {"next-event.rate", {"1000"}}, {"events.num", {"5000"}}});
  auto reader = Reader(table);
  int64_t seen = 0;
  const int64_t start = clock_.MonotonicNanos();
  while (true) {
    const auto result = *reader->Read(100000);
    if (result.kind == ReadResult::Kind::kEnd) break;
    if (result.kind == ReadResult::Kind::kIdle) {
      ASSERT_GT(result.wait_nanos, 0);
      clock_.Advance(result.wait_nanos);
      continue;
    }
    const Batch& batch = std::get<Batch>(result.data);
    seen += batch.num_rows;
    ASSERT_EQ(batch.arrivals->size(), static_cast<size_t>(batch.num_rows));
    for (const int64_t arrival : *batch.arrivals) EXPECT_LE(arrival, clock_.MonotonicNanos());
  }
  EXPECT_EQ(seen, 5000);
  EXPECT_NEAR(static_cast<double>(clock_.MonotonicNanos() - start), 4.999e9, 1e6);
}

TEST_F(NexmarkTest, RefusesOtherColumnsAndValues) {
  const auto refused = [&](GivenOptions values, const Schema& schema, const std::string& text) {
    const Status status = connector_->Check(Table(std::move(values), schema), false);
    ASSERT_FALSE(status.has_value());
    EXPECT_NE(status.error().message.find(text), std::string::npos) << status.error().message;
  };
  refused({}, Schema({{"bids", DataType::Int()}}), "no column 'bids'");
  refused({}, Schema({{"event_type", DataType::BigInt()}}), "another type");
  refused({{"next-event.rate", {"0"}}}, NexmarkSchema(), "'next-event.rate'");
  refused({{"events.num", {"-1"}}}, NexmarkSchema(), "'events.num'");
  EXPECT_TRUE(connector_->Check(Table({}, Schema({NexmarkSchema()[3]})), false).has_value());
}

}  // namespace
}  // namespace millrace
