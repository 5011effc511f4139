// SPDX-License-Identifier: Apache-2.0
#include "connectors/nexmark/source.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "connectors/nexmark/event_batch.h"

namespace millrace {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

struct NexmarkPlan {
  NexmarkSettings settings;
  int64_t events = INT64_MAX;  // over all splits
  int64_t splits = 1;
  bool paced = false;
  std::vector<size_t> columns;  // of NexmarkSchema, in the order of the table
  Clock* clock = nullptr;
};

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

class NexmarkReader final : public SplitReader {
 public:
  NexmarkReader(const NexmarkPlan& plan, std::shared_ptr<const NexmarkEvents> events, int64_t split)
      : plan_(plan), columns_(std::move(events)), split_(split) {
    if (plan.events != INT64_MAX) {
      limit_ = plan.events / plan.splits + (split < plan.events % plan.splits ? 1 : 0);
    }
  }

  Status Seek(std::string_view position) override {
    const auto done = ParseNumber(position);
    if (!done) return InternalError("'" + std::string(position) + "' is no nexmark position");
    done_ = *done;
    return OkStatus();
  }

  Result<ReadResult> Read(int64_t max_rows) override {
    ReadResult result;
    if (done_ >= limit_) {
      result.kind = ReadResult::Kind::kEnd;
      return result;
    }
    int64_t count = std::min({limit_ - done_, max_rows, kMaxBatchRows});
    if (plan_.paced) {
      const int64_t now = plan_.clock->MonotonicNanos();
      if (!start_) start_ = now - DueAfter(done_);
      count = std::min(count, EventsDue(now) - done_);
      if (count <= 0) {
        result.wait_nanos = std::max<int64_t>(1, *start_ + DueAfter(done_) - now);
        return result;
      }
      result.arrival = *start_ + DueAfter(done_);
    }
    result.kind = ReadResult::Kind::kData;
    result.data = MakeBatch(count, result.arrival);
    return result;
  }

  std::string Position() const override { return std::to_string(done_); }

 private:
  // Nanoseconds after the first event of the run at which an event of this split is due.
  int64_t DueAfter(int64_t index) const {
    const int64_t number = index * plan_.splits;
    const int64_t rate = plan_.settings.events_per_second;
    return number / rate * kNanosPerSecond + number % rate * kNanosPerSecond / rate;
  }

  // Of this split, from its beginning.
  int64_t EventsDue(int64_t now) const {
    const int64_t rate = plan_.settings.events_per_second;
    const int64_t since = now - *start_;
    const int64_t number =
        since / kNanosPerSecond * rate + since % kNanosPerSecond * rate / kNanosPerSecond;
    return number / plan_.splits + 1;
  }

  Batch MakeBatch(int64_t count, int64_t arrival) {
    numbers_.resize(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) {
      numbers_[static_cast<size_t>(i)] = (done_ + i) * plan_.splits + split_;
    }
    const auto all = columns_.Make(numbers_);
    Batch batch;
    batch.num_rows = count;
    for (const size_t column : plan_.columns) batch.columns.push_back(all[column]);
    batch.arrival = arrival;
    if (plan_.paced) {
      auto arrivals = std::make_shared<std::vector<int64_t>>(static_cast<size_t>(count));
      for (int64_t i = 0; i < count; ++i) {
        (*arrivals)[static_cast<size_t>(i)] = *start_ + DueAfter(done_ + i);
      }
      batch.arrivals = std::move(arrivals);
    }
    done_ += count;
    return batch;
  }

  const NexmarkPlan plan_;
  NexmarkColumns columns_;
  int64_t split_;
  std::vector<int64_t> numbers_;
  int64_t limit_ = INT64_MAX;
  int64_t done_ = 0;
  std::optional<int64_t> start_;  // monotonic time at which event 0 was due
};

class NexmarkSource final : public Source {
 public:
  explicit NexmarkSource(NexmarkPlan plan)
      : plan_(std::move(plan)), events_(std::make_shared<const NexmarkEvents>(plan_.settings)) {}
  bool bounded() const override { return plan_.events != INT64_MAX; }
  Result<std::vector<Split>> Discover() override {
    std::vector<Split> splits;
    for (int64_t i = 0; i < plan_.splits; ++i) splits.push_back({std::to_string(i), bounded()});
    return splits;
  }
  Result<std::unique_ptr<SplitReader>> Open(const Split& split) override {
    const auto number = ParseNumber(split.id);
    if (!number) return InternalError("'" + split.id + "' is no nexmark split");
    return std::make_unique<NexmarkReader>(plan_, events_, *number);
  }

 private:
  NexmarkPlan plan_;
  std::shared_ptr<const NexmarkEvents> events_;
};

OptionSpec Count(std::string key, std::string default_value, std::string help) {
  return {.key = std::move(key),
          .type = OptionType::kLong,
          .default_value = std::move(default_value),
          .help = std::move(help)};
}

struct LeastValue {
  const char* key;
  int64_t least;
};

constexpr LeastValue kLeastValues[] = {
    {"scan.parallelism", 1},        {"next-event.rate", 1},       {"person.proportion", 1},
    {"auction.proportion", 1},      {"bid.proportion", 0},        {"auction.hot-ratio.sellers", 1},
    {"bid.hot-ratio.auctions", 1},  {"bid.hot-ratio.bidders", 1}, {"person.avg-size", 0},
    {"auction.avg-size", 0},        {"bid.avg-size", 0},          {"events.num", 0},
    {"out-of-order.group-size", 1},
};

NexmarkSettings ReadSettings(const Options& options) {
  return {
      .seed = static_cast<uint64_t>(options.GetLong("seed")),
      .people = options.GetLong("person.proportion"),
      .auctions = options.GetLong("auction.proportion"),
      .bids = options.GetLong("bid.proportion"),
      .hot_sellers = options.GetLong("auction.hot-ratio.sellers"),
      .hot_auctions = options.GetLong("bid.hot-ratio.auctions"),
      .hot_bidders = options.GetLong("bid.hot-ratio.bidders"),
      .person_size = options.GetLong("person.avg-size"),
      .auction_size = options.GetLong("auction.avg-size"),
      .bid_size = options.GetLong("bid.avg-size"),
      .events_per_second = options.GetLong("next-event.rate"),
      .base_time_ms = options.GetLong("base-time"),
      .group = options.GetLong("out-of-order.group-size"),
  };
}

class NexmarkConnector final : public Connector {
 public:
  std::string_view name() const override { return "nexmark"; }
  std::string_view summary() const override {
    return "Makes the people, auctions and bids of the Nexmark benchmark.";
  }
  std::vector<OptionSpec> options() const override {
    return {
        Count("events.num", "", "Ends after so many events; without it the table is unbounded."),
        Count("next-event.rate", "10000", "Events per second of event time."),
        {.key = "rate.limited",
         .type = OptionType::kBoolean,
         .default_value = "false",
         .help = "Events come at their rate, not as fast as they can be made."},
        Count("seed", "1", "Another seed makes other events."),
        Count("base-time", "1436918400000", "Event time of the first event, ms since 1970."),
        Count("person.proportion", "1", "People among so many people, auctions and bids."),
        Count("auction.proportion", "3", "Auctions among them."),
        Count("bid.proportion", "46", "Bids among them."),
        Count("auction.hot-ratio.sellers", "4", "One of so many auctions is not by a hot seller."),
        Count("bid.hot-ratio.auctions", "2", "One of so many bids is not on a hot auction."),
        Count("bid.hot-ratio.bidders", "4", "One of so many bids is not by a hot bidder."),
        Count("person.avg-size", "200", "Bytes of a person; `extra` fills up."),
        Count("auction.avg-size", "500", "Bytes of an auction."),
        Count("bid.avg-size", "100", "Bytes of a bid."),
        Count("out-of-order.group-size", "1", "So many events come in another order."),
        {.key = "scan.parallelism",
         .type = OptionType::kInt,
         .default_value = "1",
         .help = "Number of splits that events are made in."},
    };
  }
  bool can_read() const override { return true; }
  bool can_write() const override { return false; }
  bool needs_format() const override { return false; }

  Status Check(const TableContext& table, bool for_write) const override {
    if (for_write) return UserError("MR0506", "nexmark tables cannot be written");
    for (const LeastValue& limit : kLeastValues) {
      const int64_t value = table.options.GetLong(limit.key);
      if (value >= limit.least && value <= INT32_MAX) continue;
      if (std::string_view(limit.key) == "events.num" && value >= 0) continue;
      return UserError("MR0503", "option '" + std::string(limit.key) + "' is from " +
                                     std::to_string(limit.least) + " to " +
                                     std::to_string(INT32_MAX));
    }
    return CheckColumns(table.schema);
  }

  Result<std::unique_ptr<Source>> MakeSource(const TableContext& table) const override {
    TRY(Check(table, false));
    CHECK(table.env.clock != nullptr);
    NexmarkPlan plan{.settings = ReadSettings(table.options), .clock = table.env.clock};
    if (table.options.Has("events.num")) plan.events = table.options.GetLong("events.num");
    plan.splits = table.options.GetLong("scan.parallelism");
    plan.paced = table.options.GetBoolean("rate.limited");
    for (const Column& column : table.schema) {
      plan.columns.push_back(*NexmarkSchema().Find(column.name));
    }
    return std::make_unique<NexmarkSource>(std::move(plan));
  }

 private:
  static Status CheckColumns(const Schema& schema) {
    for (const Column& column : schema) {
      const auto place = NexmarkSchema().Find(column.name);
      if (!place) {
        return UserError("MR0506", "nexmark has no column '" + column.name + "'", {},
                         "its columns are event_type, person, auction and bid");
      }
      const DataType& type = NexmarkSchema()[*place].type;
      if (!column.type.EqualIgnoringNull(type)) {
        return UserError("MR0506", "column '" + column.name + "' of nexmark has another type", {},
                         "declare it as " + type.ToString());
      }
    }
    return OkStatus();
  }
};

}  // namespace

std::unique_ptr<Connector> MakeNexmarkConnector() { return std::make_unique<NexmarkConnector>(); }

}  // namespace millrace
