// SPDX-License-Identifier: Apache-2.0
// OperatorHarness: runs one operator as the runtime would, on a script of rows, and keeps what
// comes out as text. A script can be cut into batches in any way and interrupted: state then goes
// through its deltas into a fresh operator. Header only.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "data/row_format.h"
#include "operators/operator.h"
#include "plan/aggregate_call.h"
#include "plan/nodes/source_nodes.h"
#include "state/deltas/net_changes.h"
#include "state/memory_state.h"
#include "state/restore.h"
#include "support/batch_builder.h"

namespace millrace {

/// One row of a script: where it goes, and the watermark of that input before and after it.
struct ScriptRow {
  CellRow cells;
  ChangeKind kind = ChangeKind::kInsert;
  int input = 0;
  EventTime before = kMinWatermark;
  EventTime after = kMinWatermark;
};
using Script = std::vector<ScriptRow>;

/// Sets the watermarks of a script as `WATERMARK FOR c AS c - delay` would; times[i] is input i's
/// column.
inline void AssignWatermarks(Script* script, std::vector<size_t> times, int64_t delay_ms) {
  std::map<int, EventTime> now;
  for (ScriptRow& row : *script) {
    EventTime& watermark = now.try_emplace(row.input, kMinWatermark).first->second;
    row.before = watermark;
    const int64_t time = row.cells[times[static_cast<size_t>(row.input)]].integer();
    watermark = std::max(watermark, time - delay_ms);
    row.after = watermark;
  }
}

class OperatorHarness final : public Output {
 public:
  explicit OperatorHarness(PlanNodePtr node) : node_(std::move(node)) { Start(); }

  // Output.
  void Push(Batch batch) override {
    if (batch.num_rows == 0) return;
    pushed_ += batch.num_rows;
    ++pushed_batches_;
    EXPECT_LE(batch.num_rows, kMaxBatchRows);
    EXPECT_EQ(batch.columns.size(), node_->schema().size());
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (keep_text_) rows_.push_back(FormatRow(node_->schema(), batch, row));
      EXPECT_GE(batch.watermark_before(row), watermark_) << "the running watermark goes back";
      watermark_ = std::max(watermark_, batch.watermark_before(row));
    }
    row_count_ += static_cast<size_t>(batch.num_rows);
    last_batch_ = std::move(batch);
  }
  void Push(Watermark watermark) override {
    EXPECT_GE(watermark.time, watermark_);
    watermark_ = std::max(watermark_, watermark.time);
    idle_ = watermark.idle;
  }
  bool full() const override {
    return pushed_ >= kMaxBatchRows || pushed_batches_ >= kMaxCallBatches;
  }

  void OnBatch(int input, Batch batch) {
    Call([&] { return operator_->OnBatch(input, std::move(batch), this); });
  }
  void OnWatermark(int input, EventTime time, bool idle = false) {
    Call([&] { return operator_->OnWatermark(input, Watermark{time, idle}, this); });
  }
  void OnTime(int64_t now_ms) {
    Call([&] { return operator_->OnTime(now_ms, this); });
  }
  void OnBarrier() {
    Call([&] { return operator_->OnBarrier(Barrier{epoch_ + 1, false}, this); });
  }

  /// Feeds rows [begin, end) of the script in batches of at most `size` rows (0: random sizes).
  void Feed(const Script& script, size_t begin, size_t end, size_t size, std::mt19937_64& random) {
    while (begin < end) {
      const size_t limit = size != 0 ? size : 1 + random() % (random() % 2 == 0 ? 4 : 300);
      size_t stop = begin;
      const int input = script[begin].input;
      BatchBuilder builder(node_->children()[static_cast<size_t>(input)]->schema());
      while (stop < end && stop - begin < limit && script[stop].input == input) {
        builder.Row(script[stop].cells, script[stop].kind).Watermark(script[stop].before);
        ++stop;
      }
      OnBatch(input, builder.Build());
      OnWatermark(input, script[stop - 1].after);
      if (random() % 3 == 0) SaveDelta();
      begin = stop;
    }
  }
  void End() {
    for (size_t i = 0; i < node_->children().size(); ++i) {
      OnWatermark(static_cast<int>(i), kMaxWatermark);
      Call([&] { return operator_->OnEnd(static_cast<int>(i), this); });
    }
  }
  /// From the next start on the query is another one, whose operator goes on with the state.
  void Become(PlanNodePtr node) { node_ = std::move(node); }
  /// Replaces the operator by a fresh one whose state comes from the deltas so far.
  void Restart() {
    SaveDelta();
    // The deltas together are the state.
    std::map<std::string, Contents> contents;
    for (StateTable* table : state_->tables()) {
      EXPECT_TRUE(table->Snapshot([&](const StateChange& change) {
        contents[std::string(table->name())][EntryOf(change)] = change.value;
        return OkStatus();
      }));
      for (const auto& [entry, value] : saved_[std::string(table->name())]) {
        EXPECT_TRUE(contents[std::string(table->name())].contains(entry)) << "left over in deltas";
      }
    }
    Start();
    const auto saved = saved_;
    for (StateTable* table : state_->tables()) {
      for (const auto& [entry, value] : saved.at(std::string(table->name()))) {
        EXPECT_TRUE(table->Apply({table->name(), entry.first, value, false, entry.second}));
      }
    }
    EXPECT_TRUE(operator_->OnRestore());
    for (const std::string& table : state_->dropped()) saved_.erase(table);
  }

  /// From here on state goes through epochs to a disk, and leaves memory when Shrink says so.
  void UseDisk() {
    disk_ = std::make_unique<MemoryState>(nullptr);
    Start();
    AttachDisk(false);
  }
  void EndEpoch() {
    OnBarrier();
    DeltaWriter writer;
    EXPECT_TRUE(writer.Collect("op", *state_, ++epoch_));
    unapplied_.push_back(writer.Take());
  }
  /// Brings all epochs that have ended to the disk.
  void ApplyEpochs() {
    NetChanges changes;
    for (const std::string& delta : unapplied_) EXPECT_TRUE(changes.Add(delta, 0));
    EXPECT_TRUE(changes.WriteTo(disk_.get(), {.epoch = epoch_}));
    unapplied_.clear();
    applied_ = epoch_;
  }
  /// What is on the disk leaves memory, as far as tables let it.
  void Shrink() {
    if (operator_->more()) return;
    for (StateTable* table : state_->tables()) {
      if (table->reads_cold()) table->Shrink(applied_, 0);
    }
  }
  /// All that can leave does. Tables let the first epoch go by before they let anything go.
  void LeaveMemory() {
    for (int i = 0; i < 2; ++i) {
      EndEpoch();
      ApplyEpochs();
      Shrink();
    }
    EXPECT_EQ(entries_in_memory(), 0u);
  }
  /// Entries in memory of tables that can leave.
  size_t entries_in_memory() const {
    size_t total = 0;
    for (const StateTable* table : state_->tables()) {
      if (table->reads_cold()) total += table->entries();
    }
    return total;
  }
  size_t entries_on_disk() const {
    size_t total = 0;
    EXPECT_TRUE(VisitOperator(*disk_, "op", [&](const StateEntry&) { ++total; }));
    return total;
  }
  void RestartFromDisk() {
    EndEpoch();
    ApplyEpochs();
    Start();
    AttachDisk(true);
    StateStore* const store = state_.get();
    const RestoredOperator op{.id = "op", .shards = {&store, 1}};
    EXPECT_TRUE(RestoreOperator(*disk_, op, /*moved=*/false,
                                [](const StateEntry&) { ADD_FAILURE() << "left over"; }));
    EXPECT_TRUE(operator_->OnRestore());
    DeltaWriter deletes;
    EXPECT_TRUE(DropTables(*disk_, op, [&deletes](const StateEntry& entry) {
      deletes.Begin(entry.operator_id, entry.table, /*merges=*/false);
      deletes.Add({entry.table, entry.key, {}, true, entry.key_group});
    }));
    unapplied_.push_back(deletes.Take());
  }

  const std::vector<std::string>& rows() const { return rows_; }
  std::vector<std::string> TakeRows() { return std::exchange(rows_, {}); }
  size_t row_count() const { return row_count_; }
  EventTime watermark() const { return watermark_; }
  bool idle() const { return idle_; }
  const Batch& last_batch() const { return last_batch_; }
  const OperatorMetrics& metrics() const { return metrics_; }
  const std::vector<std::string>& failures() const { return failures_; }
  Operator& op() { return *operator_; }
  size_t state_entries() const {
    size_t total = 0;
    for (const StateTable* table : state_->tables()) total += table->entries();
    return total;
  }
  size_t entries(std::string_view table) const {
    for (const StateTable* t : state_->tables()) {
      if (t->name() == table) return t->entries();
    }
    ADD_FAILURE() << "no table " << table;
    return 0;
  }
  const std::optional<Error>& error() const { return error_; }
  void set_keep_text(bool keep) { keep_text_ = keep; }
  /// The wall clock, for operators of a source without an end.
  void set_now(int64_t now_ms) { session_.now_ms = now_ms; }
  void set_unbounded_at(int64_t now_ms) {
    set_now(now_ms);
    unbounded_ = true;
    Start();
  }
  void set_environment(Environment env) {
    env_ = env;
    Start();
  }

 private:
  void AttachDisk(bool restored) {
    StateStore* const store = state_.get();
    EXPECT_TRUE(AttachCold(*disk_, {.id = "op", .shards = {&store, 1}}, restored));
  }
  void Start() {
    state_ = std::make_unique<StateStore>(true);
    OperatorContext context;
    context.session = &session_;
    context.state = state_.get();
    context.metrics = &metrics_;
    context.env = env_;
    context.unbounded = unbounded_;
    context.on_row_failure = [this](const RowFailure& failure) {
      failures_.push_back(failure.reason + " " +
                          FormatRow(*failure.schema, *failure.batch, failure.row));
      return OkStatus();
    };
    context.now_nanos = [this] { return ++nanos_; };
    auto made = BuiltinOperators().Make(node_, context);
    ASSERT_TRUE(made.has_value()) << made.error().ToString();
    operator_ = std::move(*made);
    for (StateTable* table : state_->tables()) saved_.try_emplace(std::string(table->name()));
  }

  void BeginCall() { pushed_ = pushed_batches_ = 0; }

  template <typename F>
  void Call(F&& call) {
    BeginCall();
    Status status = call();
    int64_t rounds = 0;
    while (status && operator_->more()) {
      EXPECT_TRUE(pushed_ > 0 || rounds < 1'000'000) << "no progress";
      BeginCall();
      status = operator_->Continue(this);
      ++rounds;
    }
    if (!status) error_ = status.error();
  }

  using Entry = std::pair<std::string, int>;  // its key and key group
  using Contents = std::map<Entry, std::string>;
  static Entry EntryOf(const StateChange& change) {
    return {std::string(change.key), change.key_group};
  }

  void SaveDelta() {
    if (disk_ != nullptr) return;
    OnBarrier();
    for (StateTable* table : state_->tables()) {
      auto& saved = saved_[std::string(table->name())];
      EXPECT_TRUE(table->CollectDelta([&](const StateChange& change) {
        if (change.deleted) {
          saved.erase(EntryOf(change));
        } else {
          saved[EntryOf(change)] = change.value;
        }
        return OkStatus();
      }));
    }
  }

  PlanNodePtr node_;
  Environment env_;
  SessionContext session_;
  bool unbounded_ = false;
  OperatorMetrics metrics_;
  std::unique_ptr<StateStore> state_;
  std::unique_ptr<Operator> operator_;
  std::map<std::string, Contents> saved_;
  std::unique_ptr<MemoryState> disk_;  // null: state stays in memory
  std::vector<std::string> unapplied_;
  uint64_t epoch_ = 0;
  uint64_t applied_ = 0;
  std::vector<std::string> rows_;
  std::vector<std::string> failures_;
  std::optional<Error> error_;
  EventTime watermark_ = kMinWatermark;
  Batch last_batch_;
  size_t row_count_ = 0;
  int64_t pushed_ = 0;  // rows in this call
  int64_t pushed_batches_ = 0;
  int64_t nanos_ = 0;
  bool idle_ = false;
  bool keep_text_ = true;
};

/// A leaf that stands for an input of these columns.
inline PlanNodePtr InputNode(Schema schema) {
  return std::make_shared<ValuesNode>(std::move(schema), Batch(), "input");
}

inline AggregateCall MakeCall(const Schema& input, std::string function, std::vector<int> args,
                              std::string name, bool retracts = false, bool distinct = false,
                              int filter = -1) {
  AggregateCall call;
  call.function = function;
  call.args = args;
  call.distinct = distinct;
  call.filter = filter;
  call.count_star = args.empty();
  AggregateCallSite site;
  for (int arg : args) site.args.push_back({.type = input[static_cast<size_t>(arg)].type});
  site.distinct = distinct;
  site.needs_retraction = retracts;
  auto resolved = BuiltinAggregates().Resolve(function, site);
  EXPECT_TRUE(resolved.has_value()) << (resolved ? "" : resolved.error().ToString());
  call.resolved = std::move(*resolved);
  call.output = {std::move(name), call.resolved.result};
  return call;
}

inline std::vector<std::string> Sorted(std::vector<std::string> rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// What is left when changes have been applied one by one: none takes back what is not there.
inline std::vector<std::string> Net(const std::vector<std::string>& changes) {
  std::multiset<std::string> rows;
  for (const std::string& change : changes) {
    const std::string row = "+I" + change.substr(2);
    if (change[0] == '+') {
      rows.insert(row);
      continue;
    }
    const auto found = rows.find(row);
    EXPECT_NE(found, rows.end()) << change;
    if (found != rows.end()) rows.erase(found);
  }
  return {rows.begin(), rows.end()};
}

/// What a script gives when it is cut into batches of `size` rows (0: random).
inline std::vector<std::string> RunScript(const PlanNodePtr& node, const Script& script,
                                          size_t size, uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  OperatorHarness harness(node);
  harness.Feed(script, 0, script.size(), size, random);
  harness.End();
  return harness.TakeRows();
}

/// Runs a script straight, cut at random, and interrupted half-way: the rows must be the same, in
/// the same order but after a restart. Returns them.
inline std::vector<std::string> RunEveryWay(const PlanNodePtr& node, const Script& script) {
  const std::vector<std::string> expected = RunScript(node, script, 1);
  EXPECT_EQ(RunScript(node, script, 7), expected);
  EXPECT_EQ(RunScript(node, script, kMaxBatchRows), expected);
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    EXPECT_EQ(RunScript(node, script, 0, seed), expected) << "seed " << seed;
    std::mt19937_64 random(seed);
    OperatorHarness harness(node);
    const size_t half = script.empty() ? 0 : random() % script.size();
    harness.Feed(script, 0, half, 0, random);
    harness.Restart();
    harness.Feed(script, half, script.size(), 0, random);
    harness.End();
    EXPECT_EQ(Sorted(harness.rows()), Sorted(expected)) << "restart at row " << half;
  }
  return expected;
}

/// Runs a script with state that leaves memory and comes back, with epochs that are applied late
/// and starts in between: the rows must be the same. Returns how few entries were in memory when
/// something had left, and how many when nothing had. `in_order`: so are they, but for a start.
inline std::pair<size_t, size_t> ExpectSameFromDisk(const PlanNodePtr& node, const Script& script,
                                                    bool in_order = true) {
  const std::vector<std::string> expected = RunScript(node, script, 1);
  std::pair<size_t, size_t> entries = {SIZE_MAX, 0};
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    std::mt19937_64 random(seed);
    OperatorHarness harness(node);
    harness.UseDisk();
    bool restarted = false;
    for (size_t row = 0; row < script.size();) {
      const size_t next = std::min(script.size(), row + 1 + random() % 60);
      harness.Feed(script, row, next, 0, random);
      row = next;
      entries.second = std::max(entries.second, harness.entries_in_memory());
      if (random() % 2 == 0) harness.EndEpoch();
      if (random() % 2 == 0) harness.ApplyEpochs();
      harness.Shrink();
      entries.first = std::min(entries.first, harness.entries_in_memory());
      if (seed % 2 == 0 && random() % 8 == 0) {
        harness.RestartFromDisk();
        restarted = true;
      }
    }
    harness.End();
    if (restarted || !in_order) {
      EXPECT_EQ(Sorted(harness.rows()), Sorted(expected)) << "seed " << seed;
    } else {
      EXPECT_EQ(harness.rows(), expected) << "seed " << seed;
    }
  }
  return entries;
}

}  // namespace millrace
