// SPDX-License-Identifier: Apache-2.0
// Our ONNX runner against a bare ONNX Runtime loop that reads the same Arrow columns: the fraud
// model, 22 DOUBLE columns in, one DOUBLE score out, at several batch sizes. Run in the
// repository's root.
#include <arrow/api.h>
#include <benchmark/benchmark.h>
#include <onnxruntime_cxx_api.h>

#include <array>

#include "models/onnx/backend.h"

namespace millrace {
namespace {

constexpr char kModel[] = "examples/fraud/model.onnx";
constexpr int64_t kFeatures = 22;

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;

Arrays MakeColumns(int64_t rows) {
  Arrays columns;
  uint64_t state = 1;
  for (int64_t c = 0; c < kFeatures; ++c) {
    arrow::DoubleBuilder builder;
    for (int64_t i = 0; i < rows; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      (void)builder.Append(static_cast<double>((state >> 40) % 1000) / 40);
    }
    columns.push_back(*builder.Finish());
  }
  return columns;
}

void Runner(benchmark::State& bench) {
  const int64_t rows = bench.range(0);
  const std::unique_ptr<Disk> disk = MakeRealDisk();
  Environment env;
  env.disk = disk.get();
  const auto backend = MakeOnnxBackend();
  Schema input;
  for (int64_t c = 0; c < kFeatures; ++c) {
    input.Append({"c" + std::to_string(c), DataType::Double()});
  }
  const ModelDefinition model{
      "m", input, Schema({{"score", DataType::Double()}}),
      Options(backend->options(),
              {{"path", {kModel, false}}, {"outputs", {"score:probabilities[1]", false}}})};
  auto loaded = backend->Load(model, env);
  if (!loaded) {
    bench.SkipWithError(loaded.error().ToString().c_str());
    return;
  }
  auto runner = *(*loaded)->MakeRunner();
  const Arrays columns = MakeColumns(rows);
  std::vector<ModelRunner::RowFailure> failures;
  for (auto _ : bench) {
    auto answer = runner->Run(columns, rows, &failures);
    if (!answer || !failures.empty()) bench.SkipWithError("failed");
    benchmark::DoNotOptimize(answer);
  }
  bench.SetItemsProcessed(bench.iterations() * rows);
}

void BareLoop(benchmark::State& bench) {
  const int64_t rows = bench.range(0);
  Ort::Env env(ORT_LOGGING_LEVEL_ERROR, "bare");
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1);
  options.SetInterOpNumThreads(1);
  options.AddConfigEntry("session.intra_op.allow_spinning", "0");
  Ort::Session session(env, kModel, options);
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
  const Arrays columns = MakeColumns(rows);
  std::vector<float> input(static_cast<size_t>(rows * kFeatures));
  std::vector<float> output(static_cast<size_t>(rows * 2));
  const std::array<int64_t, 2> input_shape = {rows, kFeatures};
  const std::array<int64_t, 2> output_shape = {rows, 2};
  const char* input_name = "input";
  const char* output_name = "probabilities";
  for (auto _ : bench) {
    for (int64_t c = 0; c < kFeatures; ++c) {
      const double* values = columns[static_cast<size_t>(c)]->data()->GetValues<double>(1);
      for (int64_t i = 0; i < rows; ++i) {
        input[static_cast<size_t>(i * kFeatures + c)] = static_cast<float>(values[i]);
      }
    }
    Ort::Value in =
        Ort::Value::CreateTensor<float>(memory, input.data(), input.size(), input_shape.data(), 2);
    Ort::Value out = Ort::Value::CreateTensor<float>(memory, output.data(), output.size(),
                                                     output_shape.data(), 2);
    session.Run(Ort::RunOptions{nullptr}, &input_name, &in, 1, &output_name, &out, 1);
    auto scores = *arrow::AllocateBuffer(rows * static_cast<int64_t>(sizeof(double)));
    auto* score = reinterpret_cast<double*>(scores->mutable_data());
    for (int64_t i = 0; i < rows; ++i) score[i] = output[static_cast<size_t>(2 * i + 1)];
    benchmark::DoNotOptimize(arrow::MakeArray(
        arrow::ArrayData::Make(arrow::float64(), rows, {nullptr, std::move(scores)})));
  }
  bench.SetItemsProcessed(bench.iterations() * rows);
}

BENCHMARK(BareLoop)->Arg(1)->Arg(16)->Arg(256)->Arg(1024)->Arg(8192);
BENCHMARK(Runner)->Arg(1)->Arg(16)->Arg(256)->Arg(1024)->Arg(8192);

}  // namespace
}  // namespace millrace

BENCHMARK_MAIN();
