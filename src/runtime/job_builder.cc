// SPDX-License-Identifier: Apache-2.0
// Building a job: who reads which split, the slots and queues of every shard, what sinks restore.
#include <algorithm>
#include <map>
#include <set>

#include "base/mutant.h"
#include "base/time_units.h"
#include "operators/io/replay/replay_source.h"
#include "operators/io/scan_driver.h"
#include "operators/io/values_driver.h"
#include "runtime/epochs/plan_file.h"
#include "runtime/job_state.h"
#include "runtime/memory/memory_parts.h"
#include "runtime/select_columns.h"
#include "state/restore.h"

namespace millrace {
namespace {

class JobBuilder {
 public:
  JobBuilder(JobState* job, const StartPoint& start)
      : job_(job), spec_(job->spec), start_(start), shards_(job->spec.settings.parallelism) {}

  Status Build() {
    resume_ = start_.mode == StartPoint::Mode::kResume;
    PrepareManifest();
    TRY(OpenDeadLetters());
    for (const GraphNode& node : job_->graph.nodes()) {
      if (node.role == GraphNode::Role::kSource) TRY(PlaceSource(node));
    }
    job_->graph.DeriveActive();
    for (int shard = 0; shard < shards_; ++shard) MakeShard(shard);
    for (const GraphNode& node : job_->graph.nodes()) TRY(MakeSlots(node));
    for (const GraphEdge& edge : job_->graph.edges()) ConnectEdge(edge);
    for (auto& shard : job_->shards) {
      // Sources count from the run's first epoch on, as every barrier's number is larger.
      for (auto& slot : shard->slots()) slot->epoch = manifest_.epoch;
    }
    if (job_->state != nullptr) TRY(RestoreState());
    TRY(RestoreSinks(job_, start_, &manifest_));
    TRY(OpenLetterTopics(job_));
    if (!spec_.data_dir.empty()) {
      if (!resume_) {
        TRY(BeginRun(start_.decider, manifest_, job_->journal.get(), job_->state.get()));
      }
      TRY(WritePlan(spec_.env.disk, spec_.data_dir,
                    {manifest_.pipeline, manifest_.fingerprint, job_->graph.identity()},
                    start_.previous_fingerprint));
      TRY(WriteManifest(spec_.env.disk, spec_.data_dir, manifest_));
    }
    MakeCoordinator();
    return MakeBackup(job_, manifest_.epoch);
  }

 private:
  // ---------------------------------------------------------------- the run's record

  void PrepareManifest() {
    manifest_ = start_.manifest;
    manifest_.finished = false;
    moved_ = manifest_.shards != shards_;
    manifest_.shards = shards_;
    if (resume_) return;
    ++manifest_.epoch;  // of the record that begins the run
    manifest_.sources.clear();
    manifest_.sinks.clear();
  }

  Status OpenDeadLetters() {
    std::map<std::string, std::string> paths;
    for (const GraphNode& node : job_->graph.nodes()) {
      paths.try_emplace(node.table, DeadLetterPath(node.table.empty() ? "rows" : node.table));
      const auto* scan = As<ScanNode>(node.plan);
      const auto* sink = As<SinkNode>(node.plan);
      if (scan == nullptr && sink == nullptr) continue;
      const auto& extras = (scan != nullptr ? scan->table() : sink->table())->extras;
      if (const auto path = extras.find("dead-letter.path"); path != extras.end()) {
        paths[node.table] = path->second.text;
      }
    }
    job_->dead_letters =
        std::make_unique<DeadLetterFiles>(spec_.env.disk, spec_.pipeline, std::move(paths));
    if (spec_.env.disk == nullptr) return OkStatus();  // only jobs without failing rows go on
    if (spec_.data_dir.empty()) return job_->dead_letters->StartBehindExisting();
    switch (start_.mode) {
      case StartPoint::Mode::kFresh: TRY(job_->dead_letters->StartBehindExisting()); break;
      case StartPoint::Mode::kResume: return RestoreDeadLetters();
      case StartPoint::Mode::kDiscard:
        TRY(job_->dead_letters->Restore(manifest_.dead_letters_at_start));
        break;
    }
    manifest_.dead_letters = job_->dead_letters->lengths();
    manifest_.dead_letters_at_start = manifest_.dead_letters;
    return OkStatus();
  }

  /// Appends what the journal has and the files have not, then cuts what no epoch has.
  Status RestoreDeadLetters() {
    TRY(job_->dead_letters->StartBehindExisting());
    for (const auto& epoch : start_.dead_letters) {
      for (const auto& [table, letters] : epoch) {
        TRY(job_->dead_letters->Repeat(table, letters.at, letters.lines));
      }
    }
    return job_->dead_letters->Restore(manifest_.dead_letters);
  }

  std::string DeadLetterPath(const std::string& table) const {
    const std::string directory =
        spec_.dead_letter_dir.empty() ? spec_.data_dir + "/dead-letters" : spec_.dead_letter_dir;
    return directory + "/" + table + ".jsonl";
  }

  // ---------------------------------------------------------------- sources

  TableContext BaseContext(int shard) const { return millrace::BaseContext(job_, shard); }

  Status PlaceSource(const GraphNode& node) {
    const auto* scan = As<ScanNode>(node.plan);
    if (scan == nullptr) {
      SetReaders(node, 1);
      placed_[node.index].resize(static_cast<size_t>(shards_));
      if (const auto found = manifest_.sources.find(node.id);
          found != manifest_.sources.end() && !found->second.empty()) {
        placed_[node.index][0] = found->second;
      }
      return OkStatus();
    }
    const Table& table = *scan->table();
    TRY_ASSIGN(auto source,
               MakeTableSource(table, ContextFor(table, BaseContext(0), /*for_write=*/false)));
    TRY_ASSIGN(const std::vector<Split> found, source->Discover());
    std::vector<SplitPosition> splits = WithPositions(node, found);
    std::vector<Split> starts;
    for (const SplitPosition& split : splits) {
      starts.push_back({.id = split.split, .bounded = split.bounded, .position = split.position});
    }
    TRY(source->CheckStart(starts));
    const bool bounded = source->bounded();
    unbounded_[node.index] = !bounded;
    const int readers =
        static_cast<int>(std::clamp<size_t>(splits.size(), 1, static_cast<size_t>(shards_)));
    SetReaders(node, readers);
    auto& placed = placed_[node.index];
    placed.resize(static_cast<size_t>(shards_));
    for (size_t i = 0; i < splits.size(); ++i) {
      size_t reader = i % static_cast<size_t>(readers);
      const int before = splits[i].shard;
      if (!moved_ && before >= 0 && before < readers) reader = static_cast<size_t>(before);
      moved_ |= before >= 0 && reader != static_cast<size_t>(before);
      placed[reader].push_back(splits[i]);
    }
    Watch(node, source.get(), bounded, splits, readers);
    job_->sources.push_back(std::move(source));
    return OkStatus();
  }

  std::vector<SplitPosition> WithPositions(const GraphNode& node, const std::vector<Split>& found) {
    std::map<std::string, SplitPosition> known;
    const auto& from = manifest_.sources;
    if (const auto positions = from.find(node.id); positions != from.end()) {
      for (const SplitPosition& split : positions->second) known[split.split] = split;
    }
    std::vector<SplitPosition> splits;
    for (const Split& split : found) {
      const auto position = known.find(split.id);
      if (position == known.end()) {
        splits.push_back({.split = split.id, .bounded = split.bounded, .position = split.position});
      } else {
        splits.push_back(position->second);
        known.erase(position);
      }
    }
    for (const auto& [id, split] : known) splits.push_back(split);  // no longer listed
    if (!resume_) manifest_.sources[node.id] = splits;  // where the run begins, whatever comes
    return splits;
  }

  void SetReaders(const GraphNode& node, int readers) {
    std::vector<bool> active(static_cast<size_t>(shards_), false);
    for (int shard = 0; shard < readers; ++shard) active[static_cast<size_t>(shard)] = true;
    readers_[node.index] = readers;
    job_->graph.SetReaders(node.index, std::move(active));
  }

  void Watch(const GraphNode& node, Source* source, bool bounded,
             const std::vector<SplitPosition>& splits, int readers) {
    WatchedSource watched{.node = node.index, .id = node.id, .bounded = bounded, .source = source};
    for (const SplitPosition& split : splits) watched.known.insert(split.split);
    for (int shard = 0; shard < readers; ++shard) watched.readers.push_back(shard);
    watched.turn = splits.size();
    watched_.push_back(std::move(watched));
  }

  Result<std::unique_ptr<SourceDriver>> MakeSource(const GraphNode& node, Shard* shard,
                                                   Slot* slot) {
    const int index = shard->settings().index;
    std::unique_ptr<SourceDriver> driver;
    if (const auto* values = As<ValuesNode>(node.plan)) {
      driver = std::make_unique<ValuesDriver>(values->rows(), spec_.env.clock);
    } else if (const auto* scan = As<ScanNode>(node.plan)) {
      TRY_ASSIGN(driver, ScanDriver::Make(
                             *scan, {.connector = BaseContext(index),
                                     .session = shard->session(),
                                     .dead_letters = &slot->letters,
                                     .fail_on_error = spec_.settings.fail_on_row_error,
                                     .batch_delay_nanos = spec_.settings.batch_delay_ms * kMilli,
                                     .readers = readers_[node.index],
                                     .quarantine = job_->quarantine.get(),
                                     .keep_rows = KeepsLateRows(job_->graph, *scan->table())}));
    } else {
      return InternalError("no source for plan node " + std::string(node.plan->kind()));
    }
    for (const SplitPosition& split : placed_[node.index][static_cast<size_t>(index)]) {
      TRY(driver->AddSplit(split));
    }
    if (!unbounded_[node.index]) driver->NoMoreSplits();
    return driver;
  }

  // ---------------------------------------------------------------- shards and slots

  void MakeShard(int index) {
    job_->shards.push_back(std::make_unique<Shard>(
        Shard::Settings{.index = index,
                        .batch_rows_max = spec_.settings.batch_rows_max,
                        .fail_on_row_error = spec_.settings.fail_on_row_error,
                        .state = StateBudget::Of(*job_),
                        .env = spec_.env,
                        .session = spec_.session},
        &job_->control));
  }

  Status MakeSlots(const GraphNode& node) {
    by_node_.emplace_back(static_cast<size_t>(shards_), nullptr);
    for (const int input : node.inputs) {
      const int from = job_->graph.edges()[static_cast<size_t>(input)].from;
      if (unbounded_[from]) unbounded_[node.index] = true;
    }
    for (int index = 0; index < shards_; ++index) {
      if (!node.active[static_cast<size_t>(index)]) continue;
      Shard* const shard = job_->shards[static_cast<size_t>(index)].get();
      auto slot = std::make_unique<Slot>(shard->letter_bytes());
      slot->node = &node;
      slot->label = std::string(node.plan->kind());
      const bool own_table =
          node.role == GraphNode::Role::kSource || node.role == GraphNode::Role::kTerminal;
      if (own_table && !node.table.empty()) slot->label += " " + node.table;
      slot->ports.resize(node.inputs.size(), InputPort::Unfed());
      slot->output.SetTap(job_->taps->point(node.index, index));
      if (Status status = FillSlot(node, shard, slot.get()); !status) {
        return std::unexpected(std::move(status).error().With(slot->label));
      }
      by_node_.back()[static_cast<size_t>(index)] = slot.get();
      shard->slots().push_back(std::move(slot));
    }
    return OkStatus();
  }

  Status FillSlot(const GraphNode& node, Shard* shard, Slot* slot) {
    switch (node.role) {
      case GraphNode::Role::kSource: {
        TRY_ASSIGN(slot->source, MakeSource(node, shard, slot));
        return OkStatus();
      }
      case GraphNode::Role::kSelect:
        slot->op = std::make_unique<SelectColumns>(node.selection);
        return OkStatus();
      case GraphNode::Role::kTerminal: return FillTerminal(node, shard, slot);
      case GraphNode::Role::kOperator: break;
    }
    slot->state = std::make_unique<StateStore>(/*track=*/!spec_.data_dir.empty());
    slot->context = {.session = shard->session(),
                     .state = slot->state.get(),
                     .metrics = &slot->metrics,
                     .on_row_failure =
                         [shard, slot](const RowFailure& failure) {
                           return shard->OnRowFailure(*slot, failure);
                         },
                     .env = spec_.env,
                     .now_nanos = [clock = spec_.env.clock] { return clock->MonotonicNanos(); },
                     .shard = shard->settings().index,
                     .shards = shards_,
                     .unbounded = unbounded_[node.index]};
    if (node.plan->drops_late_rows() && AnyLateRowsKept(job_->graph)) {
      slot->late = std::make_unique<LateRoutes>(slot->label, &slot->metrics, &slot->letters);
      slot->context.on_late_row = [routes = slot->late.get()](const Batch& batch, int64_t row) {
        routes->Take(batch, row);
      };
    }
    const OperatorRegistry& registry =
        spec_.operators != nullptr ? *spec_.operators : BuiltinOperators();
    TRY_ASSIGN(slot->op, registry.Make(node.plan, slot->context));
    return OkStatus();
  }

  Status FillTerminal(const GraphNode& node, Shard* shard, Slot* slot) {
    slot->latency_storage = std::make_unique<StageLatency>();
    slot->latency = slot->latency_storage.get();
    slot->latency->budget_nanos = job_->spec.settings.latency_budget_ms * 1'000'000;
    if (const auto* sink = As<SinkNode>(node.plan)) {
      slot->state = std::make_unique<StateStore>(/*track=*/!spec_.data_dir.empty());
      TRY_ASSIGN(slot->terminal,
                 SinkDriver::Make(*sink, SinkContext(job_, *sink, shard->settings().index),
                                  LettersOf(slot), spec_.settings.drop_nulls, shard->session(),
                                  slot->state.get()));
      return OkStatus();
    }
    if (spec_.collector == nullptr) return InternalError("nobody takes the rows of the SELECT");
    slot->terminal = std::make_unique<CollectDriver>(node.plan->schema(), spec_.collector);
    return OkStatus();
  }

  SinkDeadLetters LettersOf(Slot* slot) const {
    return {&slot->letters, &slot->undelivered_letters, spec_.settings.fail_on_row_error};
  }

  void ConnectEdge(const GraphEdge& edge) {
    const auto& from = by_node_[static_cast<size_t>(edge.from)];
    const auto& to = by_node_[static_cast<size_t>(edge.to)];
    const auto input = static_cast<size_t>(edge.input);
    if (edge.kind == EdgeKind::kLocal) {
      for (size_t shard = 0; shard < from.size(); ++shard) {
        if (from[shard] == nullptr) continue;
        to[shard]->ports[input] = InputPort();
        InputPort* const port = &to[shard]->ports[input];
        if (edge.late) {
          from[shard]->late->Add(to[shard]->node->table, port);
        } else {
          from[shard]->output.AddLocal(port);
        }
      }
      return;
    }
    std::vector<std::vector<ExchangeQueue*>> channels(
        to.size(), std::vector<ExchangeQueue*>(from.size(), nullptr));
    for (size_t sender = 0; sender < from.size(); ++sender) {
      if (from[sender] == nullptr) continue;
      std::vector<ExchangeQueue*> queues(to.size(), nullptr);
      for (size_t receiver = 0; receiver < to.size(); ++receiver) {
        if (to[receiver] == nullptr || (edge.kind == EdgeKind::kSingle && receiver > 0)) continue;
        queues[receiver] = NewQueue(sender, receiver);
        channels[receiver][sender] = queues[receiver];
      }
      from[sender]->output.AddExchange(
          std::make_unique<ExchangeSender>(std::move(queues), MakeCodec(edge)));
    }
    for (size_t receiver = 0; receiver < to.size(); ++receiver) {
      if (to[receiver] != nullptr) to[receiver]->ports[input] = InputPort(channels[receiver]);
    }
  }

  ExchangeQueue* NewQueue(size_t sender, size_t receiver) {
    job_->queues.push_back(std::make_unique<ExchangeQueue>(
        spec_.settings.exchange_capacity, &job_->control.shard_wake_up(static_cast<int>(sender)),
        &job_->control.shard_wake_up(static_cast<int>(receiver))));
    return job_->queues.back().get();
  }

  std::unique_ptr<KeyCodec> MakeCodec(const GraphEdge& edge) const {
    if (edge.kind != EdgeKind::kHash) return nullptr;
    const Schema& schema = job_->graph.nodes()[static_cast<size_t>(edge.from)].plan->schema();
    std::vector<DataType> types;
    for (const int key : edge.keys) types.push_back(schema[static_cast<size_t>(key)].type);
    return std::make_unique<KeyCodec>(edge.keys, std::move(types));
  }

  // ---------------------------------------------------------------- state

  Status RestoreState() {
    std::map<int, DeltaWriter> leftovers;  // by the shard that wrote the entries
    const auto leave = [&leftovers](const StateEntry& entry) {
      DeltaWriter& writer = leftovers[entry.shard];
      writer.Begin(entry.operator_id, entry.table, /*merges=*/entry.key_group == kShardEntry);
      writer.Add({entry.table, entry.key, {}, true, entry.key_group});
    };
    for (const GraphNode& node : job_->graph.nodes()) {
      std::vector<StateStore*> stores;
      bool any = false;
      for (Slot* slot : by_node_[static_cast<size_t>(node.index)]) {
        stores.push_back(slot != nullptr ? slot->state.get() : nullptr);
        any |= stores.back() != nullptr;
      }
      if (!any) continue;
      const RestoredOperator op{.id = node.id, .shards = stores};
      TRY(AttachCold(*job_->state, op, resume_));
      if (!resume_) continue;
      TRY(RestoreOperator(*job_->state, op, moved_, leave));
      for (Slot* slot : by_node_[static_cast<size_t>(node.index)]) {
        if (slot == nullptr || slot->op == nullptr) continue;
        if (Status status = slot->op->OnRestore(); !status) {
          return std::unexpected(std::move(status).error().With(slot->label));
        }
      }
      TRY(DropTables(*job_->state, op, leave));
    }
    for (const std::string& id : start_.dropped_operators) {
      TRY(VisitOperator(*job_->state, id, leave));
    }
    for (auto& [shard, writer] : leftovers) first_deltas_.emplace_back(shard, writer.Take());
    return OkStatus();
  }

  void MakeCoordinator() {
    const MemoryGuard memory(spec_.memory, spec_.settings.memory_budget_bytes);
    job_->applier = MakeApplier(job_, memory);
    job_->coordinator = std::make_unique<Coordinator>(
        Coordinator::Settings{.env = spec_.env,
                              .data_dir = spec_.data_dir,
                              .job = spec_.settings,
                              .manifest = manifest_,
                              .dead_letters = job_->dead_letters.get(),
                              .shipper = job_->shipper.get(),
                              .journal = job_->journal.get(),
                              .applier = job_->applier.get(),
                              .transaction = job_->transaction.get(),
                              .memory = memory,
                              .memory_parts = [job = job_] { return DescribeMemory(*job); },
                              .first_deltas = std::move(first_deltas_),
                              .watched = std::move(watched_),
                              .notice = spec_.notice},
        &job_->control);
  }

  JobState* job_;
  JobSpec& spec_;
  const StartPoint& start_;
  int shards_;
  bool resume_ = false;
  bool moved_ = false;  // what a shard reads is not what that shard read in the run before
  RunManifest manifest_;
  std::vector<std::pair<int, std::string>> first_deltas_;
  std::vector<WatchedSource> watched_;
  std::map<int, int> readers_;                                     // by node
  std::map<int, bool> unbounded_;                                  // by node
  std::map<int, std::vector<std::vector<SplitPosition>>> placed_;  // by node and shard
  std::vector<std::vector<Slot*>> by_node_;                        // by node and shard
};

}  // namespace

Status BuildJob(JobState* job, const StartPoint& start) { return JobBuilder(job, start).Build(); }

}  // namespace millrace
