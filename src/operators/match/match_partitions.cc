// SPDX-License-Identifier: Apache-2.0
#include "operators/match/match_partitions.h"

#include <algorithm>
#include <numeric>

#include "operators/cold_sweep.h"
#include "operators/column_types.h"
#include "operators/row_failures.h"
#include "state/cold/cold_times.h"
#include "state/encoding.h"

namespace millrace {
namespace {

constexpr uint64_t kMatchesMax = uint64_t{1} << 32;

void WriteMatches(const MatchHeap& heap, std::string* out) {
  PutVarint(heap.items().size(), out);
  for (const OpenMatch& match : heap.items()) {
    PutVarint(match.first + 1, out);  // one that has not begun is 0
    PutOrdered(match.first_time, out);
    PutVarint(static_cast<uint64_t>(match.state), out);
    PutVarint(match.begins.size(), out);
    for (const uint32_t begin : match.begins) PutVarint(begin, out);
  }
}

bool ReadMatches(std::string_view* bytes, size_t elements, MatchHeap* heap) {
  uint64_t count = 0;
  if (!GetVarint(bytes, &count) || count > kMatchesMax) return false;
  for (uint64_t i = 0; i < count; ++i) {
    OpenMatch match;
    uint64_t state = 0;
    uint64_t begins = 0;
    if (!GetVarint(bytes, &match.first) || !GetOrdered(bytes, &match.first_time) ||
        !GetVarint(bytes, &state) || !GetVarint(bytes, &begins) || begins > elements + 1) {
      return false;
    }
    --match.first;
    match.state = static_cast<int32_t>(state);
    for (uint64_t b = 0; b < begins; ++b) {
      uint64_t begin = 0;
      if (!GetVarint(bytes, &begin)) return false;
      match.begins.push_back(static_cast<uint32_t>(begin));
    }
    // The layout of the heap is part of the state.
    heap->items().push_back(std::move(match));
  }
  return true;
}

}  // namespace

MatchPartitions::MatchPartitions(const MatchNode& node, const OperatorContext& context)
    : node_(node),
      fields_(node.fields()),
      context_(context),
      codec_(fields_.partition_keys, TypesOf(node.children()[0]->schema(), fields_.partition_keys)),
      rows_(TypesOf(node.children()[0]->schema())),
      conditions_(fields_, node.children()[0]->schema().size(), context.session, &aggregates_),
      stepper_(fields_, conditions_.pure(), !aggregates_.empty()),
      keys_("matches", context.state->track(),
            {.write = [this](uint32_t key, std::string* out) { Write(key, out); },
             .read = [this](uint32_t key, std::string_view bytes) { return Read(key, bytes); },
             .clear = [this](uint32_t key) { Evict(key); },
             .may_be_cold = true,
             .stays = [this](uint32_t key) { return MustStay(key); }}),
      history_("rows", context.state->track(), &keys_, &rows_, /*short_lived=*/true),
      waiting_("waiting matches", context.state->track()) {
  context.state->Register(&keys_);
  context.state->Register(&history_);
  context.state->Register(&waiting_);
}

/// Brings what lies on the disk of these keys into memory.
Status MatchPartitions::Load(const EncodedKeys& keys) {
  TRY(keys_.Load(keys));
  return SetUpLoaded();
}

Status MatchPartitions::SetUpLoaded() {
  TRY(history_.Load(keys_.loaded()));
  for (const uint32_t partition : keys_.loaded()) TRY(SetUp(partition));
  return OkStatus();
}

/// What follows from the state of a partition.
Status MatchPartitions::SetUp(uint32_t partition) {
  stepper_.FindCommonState(&partitions_[partition].matches);
  if (!aggregates_.empty()) TRY(RebuildSums(partition));
  SetDeadline(partition);
  NameIfWaiting(partition);
  return OkStatus();
}

void MatchPartitions::Evict(uint32_t partition) {
  for (const OpenMatch& match : partitions_[partition].matches.open.items()) {
    aggregates_.Free(match.sums);
  }
  history_.Evict(partition);
  partitions_[partition] = Partition();
}

/// The deadline of an open match lets a complete one go out.
bool MatchPartitions::MustStay(uint32_t partition) const {
  const OpenMatches& matches = partitions_[partition].matches;
  return !matches.complete.empty() && stepper_.Deadline(matches).has_value();
}

void MatchPartitions::NameIfWaiting(uint32_t partition) {
  Partition& of = partitions_[partition];
  if (MustStay(partition) == of.waits) return;
  of.waits = !of.waits;
  const std::string_view key = keys_.key(partition);
  const uint32_t named = waiting_.FindOrInsert(key, HashBytes(key));
  if (of.waits) {
    waiting_.MarkDirty(named);
  } else {
    waiting_.Erase(named);
  }
}

void MatchPartitions::Touch(uint32_t partition) {
  if (partitions_[partition].touched) return;
  partitions_[partition].touched = true;
  touched_.push_back(partition);
}

/// The partition of a row, with no match begun if it is new.
uint32_t MatchPartitions::PartitionOf(size_t row) {
  uint32_t partition = keys_.Find(encoded_.key(row), encoded_.hashes[row]);
  if (partition != KeyTable::kNone) return partition;
  partition = keys_.FindOrInsert(encoded_.key(row), encoded_.hashes[row]);
  if (partition >= partitions_.size()) partitions_.resize(keys_.slot_limit());
  partitions_[partition] = {
      .matches = stepper_.Begin(), .deadline = {}, .touched = false, .waits = false};
  return partition;
}

uint64_t MatchPartitions::NextNumber(uint32_t partition) const {
  const auto entries = history_.entries_of(partition);
  if (entries.empty()) return 0;
  return static_cast<uint64_t>(history_.ArrivalOf(partition, entries.back())) + 1;
}

MatchView MatchPartitions::ViewOf(const FoundMatch& found) const {
  const auto entries = history_.entries_of(found.partition);
  const auto first = static_cast<uint64_t>(history_.ArrivalOf(found.partition, entries.front()));
  return {.rows = entries.subspan(found.match.first - first), .begins = found.match.begins};
}

/// Where elements begin if the row of this number becomes one of `element`.
std::vector<uint32_t> MatchPartitions::BeginsWith(const OpenMatch& match, int element,
                                                  uint64_t number) const {
  const uint64_t first = match.begun() ? match.first : number;
  const auto place = static_cast<uint32_t>(number - first);
  std::vector<uint32_t> begins = match.begins;
  begins.resize(static_cast<size_t>(element) + 1, place);
  begins.resize(fields_.pattern.size() + 1, place + 1);
  return begins;
}

/// Some condition that a match may begin with holds.
bool MatchPartitions::MayBegin(size_t row) {
  const std::vector<int>& asked = stepper_.automaton().state(stepper_.automaton().start()).asked;
  return std::ranges::any_of(asked, [&](int element) {
    return !conditions_.pure()[static_cast<size_t>(element)] || conditions_.Holds(element, row);
  });
}

Status MatchPartitions::Process(const Batch& batch, std::span<const EventTime> times,
                                std::vector<FoundMatch>* found) {
  codec_.Encode(batch, &encoded_);
  TRY(Load(encoded_));
  stored_.clear();
  std::vector<int32_t> all(static_cast<size_t>(batch.num_rows));
  std::iota(all.begin(), all.end(), 0);
  rows_.Add(batch.columns, all, &stored_);
  kept_.assign(all.size(), false);
  TRY(conditions_.Begin(batch));
  if (conditions_.all_pure() && aggregates_.empty()) {
    TRY(ProcessInOrder(times, found));
  } else {
    TRY(ProcessInRounds(times, batch, found));
  }
  for (size_t row = 0; row < kept_.size(); ++row) {
    if (!kept_[row]) rows_.Free(stored_[row]);
  }
  std::ranges::stable_sort(*found, [](const FoundMatch& a, const FoundMatch& b) {
    return a.time != b.time ? a.time < b.time : a.row < b.row;
  });
  return ReportFailures(batch);
}

Status MatchPartitions::ReportFailures(const Batch& batch) {
  for (const MatchConditions::Failure& failure : conditions_.TakeFailures()) {
    TRY(ReportFailedRow(context_, {.stage = "processing",
                                   .reason = failure.reason,
                                   .batch = &batch,
                                   .schema = &node_.children()[0]->schema(),
                                   .row = static_cast<int64_t>(failure.row)}));
  }
  return OkStatus();
}

Status MatchPartitions::ProcessInOrder(std::span<const EventTime> times,
                                       std::vector<FoundMatch>* found) {
  for (size_t row = 0; row < times.size(); ++row) {
    uint32_t partition = keys_.Find(encoded_.key(row), encoded_.hashes[row]);
    if (partition == KeyTable::kNone) {
      if (!MayBegin(row)) continue;
      partition = PartitionOf(row);
    }
    TRY(ExpirePartition(partition, times[row], found));
    TRY(Advance({.partition = partition, .row = row}, times[row], found));
  }
  return OkStatus();
}

Status MatchPartitions::ProcessInRounds(std::span<const EventTime> times, const Batch& batch,
                                        std::vector<FoundMatch>* found) {
  // By partition, the rows in their order.
  std::vector<Turn> turns;
  for (size_t row = 0; row < times.size(); ++row) {
    turns.push_back({.partition = PartitionOf(row), .row = row});
    Touch(turns.back().partition);
  }
  std::ranges::stable_sort(turns, {}, &Turn::partition);
  std::vector<std::vector<Turn>> rounds;
  size_t round = 0;
  for (size_t i = 0; i < turns.size(); ++i) {
    round = i > 0 && turns[i].partition == turns[i - 1].partition ? round + 1 : 0;
    if (round == rounds.size()) rounds.emplace_back();
    rounds[round].push_back(turns[i]);
  }
  for (std::vector<Turn>& together : rounds) {
    questions_.clear();
    for (Turn& turn : together) {
      TRY(ExpirePartition(turn.partition, times[turn.row], found));
      TRY(AskAll(&turn));
    }
    TRY(aggregates_.Flush(batch.columns));
    TRY(conditions_.Answer(rows_));
    for (const Turn& turn : together) TRY(Advance(turn, times[turn.row], found));
    conditions_.Clear();
    TRY(aggregates_.Flush(batch.columns));
    for (const Question& question : questions_) aggregates_.Free(question.sums);
    aggregates_.Settle();
  }
  return OkStatus();
}

/// Asks all that the matches of a partition may want to know of a row.
Status MatchPartitions::AskAll(Turn* turn) {
  const OpenMatches& matches = partitions_[turn->partition].matches;
  turn->questions = questions_.size();
  if (stepper_.StaysCommon(matches)) return OkStatus();
  const uint64_t number = NextNumber(turn->partition);
  const auto entries = history_.entries_of(turn->partition);
  const std::vector<OpenMatch>& open = matches.open.items();
  questions_.resize(turn->questions + open.size() * fields_.pattern.size());
  for (size_t place = 0; place < open.size(); ++place) {
    const OpenMatch& match = open[place];
    for (const int element : stepper_.automaton().state(match.state).asked) {
      if (conditions_.pure()[static_cast<size_t>(element)]) continue;
      Question& question = QuestionOf(*turn, place, element);
      if (!aggregates_.empty()) {
        TRY_ASSIGN(question.sums, aggregates_.New(match.sums));
        aggregates_.Add(question.sums, element, static_cast<int32_t>(turn->row));
      }
      const std::vector<uint32_t> begins = BeginsWith(match, element, number);
      const size_t rows = begins.back() - 1;
      question.number = conditions_.Ask(element,
                                        {.rows = entries.subspan(entries.size() - rows),
                                         .begins = begins,
                                         .tried = stored_[turn->row]},
                                        turn->row, question.sums);
    }
  }
  return OkStatus();
}

MatchStepper::Callbacks MatchPartitions::CallbacksOf(const Turn& turn) {
  MatchStepper::Callbacks callbacks;
  callbacks.holds = [this, &turn](size_t place, int element) {
    if (conditions_.pure()[static_cast<size_t>(element)]) {
      return conditions_.Holds(element, turn.row);
    }
    return conditions_.Answered(element, QuestionOf(turn, place, element).number);
  };
  if (aggregates_.empty()) return callbacks;
  const OpenMatches& matches = partitions_[turn.partition].matches;
  callbacks.taken = [this, &turn, &matches](size_t place, int element, OpenMatch* next) {
    Question& question = QuestionOf(turn, place, element);
    if (question.number != kNoQuestion) {
      next->sums = std::exchange(question.sums, 0);
      return;
    }
    auto slot = aggregates_.New(matches.open.items()[place].sums);
    if (!slot) return;
    next->sums = *slot;
    aggregates_.Add(next->sums, element, static_cast<int32_t>(turn.row));
  };
  callbacks.ended = [this](const OpenMatch& match) { aggregates_.Free(match.sums); };
  return callbacks;
}

Status MatchPartitions::Advance(const Turn& turn, EventTime time, std::vector<FoundMatch>* found) {
  OpenMatches& matches = partitions_[turn.partition].matches;
  Touch(turn.partition);
  complete_.clear();
  bool taken = false;
  const MatchStepper::Row row{.number = NextNumber(turn.partition), .time = time};
  TRY(stepper_.Advance(&matches, row, CallbacksOf(turn), &complete_, &taken));
  if (taken) {
    history_.Insert(turn.partition, time, stored_[turn.row]);
    kept_[turn.row] = true;
    SetDeadline(turn.partition);
  }
  for (OpenMatch& match : complete_) {
    found->push_back({std::move(match), turn.partition, time, static_cast<int64_t>(turn.row)});
  }
  return OkStatus();
}

/// Deadline after deadline, so that each match goes out at its time.
Status MatchPartitions::ExpirePartition(uint32_t partition, EventTime time,
                                        std::vector<FoundMatch>* found) {
  OpenMatches& matches = partitions_[partition].matches;
  MatchStepper::Callbacks callbacks;
  if (!aggregates_.empty()) {
    callbacks.ended = [this](const OpenMatch& match) { aggregates_.Free(match.sums); };
  }
  for (auto deadline = stepper_.Deadline(matches); deadline && *deadline <= time;
       deadline = stepper_.Deadline(matches)) {
    Touch(partition);
    complete_.clear();
    TRY(stepper_.Expire(&matches, *deadline, callbacks, &complete_));
    for (OpenMatch& match : complete_) {
      found->push_back({std::move(match), partition, *deadline, -1});
    }
  }
  return OkStatus();
}

void MatchPartitions::SetDeadline(uint32_t partition) {
  Partition& of = partitions_[partition];
  const auto deadline = stepper_.Deadline(of.matches);
  if (!deadline || (of.deadline && *of.deadline <= *deadline)) return;
  of.deadline = deadline;
  deadlines_.push({*deadline, HashBytes(keys_.key(partition)), partition});
}

Status MatchPartitions::Expire(EventTime time, std::vector<FoundMatch>* found) {
  while (next_deadline() <= time && next_deadline() != kMaxWatermark) {
    const Deadline top = deadlines_.top();
    deadlines_.pop();
    if (top.partition >= partitions_.size() || !keys_.live(top.partition) ||
        partitions_[top.partition].deadline != top.time) {
      continue;  // of a partition that has gone
    }
    partitions_[top.partition].deadline.reset();
    TRY(ExpirePartition(top.partition, top.time, found));
    SetDeadline(top.partition);
  }
  aggregates_.Settle();
  std::ranges::stable_sort(*found, [](const FoundMatch& a, const FoundMatch& b) {
    return a.time != b.time ? a.time < b.time : a.row < b.row;
  });
  return OkStatus();
}

Status MatchPartitions::Sweep(EventTime time, std::vector<FoundMatch>* found) {
  if (fields_.within_ms <= 0) return OkStatus();
  TRY(keys_.Sweep(ColdSweep::kKeys, [](std::string_view, std::string_view) {
    return KeyTable::Judgement::kIsLoaded;
  }));
  TRY(SetUpLoaded());
  return Expire(time, found);
}

void MatchPartitions::Release() {
  history_.EncodeInserted();
  for (const uint32_t partition : touched_) {
    Partition& of = partitions_[partition];
    of.touched = false;
    NameIfWaiting(partition);
    if (of.matches.idle()) {
      history_.Clear(partition);
      keys_.Erase(partition);
      of = Partition();
      continue;
    }
    uint64_t first = of.matches.open.front().first;
    if (!of.matches.complete.empty()) {
      first = std::min(first, of.matches.complete.front().first);
    }
    const auto entries = history_.entries_of(partition);
    const auto oldest = static_cast<uint64_t>(history_.ArrivalOf(partition, entries.front()));
    history_.TrimFront(partition, first - oldest);
    keys_.MarkDirty(partition);
  }
  touched_.clear();
}

void MatchPartitions::Write(uint32_t partition, std::string* out) const {
  history_.WriteKey(partition, out);
  WriteMatches(partitions_[partition].matches.open, out);
  WriteMatches(partitions_[partition].matches.complete, out);
}

Status MatchPartitions::Read(uint32_t partition, std::string_view bytes) {
  if (partition >= partitions_.size()) partitions_.resize(keys_.slot_limit());
  TRY(history_.ReadKey(partition, &bytes));
  OpenMatches matches;
  if (!ReadMatches(&bytes, fields_.pattern.size(), &matches.open) ||
      !ReadMatches(&bytes, fields_.pattern.size(), &matches.complete) || !bytes.empty() ||
      matches.open.empty()) {
    return CorruptStateEntry("matches");
  }
  partitions_[partition] = {
      .matches = std::move(matches), .deadline = {}, .touched = false, .waits = false};
  return OkStatus();
}

Status MatchPartitions::Restored() {
  TRY(history_.Restored());
  for (uint32_t partition = 0; partition < partitions_.size(); ++partition) {
    if (!keys_.live(partition)) continue;
    TRY(SetUp(partition));
  }
  EncodedKeys waiting;
  for (uint32_t slot = 0; slot < waiting_.slot_limit(); ++slot) {
    if (waiting_.live(slot)) AddKey(waiting_.key(slot), &waiting);
  }
  return Load(waiting);
}

/// The aggregates of open matches, from their rows.
Status MatchPartitions::RebuildSums(uint32_t partition) {
  const auto entries = history_.entries_of(partition);
  if (entries.empty()) return OkStatus();
  const auto oldest = static_cast<uint64_t>(history_.ArrivalOf(partition, entries.front()));
  std::vector<uint32_t> stored;
  for (const HistoryEntry& entry : entries) stored.push_back(entry.row);
  for (OpenMatch& match : partitions_[partition].matches.open.items()) {
    if (!match.begun()) continue;
    TRY_ASSIGN(match.sums, aggregates_.New());
    std::vector<uint32_t> begins = match.begins;
    const uint64_t begin = match.first - oldest;
    begins.push_back(static_cast<uint32_t>(entries.size() - begin));
    for (size_t element = 0; element + 1 < begins.size(); ++element) {
      for (uint32_t row = begins[element]; row < begins[element + 1]; ++row) {
        aggregates_.Add(match.sums, static_cast<int>(element), static_cast<int32_t>(begin + row));
      }
    }
  }
  return aggregates_.Flush(rows_, stored);
}

}  // namespace millrace
