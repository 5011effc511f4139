// SPDX-License-Identifier: Apache-2.0
// TUMBLE of 10 s, COUNT(*) and SUM over 10,000 BIGINT keys, against a bare loop over a hash table
// of the standard library. Both read the same Arrow columns and give one row per key and window.
#include <arrow/api.h>
#include <benchmark/benchmark.h>

#include <unordered_map>

#include "operators/operator.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/source_nodes.h"

namespace millrace {
namespace {

constexpr int64_t kKeys = 10'000;
constexpr int64_t kRows = 8192;
constexpr int64_t kBatches = 256;
constexpr int64_t kRowsPerMilli = 100;
constexpr int64_t kWindow = 10'000;

Schema InputSchema() {
  return Schema({{"k", DataType::BigInt()},
                 {"v", DataType::BigInt()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

std::vector<Batch> MakeBatches() {
  std::vector<Batch> batches;
  uint64_t state = 1;
  int64_t number = 0;
  for (int64_t b = 0; b < kBatches; ++b) {
    arrow::Int64Builder keys;
    arrow::Int64Builder values;
    arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MILLI),
                                  arrow::default_memory_pool());
    auto watermarks = std::make_shared<std::vector<EventTime>>();
    for (int64_t i = 0; i < kRows; ++i, ++number) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      (void)keys.Append(static_cast<int64_t>((state >> 33) % kKeys));
      (void)values.Append(number % 1000);
      (void)times.Append(number / kRowsPerMilli);
      watermarks->push_back((number - 1) / kRowsPerMilli - 1000);
    }
    Batch batch;
    batch.num_rows = kRows;
    batch.columns = {*keys.Finish(), *values.Finish(), *times.Finish()};
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

void Tumble(benchmark::State& bench, WindowSpec spec) {
  const std::vector<Batch> batches = MakeBatches();
  WindowAggregateNode::Fields fields;
  fields.keys = {0};
  fields.calls = {MakeCall("COUNT", {}), MakeCall("SUM", {1})};
  fields.window = spec;
  fields.time_column = 2;
  fields.emit_start = true;
  Schema schema({InputSchema()[0],
                 fields.calls[0].output,
                 fields.calls[1].output,
                 {"window_start", DataType::Timestamp(3)}});
  const PlanNodePtr node = std::make_shared<WindowAggregateNode>(
      std::make_shared<ValuesNode>(InputSchema(), Batch(), ""), fields, schema);
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
    }
    (void)op->OnWatermark(0, {kMaxWatermark}, &output);
    benchmark::DoNotOptimize(output.rows);
  }
  bench.SetItemsProcessed(bench.iterations() * kBatches * kRows);
}

void BareLoop(benchmark::State& bench) {
  const std::vector<Batch> batches = MakeBatches();
  struct Sums {
    int64_t count = 0;
    int64_t sum = 0;
  };
  for (auto _ : bench) {
    std::unordered_map<int64_t, Sums> groups;
    int64_t end = kWindow;
    int64_t rows = 0;
    for (const Batch& batch : batches) {
      const int64_t* keys = batch.columns[0]->data()->GetValues<int64_t>(1);
      const int64_t* values = batch.columns[1]->data()->GetValues<int64_t>(1);
      const int64_t* times = batch.columns[2]->data()->GetValues<int64_t>(1);
      for (int64_t i = 0; i < batch.num_rows; ++i) {
        if (times[i] >= end) {
          rows += static_cast<int64_t>(groups.size());
          groups.clear();
          end += kWindow;
        }
        Sums& sums = groups[keys[i]];
        ++sums.count;
        sums.sum += values[i];
      }
    }
    benchmark::DoNotOptimize(rows);
  }
  bench.SetItemsProcessed(bench.iterations() * kBatches * kRows);
}

BENCHMARK(BareLoop);
BENCHMARK_CAPTURE(Tumble, operator, WindowSpec{.kind = WindowKind::kTumble, .size = kWindow});
BENCHMARK_CAPTURE(Tumble, hop_10s_2s,
                  WindowSpec{.kind = WindowKind::kHop, .size = kWindow, .slide = 2000});

}  // namespace
}  // namespace millrace

BENCHMARK_MAIN();
