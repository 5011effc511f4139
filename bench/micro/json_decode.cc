// SPDX-License-Identifier: Apache-2.0
// JSON into columns against a bare simdjson parse of the same bytes: its document parser over each
// record, and over the stream of records.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include "formats/json/decoder.h"

namespace millrace {
namespace {

struct Input {
  std::string text;
  size_t size = 0;
  std::vector<RecordSlice> records;
};

/// Card payments, about 200 bytes each.
const Input& Payments() {
  static const Input input = [] {
    Input made;
    uint64_t state = 7;
    const auto next = [&] { return (state = state * 6364136223846793005ull + 1) >> 33; };
    for (int i = 0; i < kMaxBatchRows; ++i) {
      made.text +=
          "{\"id\":" + std::to_string(1000000 + i) + ",\"card\":\"c" +
          std::to_string(next() % 100000) + "\",\"merchant\":\"merchant-" +
          std::to_string(next() % 5000) + "\",\"amount\":" + std::to_string(next() % 100000) + "." +
          std::to_string(10 + next() % 90) +
          ",\"currency\":\"EUR\",\"country\":\"DE\",\"online\":" + (next() % 2 ? "true" : "false") +
          ",\"ts\":\"2026-01-02 03:04:" + std::to_string(10 + next() % 50) + "." +
          std::to_string(100 + next() % 900) + "\",\"lat\":" + std::to_string(next() % 90) + "." +
          std::to_string(next()) + ",\"lon\":" + std::to_string(next() % 180) + "." +
          std::to_string(next()) + "}\n";
    }
    made.size = made.text.size();
    made.text.append(kDecodePadding, '\0');
    size_t begin = 0;
    for (size_t i = 0; i < made.size; ++i) {
      if (made.text[i] != '\n') continue;
      made.records.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(i - begin)});
      begin = i + 1;
    }
    return made;
  }();
  return input;
}

Schema PaymentSchema() {
  return Schema({{"id", DataType::BigInt()},
                 {"card", DataType::String()},
                 {"merchant", DataType::String()},
                 {"amount", DataType::Double()},
                 {"currency", DataType::String()},
                 {"country", DataType::String()},
                 {"online", DataType::Boolean()},
                 {"ts", DataType::Timestamp(3)},
                 {"lat", DataType::Double()},
                 {"lon", DataType::Double()}});
}

void Report(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(Payments().size));
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) *
                          static_cast<int64_t>(Payments().records.size()));
}

void BM_DecodeColumns(benchmark::State& state) {
  JsonDecoder decoder(PaymentSchema(), {});
  for (auto _ : state) {
    std::vector<RecordSlice> records;
    decoder.Frame({Payments().text.data(), Payments().size}, true, &records);
    auto decoded = decoder.Decode({Payments().text.data(), Payments().size}, records);
    benchmark::DoNotOptimize(decoded->batch.num_rows);
  }
  Report(state);
}
BENCHMARK(BM_DecodeColumns);

void BM_DecodeThreeOfTenColumns(benchmark::State& state) {
  JsonDecoder decoder(Schema({{"id", DataType::BigInt()},
                              {"amount", DataType::Double()},
                              {"ts", DataType::Timestamp(3)}}),
                      {});
  for (auto _ : state) {
    auto decoded = decoder.Decode({Payments().text.data(), Payments().size}, Payments().records);
    benchmark::DoNotOptimize(decoded->batch.num_rows);
  }
  Report(state);
}
BENCHMARK(BM_DecodeThreeOfTenColumns);

void BM_BareParsePerRecord(benchmark::State& state) {
  simdjson::dom::parser parser;
  for (auto _ : state) {
    for (const RecordSlice& record : Payments().records) {
      auto document = parser.parse(Payments().text.data() + record.offset, record.length, false);
      benchmark::DoNotOptimize(document.error());
    }
  }
  Report(state);
}
BENCHMARK(BM_BareParsePerRecord);

void BM_BareParseStream(benchmark::State& state) {
  simdjson::dom::parser parser;
  for (auto _ : state) {
    size_t documents = 0;
    simdjson::dom::document_stream stream;
    if (parser.parse_many(Payments().text.data(), Payments().size, 1 << 17).get(stream)) {
      state.SkipWithError("simdjson refused the input");
      break;
    }
    for (auto document : stream) documents += document.error() == simdjson::SUCCESS;
    benchmark::DoNotOptimize(documents);
  }
  Report(state);
}
BENCHMARK(BM_BareParseStream);

}  // namespace
}  // namespace millrace

BENCHMARK_MAIN();
