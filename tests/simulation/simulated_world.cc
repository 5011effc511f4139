// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulated_world.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>

#include "data/key_codec.h"
#include "data/row_format.h"
#include "diagnostics/render.h"
#include "plan/program.h"
#include "runtime/epochs/manifest.h"

namespace millrace {
namespace {

const Schema kRows({{"k", DataType::BigInt()}, {"v", DataType::BigInt()}});
constexpr int64_t kDisorderMs = 4000;  // less than the watermark's delay: no row is late

constexpr char kEventsTable[] = R"(
CREATE TABLE events (k BIGINT, v BIGINT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'memory');
)";
// Their results do not depend on how shards take turns.
constexpr std::string_view kQueries[] = {
    R"(SELECT k, COUNT(*) AS n, SUM(v) AS total, MAX(v) AS top FROM events GROUP BY k)",
    R"(SELECT k, window_start, window_end, COUNT(*) AS n, SUM(v) AS total
FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY k, window_start, window_end)",
    R"(SELECT k, window_start, window_end, COUNT(*) AS n, MIN(v) AS least
FROM TABLE(HOP(TABLE events, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND))
GROUP BY k, window_start, window_end)",
    R"(SELECT window_start, COUNT(*) AS n, COUNT(DISTINCT k) AS ks
FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '7' SECOND))
GROUP BY window_start, window_end)",
    R"(SELECT k, v, COUNT(*) OVER w AS n, SUM(v) OVER w AS total, MAX(v) OVER w AS top
FROM events WINDOW w AS (PARTITION BY k ORDER BY ts
  RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW))",
    R"(SELECT a.k, a.v, b.v AS w FROM events a LEFT JOIN events b
ON a.k = b.k AND b.ts BETWEEN a.ts - INTERVAL '2' SECOND AND a.ts - INTERVAL '1' SECOND)",
    R"(SELECT l.k, l.v, r.v AS w
FROM (SELECT * FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '3' SECOND))) l
FULL JOIN (SELECT * FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '3' SECOND))
  WHERE v > 40) r
ON l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end)",
};
constexpr char kOutputPath[] = "/out";
constexpr char kDataDir[] = "/data";
constexpr char kLettersPath[] = "/data/dead-letters/input.jsonl";
constexpr uint64_t kStepsMax = 5000000;  // a run that needs more does not come to an end

int64_t Draw(Random* random, int64_t from, int64_t to) {
  return from + static_cast<int64_t>(random->Next() % static_cast<uint64_t>(to - from + 1));
}
template <typename T>
T Pick(Random* random, std::initializer_list<T> choices) {
  return choices.begin()[random->Next() % choices.size()];
}

/// A line per row, as print shows it.
class LineEncoder final : public RecordEncoder {
 public:
  explicit LineEncoder(Schema schema) : schema_(std::move(schema)) {}
  Status Encode(const Batch& batch, std::string* out, std::vector<size_t>* ends) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      *out += FormatRow(schema_, batch, row);
      ends->push_back(out->size());
    }
    return OkStatus();
  }

 private:
  Schema schema_;
};

class LineFormat final : public Format {
 public:
  std::string_view name() const override { return "lines"; }
  std::vector<OptionSpec> options() const override { return {}; }
  Status CheckSchema(const Schema&, const Options&, bool) const override { return OkStatus(); }
  Result<std::unique_ptr<RecordEncoder>> MakeEncoder(const Schema& schema,
                                                     const Options&) const override {
    return std::make_unique<LineEncoder>(schema);
  }
};

PlanNodePtr Node(std::string kind, std::vector<PlanNodePtr> inputs, std::string details,
                 std::vector<Distribution> distributions, bool keyed_state = false) {
  return std::make_shared<TestNode>(
      std::move(inputs),
      TestNode::Fields{std::move(kind), std::move(details), std::move(distributions), keyed_state},
      kRows);
}

/// Lines of a changelog without those that others take back, sorted.
std::vector<std::string> WhatRemains(std::vector<std::string> lines) {
  std::map<std::string, int64_t> counts;
  for (const std::string& line : lines) {
    const bool takes_back = line.starts_with("-U[") || line.starts_with("-D[");
    const bool is_row = takes_back || line.starts_with("+I[") || line.starts_with("+U[");
    counts[is_row ? line.substr(2) : line] += takes_back ? -1 : 1;
  }
  lines.clear();
  for (const auto& [line, count] : counts) {
    for (int64_t i = 0; i < count; ++i) lines.push_back(line);
    if (count < 0) lines.push_back(line + " is taken back but was never there");
  }
  return lines;
}

}  // namespace

size_t QueryCount() { return std::size(kQueries); }
std::string_view QueryText(size_t query) { return kQueries[query]; }

std::string Scenario::ToString() const {
  std::ostringstream out;
  out << "pipeline " << static_cast<int>(pipeline) << " query " << query << ", " << splits
      << " splits of " << rows_per_split << " rows, " << keys << " keys, batches of "
      << batch_rows_max << ", queues of " << exchange_capacity << ", epochs of " << interval_ms
      << " ms, files of " << file_size << ", state applied at " << gather_bytes;
  return out.str();
}

Scenario DrawScenario(Random* random) {
  Scenario scenario;
  scenario.pipeline = Pick(
      random, {Scenario::Pipeline::kForward, Scenario::Pipeline::kRepartition,
               Scenario::Pipeline::kCount, Scenario::Pipeline::kDiamond, Scenario::Pipeline::kQuery,
               Scenario::Pipeline::kQuery, Scenario::Pipeline::kQuery, Scenario::Pipeline::kQuery});
  scenario.query = random->Next() % QueryCount();
  scenario.splits = static_cast<int>(Draw(random, 1, 5));
  scenario.rows_per_split = Draw(random, 0, 120);
  scenario.keys = Draw(random, 1, 40);
  scenario.batch_rows_max = Pick<int64_t>(random, {1, 3, 7, 50, 8192});
  scenario.exchange_capacity = Pick<size_t>(random, {1, 2, 16});
  scenario.interval_ms = Pick<int64_t>(random, {1, 2, 10, 200});
  scenario.file_size = Pick<uint64_t>(random, {64, 500, 1 << 20});
  scenario.gather_bytes = Pick<uint64_t>(random, {1, 2000, 1 << 20});
  return scenario;
}

SimulatedWorld::SimulatedWorld(const Scenario& scenario, uint64_t seed)
    : scenario_(scenario),
      random_(MakeRandom(seed)),
      operators_(TestOperators()),
      format_(std::make_unique<LineFormat>()) {
  RegisterBuiltinConnectors(&connectors_);
  connectors_.Register(std::make_unique<MemoryConnector>(&input_));
  const bool events = scenario_.pipeline == Scenario::Pipeline::kQuery;
  for (int split = 0; split < scenario_.splits; ++split) {
    auto& rows = input_.splits["split-" + std::to_string(split)];
    for (int64_t i = 0; i < scenario_.rows_per_split; ++i) {
      rows.push_back({i % scenario_.keys, split * 1000000 + i});
      // Splits lie one behind the other in time, as a shard reads them.
      const int64_t place = split * scenario_.rows_per_split + i;
      if (events) rows.back().push_back(place * 700 - Draw(random_.get(), 0, kDisorderMs));
    }
  }
}

SimulatedWorld::~SimulatedWorld() = default;

PlanNodePtr SimulatedWorld::CompileQuery() {
  CompilerOptions options;
  options.registries = {&BuiltinFunctions(), &BuiltinAggregates(), &connectors_, &formats_,
                        &models_};
  options.env.clock = &clock_;
  options.env.disk = &disk_;
  Compiler compiler(std::move(options));
  DiagnosticList diagnostics;
  const Program program =
      compiler.Compile(kEventsTable + std::string(kQueries[scenario_.query]) + ";", &diagnostics);
  if (diagnostics.has_errors() || program.steps.empty()) {
    error_ = "query: " + RenderText(diagnostics, nullptr);
    return nullptr;
  }
  return program.steps.back().roots[0]->children()[0];
}

PlanNodePtr SimulatedWorld::MakePlan() {
  const PlanNodePtr scan = ScanAll(MakeTable("input", kRows, &source_));
  const auto by_key = Distribution::Hash({0});
  const auto by_value = Distribution::Hash({1});
  PlanNodePtr plan;
  switch (scenario_.pipeline) {
    case Scenario::Pipeline::kForward: plan = Node("Reject", {scan}, "", {}); break;
    case Scenario::Pipeline::kRepartition:
      plan = Node("Repeat", {scan}, "3", {by_key});
      plan = Node("Repeat", {plan}, "2", {by_value});
      break;
    case Scenario::Pipeline::kCount:
      plan = Node("Count", {Node("Repeat", {scan}, "2", {by_value})}, "", {by_key}, true);
      break;
    case Scenario::Pipeline::kDiamond:
      plan =
          Node("Count", {Node("Repeat", {scan}, "2", {}), Node("Repeat", {scan}, "3", {by_value})},
               "", {by_key, by_key}, true);
      break;
    case Scenario::Pipeline::kQuery: plan = CompileQuery(); break;
  }
  if (plan == nullptr) return nullptr;
  auto table = MakeTable("output", plan->schema(), connectors_.Find("filesystem"));
  table->connector_options =
      Options(table->connector->options(),
              {{"path", {kOutputPath}},
               {"sink.rolling-policy.file-size", {std::to_string(scenario_.file_size) + " b"}}});
  table->format = format_.get();
  return std::make_shared<SinkNode>(plan, std::move(table));
}

JobSpec SimulatedWorld::MakeSpec(int parallelism) {
  JobSpec spec;
  spec.roots = {MakePlan()};
  spec.pipeline = "simulated";
  spec.data_dir = kDataDir;
  spec.settings.parallelism = parallelism;
  spec.settings.batch_rows_max = scenario_.batch_rows_max;
  spec.settings.exchange_capacity = scenario_.exchange_capacity;
  spec.settings.checkpoint_interval_ms = scenario_.interval_ms;
  spec.env.clock = &clock_;
  spec.env.disk = &disk_;
  if (scenario_.pipeline != Scenario::Pipeline::kQuery) spec.operators = &operators_;
  spec.open_state = [this](const std::string&) -> Result<std::unique_ptr<DurableState>> {
    return std::make_unique<MemoryState>(&state_);
  };
  spec.state_settings.gather_bytes = scenario_.gather_bytes;
  return spec;
}

bool SimulatedWorld::Run(int parallelism, uint64_t steps) {
  JobSpec spec = MakeSpec(parallelism);
  if (spec.roots[0] == nullptr) return false;
  auto job = Job::Create(std::move(spec));
  if (!job) {
    error_ = "create: " + job.error().ToString();
    return false;
  }
  const bool ended = StepUntilDone(job->get(), steps);
  if (ended) {
    const Status status = (*job)->result();
    if (!status) error_ = "run: " + status.error().ToString();
    return status.has_value();
  }
  disk_.Crash(random_.get());  // before anything of the job is destroyed: it must not tidy up
  // The manifest may say that everything was written: to start it again would be a run of its own.
  const auto manifest = ReadManifest(&disk_, kDataDir);
  return manifest && *manifest && (*manifest)->finished;
}

bool SimulatedWorld::StepUntilDone(Job* job, uint64_t steps) {
  const int parts = job->parts();
  std::vector<StepResult> last(static_cast<size_t>(parts), {Progress::kBusy, 0});
  std::vector<size_t> running;
  for (uint64_t step = 0; step < std::min(steps, kStepsMax); ++step) {
    running.clear();
    int64_t wake_at = INT64_MAX;
    bool busy = false;
    for (size_t part = 0; part < last.size(); ++part) {
      if (last[part].progress == Progress::kDone) continue;
      running.push_back(part);
      busy |= last[part].progress == Progress::kBusy;
      if (last[part].progress == Progress::kIdle) wake_at = std::min(wake_at, last[part].wake_at);
    }
    if (running.empty()) return true;
    // Nobody has anything to do: time jumps to the next event.
    if (!busy) clock_.Advance(wake_at - clock_.MonotonicNanos());
    const size_t part = running[random_->Next() % running.size()];
    last[part] = job->Step(static_cast<int>(part));
    if (last[part].progress == Progress::kBusy) {  // may have given work to the others
      for (StepResult& other : last) {
        if (other.progress == Progress::kIdle) other = {Progress::kBusy, 0};
      }
    }
    clock_.Advance(static_cast<int64_t>(random_->Next() % 20000));
    ++steps_taken_;
    trace_ = (trace_ ^ (part * 4 + static_cast<uint64_t>(last[part].progress))) * 0x100000001b3ull;
    trace_ ^= static_cast<uint64_t>(clock_.MonotonicNanos());
  }
  if (steps >= kStepsMax) error_ = "no end after " + std::to_string(kStepsMax) + " steps";
  return false;
}

std::vector<std::string> SimulatedWorld::Output() {
  std::vector<std::string> lines;
  const auto files = disk_.List(kOutputPath, /*recursive=*/true);
  for (const FileInfo& file : files.value_or(std::vector<FileInfo>())) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (file.directory || name.starts_with('.')) continue;
    std::istringstream text(disk_.ReadAll(file.path).value_or("unreadable"));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
  }
  std::istringstream letters(disk_.ReadAll(kLettersPath).value_or(""));
  for (std::string line; std::getline(letters, line);) {
    lines.push_back(line.substr(0, line.rfind(", \"epoch\": ")));  // any one will do
  }
  return WhatRemains(std::move(lines));
}

}  // namespace millrace
