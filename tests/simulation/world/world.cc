// SPDX-License-Identifier: Apache-2.0
#include "simulation/world/world.h"

#include <algorithm>
#include <limits>

#include "base/time_units.h"
#include "diagnostics/render.h"
#include "operators/operator.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/program.h"
#include "runtime/epochs/manifest.h"
#include "simulation/world/line_format.h"

namespace millrace {
namespace {

constexpr char kDataDir[] = "/data";
constexpr int64_t kStepNanosMax = 20'000;
constexpr uint64_t kStepsMax = 3'000'000;  // in which nothing happens: it does not come to an end
constexpr int64_t kLifeNanosMax = 12ll * 3600 * 1000 * kMilli;  // nor one that needs longer
constexpr uint64_t kStepsPerLook = 1024;
constexpr int64_t kTransactionMillis = 2000;
constexpr int kTimesFullMax = 4;                // of a life
constexpr int64_t kSettleNanos = 400 * kMilli;  // until a job has published what it is like

std::string SinkOptions(const Scenario& scenario) {
  if (scenario.sink == Scenario::Sink::kFiles) {
    return "'connector' = 'filesystem', 'path' = '/out', 'format' = 'lines', "
           "'sink.rolling-policy.file-size' = '" +
           std::to_string(scenario.file_size) + " b'";
  }
  const std::string_view columns = QueryAt(scenario.query).columns;
  const std::string first(columns.substr(0, columns.find(' ')));
  if (scenario.sink == Scenario::Sink::kKafka) {
    const std::string shared =
        "'topic' = 'results', 'properties.bootstrap.servers' = 'broker:9092', "
        "'key.format' = 'keys', 'sink.delivery-guarantee' = 'exactly-once', "
        "'sink.transactional-id-prefix' = 'simulated', "
        "'properties.transaction.timeout.ms' = '" +
        std::to_string(kTransactionMillis) + "', ";
    if (QueryAt(scenario.query).changelog) {
      return shared + "'connector' = 'upsert-kafka', 'value.format' = 'rows'";
    }
    return shared + "'connector' = 'kafka', 'format' = 'lines', 'key.fields' = '" + first + "'";
  }
  return "'connector' = 'webhook', 'url' = 'http://receiver/hook', 'format' = 'lines', "
         "'timeout' = '2 s', 'retry-backoff' = '100 ms', 'retry-backoff.max' = '5 s', "
         "'circuit-breaker.cooldown' = '1 s', 'key' = '" +
         first + "', 'max-retries' = '" + std::to_string(scenario.retries_max) + "'";
}

std::string Script(const Scenario& scenario) {
  const Query& query = QueryAt(scenario.query);
  const bool upsert = query.changelog && scenario.sink == Scenario::Sink::kKafka;
  std::string text =
      "CREATE TABLE events (k BIGINT, v BIGINT, ts TIMESTAMP(3), "
      "WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'events');\n"
      "CREATE TABLE results (" +
      std::string(query.columns) + (upsert ? ", PRIMARY KEY (k) NOT ENFORCED" : "") + ") WITH (" +
      SinkOptions(scenario) + ");\n" + std::string(query.views);
  if (scenario.sink == Scenario::Sink::kWebhookAtOnce) {
    text += "SET 'millrace.table.results.delivery' = 'at-least-once';\n";
  }
  // These sinks take updates here, as lines say what kind of change they are.
  if (query.changelog && !upsert) return text + std::string(query.text) + ";";
  return text + "INSERT INTO results " + std::string(query.text) + ";";
}

}  // namespace

World::World(const Scenario& scenario)
    : scenario_(scenario),
      random_(MakeRandom(scenario.seed ^ 0x5eed)),
      clock_(1'700'000'000'000),
      input_(scenario_, random_.get(), &clock_),
      receiver_(scenario_, random_.get(), &clock_, &events_, &fired_),
      brokers_(scenario_, random_.get(), &clock_, &events_,
               [this](Fault fault) {
                 Count(fault);
                 excused_ = true;
               }),
      expected_(QueryAt(scenario.query).expect(input_.rows())) {
  RegisterBuiltinConnectors(&connectors_);
  connectors_.Register(input_.MakeConnector());
  using enum LineFormat::Of;
  for (const auto of : {kChanges, kRows, kKeys})
    formats_.Register(std::make_unique<LineFormat>(of));
  fired_[static_cast<size_t>(Fault::kLateRow)] = input_.late_rows();
  fired_[static_cast<size_t>(Fault::kBadRow)] = expected_.failed.size();
  plan_ = Compile();
  disk_.SetFaults(
      [this](SimulatedDisk::Operation operation, const std::string&) { return OnDisk(operation); });
}

World::~World() { disk_.SetFaults(nullptr); }

void World::Violate(const std::string& text) {
  if (violation_.empty()) violation_ = text;
}

void World::Calm() {
  calm_ = true;
  full_until_ = 0;
  receiver_.Calm();
  brokers_.Calm();
}

// ---------------------------------------------------------------- the pipeline

PlanNodePtr World::Compile() {
  CompilerOptions options;
  options.registries = {&BuiltinFunctions(), &BuiltinAggregates(), &connectors_, &formats_,
                        &models_};
  options.env.clock = &clock_;
  options.env.disk = &disk_;
  Compiler compiler(std::move(options));
  DiagnosticList diagnostics;
  const Program program = compiler.Compile(Script(scenario_), &diagnostics);
  if (diagnostics.has_errors() || program.steps.empty() || program.steps.back().roots.empty()) {
    Violate("the pipeline does not compile: " + RenderText(diagnostics, nullptr));
    return nullptr;
  }
  const PlanNodePtr root = program.steps.back().roots[0];
  if (As<SinkNode>(root) != nullptr) return root;
  const TablePtr table = compiler.catalog().FindTable("default_catalog.default_database.results");
  return std::make_shared<SinkNode>(root->children()[0], table);
}

JobSpec World::MakeSpec(int parallelism) {
  JobSpec spec;
  spec.roots = {plan_};
  spec.pipeline = "simulated";
  spec.data_dir = kDataDir;
  spec.settings.parallelism = parallelism;
  spec.settings.batch_rows_max = scenario_.batch_rows_max;
  spec.settings.exchange_capacity = scenario_.exchange_capacity;
  spec.settings.checkpoint_interval_ms = scenario_.interval_ms;
  spec.settings.state_budget_bytes = scenario_.state_bytes;
  spec.journal_segment_bytes = scenario_.segment_bytes;
  spec.env.clock = &clock_;
  spec.env.disk = &disk_;
  spec.env.http = &receiver_;
  spec.env.kafka = &brokers_;
  spec.open_state = [this](const std::string&) -> Result<std::unique_ptr<DurableState>> {
    return std::make_unique<MemoryState>(&state_);
  };
  spec.state_settings.gather_bytes = scenario_.gather_bytes;
  return spec;
}

// ---------------------------------------------------------------- one process

World::End World::Run(int parallelism, const Limits& limits) {
  if (!violation_.empty()) return End::kFailed;
  down_ = excused_ = data_may_be_gone_ = false;
  operations_left_ = limits.operations;
  consumed_at_ = 0;
  cause_.clear();
  const bool first = std::exchange(fresh_, false);
  auto job = Job::Create(MakeSpec(parallelism));
  if (!job) {
    if (down_) return Die();
    cause_ = job.error().ToString();
    if (!excused_) Violate("it does not start: " + cause_);
    disk_.Kill();
    return End::kFailed;
  }
  const End end = StepUntilDone(job->get(), limits);
  if (end == End::kDied) return Die();  // before the job is destroyed: it must not tidy up
  CheckEnd(**job, end);
  if (first && end == End::kFinished) {
    const Accounting sum = (*job)->Snapshot().accounting;
    const bool closes = sum.in == sum.out + sum.filtered + sum.dead_lettered + sum.late;
    if (QueryAt(scenario_.query).keeps_order && !closes) {
      Violate("the accounts do not close: " + std::to_string(sum.in) + " in, " +
              std::to_string(sum.out) + " out, " + std::to_string(sum.filtered) + " filtered, " +
              std::to_string(sum.dead_lettered) + " dead letters, " + std::to_string(sum.late) +
              " late");
    }
  }
  job->reset();
  receiver_.OnProcessGone();
  if (data_may_be_gone_) {
    disk_.Crash(random_.get());
  } else {
    disk_.Kill();
  }
  // It may fail behind its last word, like one that dies there.
  return end == End::kFailed && HasFinished() ? End::kFinished : end;
}

/// Every end has a cause that somebody can read.
void World::CheckEnd(const Job& job, End end) {
  const Status result = job.result();
  if (end != End::kFailed) return;
  const Error& error = result.error();
  cause_ = error.ToString();
  if (error.code.empty() || error.domain == ErrorDomain::kInternal) {
    Violate("it stopped without a cause: " + error.ToString());
  } else if (!excused_) {
    Violate("it stopped although nothing was wrong: " + error.ToString());
  }
}

World::End World::Die() {
  receiver_.OnProcessGone();
  const bool both = scenario_.Has(Fault::kPowerLoss) && scenario_.Has(Fault::kKill);
  const bool power =
      data_may_be_gone_ || (both ? random_->Next() % 2 == 0 : scenario_.Has(Fault::kPowerLoss));
  Count(power ? Fault::kPowerLoss : Fault::kKill);
  if (power) {
    disk_.Crash(random_.get());
  } else {
    disk_.Kill();
  }
  // The manifest may say that everything was written: to start it again would be a run of its own.
  return HasFinished() ? End::kFinished : End::kDied;
}

bool World::HasFinished() {
  observing_ = true;
  const auto manifest = ReadManifest(&disk_, kDataDir);
  observing_ = false;
  return manifest && *manifest && (*manifest)->finished;
}

Status World::OnDisk(SimulatedDisk::Operation operation) {
  const auto failed = [](const char* code, const char* why) {
    return std::unexpected(Error{.code = code,
                                 .domain = ErrorDomain::kExternal,
                                 .message = "the disk failed",
                                 .detail = why,
                                 .retryable = std::string_view(code) == "MR0802"});
  };
  if (observing_) return OkStatus();
  if (operations_left_ == 0) down_ = true;
  if (down_) return failed("MR0801", "the machine is down");
  --operations_left_;
  if (calm_) return OkStatus();
  const bool append = operation == SimulatedDisk::Operation::kAppend;
  if (append && clock_.MonotonicNanos() < full_until_) {
    Count(Fault::kNoSpace);
    excused_ = true;
    return failed("MR0802", "no space left on device");
  }
  if (append && scenario_.Has(Fault::kWriteError) && random_->Next() % 500 == 0) {
    Count(Fault::kWriteError);
    excused_ = true;
    return failed("MR0801", "input/output error");
  }
  const bool sync = operation == SimulatedDisk::Operation::kSync ||
                    operation == SimulatedDisk::Operation::kSyncDirectory;
  if (sync && scenario_.Has(Fault::kSyncError) && random_->Next() % 200 == 0) {
    Count(Fault::kSyncError);
    excused_ = data_may_be_gone_ = true;
    return failed("MR0801", "input/output error");
  }
  return OkStatus();
}

/// What happens to the machine while the process runs.
void World::Disturb() {
  if (calm_) return;
  const uint64_t drawn = random_->Next();
  if (drawn % 400 == 0 && scenario_.Has(Fault::kClockJump)) {
    Count(Fault::kClockJump);
    clock_.SetWallMillis(clock_.WallMillis() + Draw(random_.get(), -7'200'000, 7'200'000));
  }
  if (scenario_.sink == Scenario::Sink::kKafka && drawn % 1500 < 2) {
    const bool pause = drawn % 1500 == 0;
    if (!scenario_.Has(pause ? Fault::kPause : Fault::kHijack)) return;
    Count(pause ? Fault::kPause : Fault::kHijack);
    excused_ = true;
    if (pause) {
      clock_.AdvanceMillis(kTransactionMillis + Draw(random_.get(), -500, 2000));
    } else {
      brokers_.Hijack();
    }
  }
  if (drawn % 401 == 0 && scenario_.Has(Fault::kNoSpace) && times_full_ < kTimesFullMax) {
    ++times_full_;
    full_until_ = clock_.MonotonicNanos() + Draw(random_.get(), 1, 4000) * kMilli;
  }
}

World::End World::StepUntilDone(Job* job, const Limits& limits) {
  last_.assign(static_cast<size_t>(job->parts()), {Progress::kBusy, 0});
  uint64_t done = 0;  // by what the peers see
  uint64_t done_at = 0;
  for (uint64_t step = 0;; ++step) {
    if (step >= limits.steps || down_) return End::kDied;
    if (step == limits.stop_at) job->RequestStop();
    if (step == limits.calm_at) Calm();
    if (calm_ && !scenario_.bounded && HasDoneEverything(*job)) job->RequestStop();
    if (step % kStepsPerLook == 0) CheckQueues(*job);
    if (const uint64_t seen = receiver_.applied().size() + input_.moves(); seen != done) {
      done = seen;
      done_at = step;
    }
    if (step - done_at >= kStepsMax || nanos() >= kLifeNanosMax) {
      Violate("it does not come to an end: step " + std::to_string(step) + ", " +
              std::to_string(nanos() / kMilli) + " ms, " + job->Snapshot().trouble);
      return End::kDied;
    }
    if (!AdvanceTime()) break;
    StepOne(job);
    Disturb();
    if (!input_.violation().empty()) Violate(input_.violation());
    if (!receiver_.violation().empty()) Violate(receiver_.violation());
    if (!violation_.empty()) return End::kDied;
  }
  if (down_) return End::kDied;
  if (!job->result()) return End::kFailed;
  return HasFinished() ? End::kFinished : End::kStopped;
}

/// To the next moment at which somebody has something to do. False: all parts are done.
bool World::AdvanceTime() {
  int64_t next = std::min(events_.next_at(), input_.next_arrival());
  bool busy = false;
  bool running = false;
  for (const StepResult& part : last_) {
    running |= part.progress != Progress::kDone;
    busy |= part.progress == Progress::kBusy;
    if (part.progress == Progress::kIdle) next = std::min(next, part.wake_at);
  }
  if (!running) return false;
  if (!busy) clock_.Advance(next - clock_.MonotonicNanos());
  if (events_.RunDue(clock_.MonotonicNanos())) {
    for (StepResult& part : last_) {
      if (part.progress == Progress::kIdle) part = {Progress::kBusy, 0};
    }
  }
  return true;
}

void World::StepOne(Job* job) {
  std::vector<size_t> running;
  for (size_t part = 0; part < last_.size(); ++part) {
    if (last_[part].progress != Progress::kDone) running.push_back(part);
  }
  const size_t part = running[random_->Next() % running.size()];
  last_[part] = job->Step(static_cast<int>(part));
  if (last_[part].progress == Progress::kBusy) {  // may have given work to the others
    for (StepResult& other : last_) {
      if (other.progress == Progress::kIdle) other = {Progress::kBusy, 0};
    }
  }
  clock_.Advance(static_cast<int64_t>(random_->Next() % kStepNanosMax));
  ++steps_;
  trace_ = (trace_ ^ (part * 4 + static_cast<uint64_t>(last_[part].progress))) * 0x100000001b3ull;
  trace_ ^= static_cast<uint64_t>(clock_.MonotonicNanos());
}

bool World::HasDoneEverything(const Job& job) {
  if (!input_.consumed()) return false;
  if (consumed_at_ == 0) consumed_at_ = clock_.MonotonicNanos();
  if (clock_.MonotonicNanos() - consumed_at_ < kSettleNanos) return false;
  consumed_at_ = clock_.MonotonicNanos();  // looked at now and then
  const JobSnapshot snapshot = job.Snapshot();
  return std::ranges::all_of(snapshot.nodes,
                             [](const NodeSnapshot& node) { return node.outbox.messages == 0; });
}

/// Per input and pair of shards there is a queue, and per input and shard what one call puts there,
/// as an operator is called again only when that has been taken.
void World::CheckQueues(const Job& job) {
  // Those of the last step of a call, and what stands between batches.
  constexpr uint64_t kPerCall = Output::kMaxCallBatches + 4;
  const JobSnapshot snapshot = job.Snapshot();
  const uint64_t shards = snapshot.shards.size();
  const uint64_t budget = shards * (shards * scenario_.exchange_capacity + kPerCall);
  for (const NodeSnapshot& node : snapshot.nodes) {
    if (node.queued > budget * node.inputs.size()) {
      Violate(std::to_string(node.queued) + " batches wait in front of " + node.kind + ", " +
              std::to_string(budget * node.inputs.size()) + " may");
    }
  }
}

}  // namespace millrace
