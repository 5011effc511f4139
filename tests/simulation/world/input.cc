// SPDX-License-Identifier: Apache-2.0
#include "simulation/world/input.h"

#include <algorithm>
#include <limits>

#include "support/batch_builder.h"

namespace millrace {
namespace {

constexpr int64_t kBeginMs = 3'600'000;  // no time is before 1970
constexpr int64_t kStepMs = 700;
constexpr int64_t kDisorderMs = 4000;  // less than the delay: no row is late
constexpr int64_t kLateMs = 25000;
constexpr int64_t kSlowNanos = 2'000'000;  // between two rows of a slow split at least
constexpr int64_t kSlower = 10;
constexpr int64_t kIdleNanos = 1'000'000;
constexpr int64_t kSplitNumbers = 10'000'000;  // between numbers of rows of two splits

std::string NameOfSplit(size_t split) { return "split-" + std::to_string(split); }
size_t SplitOf(const std::string& name) { return std::stoul(name.substr(6)); }

class Reader final : public SplitReader {
 public:
  Reader(Input* input, Schema schema, size_t split)
      : input_(input), schema_(std::move(schema)), split_(split) {}

  Status Seek(std::string_view position) override {
    next_ = std::stoul(std::string(position));
    input_->OnSeek(split_, next_);
    return OkStatus();
  }
  Result<ReadResult> Read(int64_t max_rows) override {
    const auto& rows = input_->rows().splits[split_];
    const size_t arrived = input_->ArrivedRows(split_);
    ReadResult result;
    if (next_ >= arrived) {
      const bool end = input_->bounded() && arrived == rows.size();
      result.kind = end ? ReadResult::Kind::kEnd : ReadResult::Kind::kIdle;
      result.wait_nanos = kIdleNanos;
      return result;
    }
    BatchBuilder builder(schema_);
    for (int64_t i = 0; i < max_rows && next_ < arrived; ++i) {
      const InputRow& row = rows[next_++];
      builder.Row({row.k, row.v, row.ts_ms});
    }
    result.kind = ReadResult::Kind::kData;
    result.data = builder.Build();
    return result;
  }
  std::string Position() const override { return std::to_string(next_); }

 private:
  Input* input_;
  Schema schema_;
  size_t split_;
  size_t next_ = 0;
};

class InputSource final : public Source {
 public:
  InputSource(Input* input, Schema schema) : input_(input), schema_(std::move(schema)) {}
  bool bounded() const override { return input_->bounded(); }
  Result<std::vector<Split>> Discover() override {
    std::vector<Split> splits;
    for (size_t i = 0; i < input_->rows().splits.size(); ++i) {
      splits.push_back({.id = NameOfSplit(i), .bounded = input_->bounded(), .position = {}});
    }
    return splits;
  }
  Result<std::unique_ptr<SplitReader>> Open(const Split& split) override {
    return std::make_unique<Reader>(input_, schema_, SplitOf(split.id));
  }
  void OnEpochCompleted(std::span<const Split> positions) override {
    for (const Split& split : positions) {
      const size_t row = split.position.empty() ? 0 : std::stoul(split.position);
      input_->OnCompleted(SplitOf(split.id), row);
    }
  }

 private:
  Input* input_;
  Schema schema_;
};

class InputConnector final : public Connector {
 public:
  explicit InputConnector(Input* input) : input_(input) {}
  std::string_view name() const override { return "events"; }
  std::string_view summary() const override { return "Rows of a simulation."; }
  std::vector<OptionSpec> options() const override { return {}; }
  bool can_read() const override { return true; }
  bool can_write() const override { return false; }
  bool needs_format() const override { return false; }
  Status Check(const TableContext&, bool) const override { return OkStatus(); }
  Result<std::unique_ptr<Source>> MakeSource(const TableContext& table) const override {
    return std::make_unique<InputSource>(input_, table.schema);
  }

 private:
  Input* input_;
};

}  // namespace

Input::Input(const Scenario& scenario, Random* random, Clock* clock)
    : bounded_(scenario.bounded),
      clock_(clock),
      begin_nanos_(clock->MonotonicNanos()),
      spacing_nanos_(static_cast<size_t>(scenario.splits), scenario.spacing_us * 1000) {
  if (scenario.slow_split >= 0) {
    int64_t& spacing = spacing_nanos_[static_cast<size_t>(scenario.slow_split)];
    spacing = std::max(spacing * kSlower, kSlowNanos);
  }
  rows_.delay_ms = kInputDelayMs;
  for (int split = 0; split < scenario.splits; ++split) {
    std::vector<InputRow> rows;
    int64_t latest = 0;
    for (int64_t i = 0; i < scenario.rows_per_split; ++i) {
      // Splits lie one behind the other in time, as a shard reads them.
      const int64_t place = split * scenario.rows_per_split + i;
      int64_t ts = kBeginMs + place * kStepMs - Draw(random, 0, kDisorderMs);
      if (scenario.Has(Fault::kLateRow) && random->Next() % 8 == 0) ts -= Draw(random, 0, kLateMs);
      late_rows_ += latest - ts >= kInputDelayMs ? 1 : 0;
      latest = std::max(latest, ts);
      // Without bad rows none has a number that its query cannot take.
      const int64_t number = scenario.Has(Fault::kBadRow) ? i + 1 : 5 * i + 1 + i % 4;
      const int64_t v = split * kSplitNumbers + number;
      rows.push_back({.split = split, .k = i % scenario.keys, .v = v, .ts_ms = ts});
    }
    rows_.splits.push_back(std::move(rows));
  }
  completed_.resize(rows_.splits.size());
}

std::unique_ptr<Connector> Input::MakeConnector() { return std::make_unique<InputConnector>(this); }

size_t Input::ArrivedRows(size_t split) const {
  const size_t all = rows_.splits[split].size();
  if (spacing_nanos_[split] == 0) return all;
  const int64_t passed = clock_->MonotonicNanos() - begin_nanos_;
  return std::min(all, static_cast<size_t>(passed / spacing_nanos_[split]));
}

int64_t Input::next_arrival() const {
  int64_t next = std::numeric_limits<int64_t>::max();
  for (size_t split = 0; split < rows_.splits.size(); ++split) {
    const size_t arrived = ArrivedRows(split);
    if (arrived == rows_.splits[split].size()) continue;
    const int64_t at = begin_nanos_ + static_cast<int64_t>(arrived + 1) * spacing_nanos_[split];
    next = std::min(next, at);
  }
  return next;
}

bool Input::consumed() const {
  for (size_t split = 0; split < rows_.splits.size(); ++split) {
    if (completed_[split] < rows_.splits[split].size()) return false;
  }
  return true;
}

void Input::OnSeek(size_t split, size_t row) {
  if (row >= completed_[split] || !violation_.empty()) return;
  violation_ = "split " + std::to_string(split) + " is read again from row " + std::to_string(row) +
               ", although an epoch up to " + std::to_string(completed_[split]) + " has happened";
}

void Input::OnCompleted(size_t split, size_t row) {
  const size_t before = std::exchange(completed_[split], row);
  if (row != before) ++moves_;
  if (row >= before || !violation_.empty()) return;
  violation_ = "the position of split " + std::to_string(split) + " went back from row " +
               std::to_string(before) + " to " + std::to_string(row);
}

}  // namespace millrace
