// SPDX-License-Identifier: Apache-2.0
// OVER (PARTITION BY k ORDER BY ts RANGE 10 s PRECEDING) with COUNT, SUM and MAX over 10,000 keys,
// by watermark and on arrival, and row by row for latency, against a bare loop with a deque per
// key.
#include <arrow/api.h>
#include <benchmark/benchmark.h>

#include <deque>
#include <unordered_map>

#include "operators/operator.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {
namespace {

constexpr int64_t kKeys = 10'000;
constexpr int64_t kBatchRows = 8192;
constexpr int64_t kRows = 128 * kBatchRows;
constexpr int64_t kRowsPerMilli = 20;
constexpr int64_t kPreceding = 10'000;

Schema InputSchema() {
  return Schema({{"k", DataType::BigInt()},
                 {"v", DataType::BigInt()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

/// Every tenth row is up to 500 ms out of order; the watermark is 1 s behind.
std::vector<Batch> MakeBatches(int64_t batch_rows, int64_t rows) {
  std::vector<Batch> batches;
  uint64_t state = 1;
  EventTime watermark = kMinWatermark;
  for (int64_t number = 0; number < rows;) {
    arrow::Int64Builder keys;
    arrow::Int64Builder values;
    arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MILLI),
                                  arrow::default_memory_pool());
    auto watermarks = std::make_shared<std::vector<EventTime>>();
    for (int64_t i = 0; i < batch_rows; ++i, ++number) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const auto random = static_cast<int64_t>(state >> 33);
      const int64_t time = number / kRowsPerMilli - (random % 10 == 0 ? random / 10 % 500 : 0);
      (void)keys.Append(random % kKeys);
      (void)values.Append(number % 1000);
      (void)times.Append(time);
      watermarks->push_back(watermark);
      watermark = std::max(watermark, time - 1000);
    }
    Batch batch;
    batch.num_rows = batch_rows;
    batch.columns = {*keys.Finish(), *values.Finish(), *times.Finish()};
    batch.watermark = watermarks->front();
    batch.watermarks = std::move(watermarks);
    batches.push_back(std::move(batch));
  }
  return batches;
}

AggregateCall MakeCall(std::string function, std::vector<int> args) {
  AggregateCall call;
  call.function = function;
  call.args = args;
  AggregateCallSite site;
  site.needs_retraction = true;
  for (int arg : args) site.args.push_back({.type = InputSchema()[static_cast<size_t>(arg)].type});
  call.resolved = *BuiltinAggregates().Resolve(function, site);
  call.output = {function, call.resolved.result};
  return call;
}

class CountingOutput final : public Output {
 public:
  void Push(Batch batch) override { rows += batch.num_rows; }
  void Push(Watermark) override {}
  bool full() const override { return false; }
  int64_t rows = 0;
};

void Over(benchmark::State& bench, bool on_arrival, int64_t batch_rows, bool with_max) {
  const int64_t rows = batch_rows == 1 ? kRows / 16 : kRows;
  const std::vector<Batch> batches = MakeBatches(batch_rows, rows);
  OverNode::Fields fields;
  fields.partition_keys = {0};
  fields.order_column = 2;
  fields.on_arrival = on_arrival;
  OverStage stage{.preceding = kPreceding};
  stage.calls = {MakeCall("COUNT", {}), MakeCall("SUM", {1})};
  if (with_max) stage.calls.push_back(MakeCall("MAX", {1}));
  fields.stages = {stage};
  const PlanNodePtr node =
      std::make_shared<OverNode>(std::make_shared<ValuesNode>(InputSchema(), Batch(), ""), fields);
  SessionContext session;
  for (auto _ : bench) {
    StateStore state(false);
    OperatorMetrics metrics;
    OperatorContext context;
    context.session = &session;
    context.state = &state;
    context.metrics = &metrics;
    auto op = *BuiltinOperators().Make(node, context);
    CountingOutput output;
    for (const Batch& batch : batches) {
      if (!op->OnBatch(0, batch, &output)) bench.SkipWithError("failed");
      (void)op->OnWatermark(0, {batch.watermark_before(batch.num_rows - 1)}, &output);
    }
    benchmark::DoNotOptimize(output.rows);
  }
  bench.SetItemsProcessed(bench.iterations() * rows);
}

void BareLoop(benchmark::State& bench) {
  const std::vector<Batch> batches = MakeBatches(kBatchRows, kRows);
  struct Frame {
    std::deque<std::pair<int64_t, int64_t>> rows;
    int64_t sum = 0;
  };
  for (auto _ : bench) {
    std::unordered_map<int64_t, Frame> frames;
    int64_t total = 0;
    for (const Batch& batch : batches) {
      const int64_t* keys = batch.columns[0]->data()->GetValues<int64_t>(1);
      const int64_t* values = batch.columns[1]->data()->GetValues<int64_t>(1);
      const int64_t* times = batch.columns[2]->data()->GetValues<int64_t>(1);
      for (int64_t i = 0; i < batch.num_rows; ++i) {
        Frame& frame = frames[keys[i]];
        while (!frame.rows.empty() && frame.rows.front().first < times[i] - kPreceding) {
          frame.sum -= frame.rows.front().second;
          frame.rows.pop_front();
        }
        frame.rows.emplace_back(times[i], values[i]);
        frame.sum += values[i];
        total += frame.sum;
      }
    }
    benchmark::DoNotOptimize(total);
  }
  bench.SetItemsProcessed(bench.iterations() * kRows);
}

BENCHMARK(BareLoop);
BENCHMARK_CAPTURE(Over, by_watermark, false, kBatchRows, false);
BENCHMARK_CAPTURE(Over, by_watermark_with_max, false, kBatchRows, true);
BENCHMARK_CAPTURE(Over, on_arrival, true, kBatchRows, false);
BENCHMARK_CAPTURE(Over, on_arrival_with_max, true, kBatchRows, true);
BENCHMARK_CAPTURE(Over, on_arrival_row_by_row, true, 1, true);

}  // namespace
}  // namespace millrace

BENCHMARK_MAIN();
