// SPDX-License-Identifier: Apache-2.0
#include "connectors/datagen/source.h"

#include <arrow/array/util.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "connectors/datagen/generator.h"
#include "connectors/datagen/options.h"
#include "data/option_text.h"

namespace millrace {
namespace {

constexpr double kNanosPerSecond = 1e9;

std::optional<uint64_t> ParseCount(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct DatagenPlan {
  Schema schema;
  Options options;
  uint64_t seed = 0;
  uint64_t splits = 1;
  std::optional<uint64_t> rows;  // over all splits
  double rows_per_second = 0;    // of one split
  Clock* clock = nullptr;
};

class DatagenReader final : public SplitReader {
 public:
  DatagenReader(const DatagenPlan& plan, uint64_t split) : plan_(plan), split_(split) {
    for (size_t i = 0; i < plan.schema.size(); ++i) {
      const Column& column = plan.schema[i];
      generators_.push_back(
          MakeColumnGenerator(column.name, column.type, plan.options, BitsOf(plan.seed, i)));
    }
    if (plan.rows) {
      limit_ = *plan.rows / plan.splits + (split < *plan.rows % plan.splits ? 1 : 0);
    }
  }

  Status Seek(std::string_view position) override {
    const auto done = ParseCount(position);
    if (!done) return InternalError("'" + std::string(position) + "' is no datagen position");
    done_ = *done;
    return OkStatus();
  }

  Result<ReadResult> Read(int64_t max_rows) override {
    ReadResult result;
    if (done_ >= limit_) {
      result.kind = ReadResult::Kind::kEnd;
      return result;
    }
    const int64_t now = plan_.clock->MonotonicNanos();
    if (!started_) {
      started_ = true;
      start_ = now;
      base_ = done_;
    }
    const double due = static_cast<double>(now - start_) / kNanosPerSecond * plan_.rows_per_second;
    const uint64_t due_rows = base_ + static_cast<uint64_t>(due) + 1;
    if (due_rows <= done_) {
      result.wait_nanos = std::max<int64_t>(1, ArrivalOf(done_) - now);
      return result;
    }
    const uint64_t count = std::min({due_rows - done_, limit_ - done_,
                                     static_cast<uint64_t>(std::min(max_rows, kMaxBatchRows))});
    result.kind = ReadResult::Kind::kData;
    result.arrival = ArrivalOf(done_);
    result.data = MakeBatch(static_cast<int64_t>(count));
    return result;
  }

  std::string Position() const override { return std::to_string(done_); }

 private:
  int64_t ArrivalOf(uint64_t row) const {
    return start_ + static_cast<int64_t>(static_cast<double>(row - base_) * kNanosPerSecond /
                                         plan_.rows_per_second);
  }

  Batch MakeBatch(int64_t count) {
    const RowRange rows{.first = done_ * plan_.splits + split_,
                        .stride = plan_.splits,
                        .count = count,
                        .now_ms = plan_.clock->WallMillis()};
    Batch batch;
    batch.num_rows = count;
    for (const auto& generator : generators_) {
      batch.columns.push_back(arrow::MakeArray(generator->GenerateColumn(rows)));
    }
    auto arrivals = std::make_shared<std::vector<int64_t>>(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) {
      (*arrivals)[static_cast<size_t>(i)] = ArrivalOf(done_ + static_cast<uint64_t>(i));
    }
    batch.arrival = arrivals->front();
    batch.arrivals = std::move(arrivals);
    done_ += static_cast<uint64_t>(count);
    return batch;
  }

  const DatagenPlan plan_;
  uint64_t split_;
  std::vector<std::unique_ptr<ColumnGenerator>> generators_;
  uint64_t limit_ = UINT64_MAX;
  uint64_t done_ = 0;
  uint64_t base_ = 0;  // rows done when the clock was started
  int64_t start_ = 0;  // monotonic time at which row `base_` is due
  bool started_ = false;
};

class DatagenSource final : public Source {
 public:
  explicit DatagenSource(DatagenPlan plan) : plan_(std::move(plan)) {}
  bool bounded() const override { return plan_.rows.has_value(); }
  Result<std::vector<Split>> Discover() override {
    std::vector<Split> splits;
    for (uint64_t i = 0; i < plan_.splits; ++i) splits.push_back({std::to_string(i), bounded()});
    return splits;
  }
  Result<std::unique_ptr<SplitReader>> Open(const Split& split) override {
    const auto number = ParseCount(split.id);
    if (!number) return InternalError("'" + split.id + "' is no datagen split");
    return std::make_unique<DatagenReader>(plan_, *number);
  }

 private:
  DatagenPlan plan_;
};

bool HoldsCollection(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset: return true;
    case TypeKind::kRow:
      return std::ranges::any_of(type.fields(),
                                 [](const auto& field) { return HoldsCollection(field.type); });
    default: return false;
  }
}

class DatagenConnector final : public Connector {
 public:
  std::string_view name() const override { return "datagen"; }
  std::string_view summary() const override {
    return "Makes random or sequential rows at a given pace.";
  }
  std::vector<OptionSpec> options() const override { return DatagenOptions(); }
  std::vector<OptionSpec> extra_options() const override { return DatagenExtraOptions(); }
  bool can_read() const override { return true; }
  bool can_write() const override { return false; }
  bool needs_format() const override { return false; }
  Status Check(const TableContext& table, bool for_write) const override {
    if (for_write) return UserError("MR0506", "datagen tables cannot be written");
    if (table.options.GetLong("scan.parallelism") > 1) {
      for (const Column& column : table.schema) {
        if (!HoldsCollection(column.type)) continue;
        return UserError("MR0506", "column '" + column.name +
                                       "': collections are made with 'scan.parallelism' 1 only");
      }
    }
    return CheckDatagen(table);
  }
  Result<std::unique_ptr<Source>> MakeSource(const TableContext& table) const override {
    return MakeDatagenSource(table);
  }
};

}  // namespace

Result<std::unique_ptr<Source>> MakeDatagenSource(const TableContext& table) {
  TRY(CheckDatagen(table));
  DatagenPlan plan{.schema = table.schema, .options = table.options, .clock = table.env.clock};
  CHECK(plan.clock != nullptr);
  plan.splits = static_cast<uint64_t>(table.options.GetLong("scan.parallelism"));
  plan.rows_per_second = static_cast<double>(table.options.GetLong("rows-per-second")) /
                         static_cast<double>(plan.splits);
  if (table.options.Has("number-of-rows")) {
    plan.rows = static_cast<uint64_t>(table.options.GetLong("number-of-rows"));
  }
  for (const Column& column : table.schema) {
    const FieldOptions field = ReadFieldOptions(table.options, column.name);
    if (!field.sequence) continue;
    const uint64_t count = static_cast<uint64_t>(field.end - field.start) + 1;
    plan.rows = std::min(plan.rows.value_or(count), count);
  }
  const auto seed = table.extras.find("seed");
  const auto given = seed == table.extras.end() ? std::nullopt : ParseOptionLong(seed->second.text);
  plan.seed = given ? BitsOf(static_cast<uint64_t>(*given), 0) : EntropySeed();
  return std::make_unique<DatagenSource>(std::move(plan));
}

std::unique_ptr<Connector> MakeDatagenConnector() { return std::make_unique<DatagenConnector>(); }

}  // namespace millrace
