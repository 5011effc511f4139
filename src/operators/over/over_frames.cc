// SPDX-License-Identifier: Apache-2.0
#include "operators/over/over_frames.h"
#include "operators/column_types.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "operators/over/over_calls.h"
#include "state/encoding.h"

namespace millrace {
OverFrames::Kind OverFrames::KindOf(const OverNode::Fields& fields, const OverStage& stage) {
  if (stage.calls.empty()) return Kind::kNone;
  if (stage.preceding < 0) {
    return stage.rows || !fields.waits() ? Kind::kUnbounded : Kind::kUnboundedPeers;
  }
  return stage.rows ? Kind::kRows : Kind::kRange;
}

OverFrames::OverFrames(const OverNode& node, const OperatorContext& context)
    : fields_(node.fields()),
      state_(context.state),
      codec_(fields_.partition_keys, TypesOf(node.schema(), fields_.partition_keys)),
      layouts_(context.state->track()),
      keys_("keys", context.state->track(),
            {.write = [this](uint32_t key, std::string* out) { Write(key, out); },
             .read = [this](uint32_t key, std::string_view bytes) { return Read(key, bytes); },
             .clear = [this](uint32_t key) { Evict(key); },
             .may_be_cold = true,
             .prefetch = [this](uint32_t key, int step) { PrefetchForWrite(key, step); }}),
      cells_("sequence", context.state->track()),
      sequence_(cells_.Add("sequence", 0, CellTable::Rule::kGreatest)) {
  context.state->Register(&layouts_);
  context.state->Register(&keys_);
  AddStages(node.schema(), node.children()[0]->schema().size(), context);
  layouts_.Begin(MakeLayout(node));
  if (order_sensitive_) context.state->Register(&cells_);
}

void OverFrames::AddStages(const Schema& schema, size_t input_columns,
                           const OperatorContext& context) {
  const std::vector<DataType> types = TypesOf(schema);
  for (const OverStage& stage : fields_.stages) {
    Stage& added = stages_.emplace_back();
    if (!stage.computed.empty()) added.computed.emplace(stage.computed, context.session);
    added.kind = KindOf(fields_, stage);
    if (added.kind == Kind::kNone) continue;
    // RANGE frames look at all rows before the first stage, when only the input is known.
    const size_t stored = added.kind == Kind::kRange ? input_columns : types.size();
    added.calls = std::make_unique<FrameCalls>(
        stage.calls, FrameCalls::Options{.bounded = stage.preceding >= 0,
                                         .stored_columns = static_cast<int>(stored)});
    order_sensitive_ |= stage.preceding < 0 && added.calls->order_sensitive();
    for (size_t i = 0; i < added.calls->sum_calls().size(); ++i) {
      sums_.emplace_back(stages_.size() - 1, i);
    }
  }
  AddRange(types, context.state->track());
  if (range_) {
    context.state->Register(&range_->table());
    lists_.push_back(kRangeList);
  }
  AddRows(types, context);
  forms_.resize(lists_.size());
  for (size_t i = 0; i < lists_.size(); ++i) {
    RowHistory& table =
        lists_[i] == kRangeList ? range_->table() : stages_[lists_[i]].rows->table();
    table.set_forms(&forms_[i]);
  }
}

/// The tables of ROWS frames are called by the number of their rows, which other frames do not
/// change.
void OverFrames::AddRows(const std::vector<DataType>& types, const OperatorContext& context) {
  const std::vector<std::string> tables = fields_.tables();
  for (size_t i = 0; i < stages_.size(); ++i) {
    Stage& stage = stages_[i];
    if (stage.kind != Kind::kRows) continue;
    stage.rows =
        std::make_unique<RowsFrame>(tables[i], fields_.stages[i].preceding, stage.calls.get(),
                                    types, context.state->track(), &keys_);
    if (!stage.rows->only_counts()) context.state->Register(&stage.rows->table());
    lists_.push_back(i);
  }
}

OverLayout OverFrames::MakeLayout(const OverNode& node) const {
  const auto columns = [&](const std::vector<int>& places) {
    std::vector<OverLayout::Column> result;
    for (const int place : places) {
      const auto column = static_cast<size_t>(place);
      result.push_back({.item = {.id = node.column_tags()[column]},
                        .width = StoredWidth(node.schema()[column].type)});
    }
    return result;
  };
  OverLayout layout;
  for (const auto& [stage, call] : sums_) {
    layout.sums.push_back({.id = stages_[stage].calls->sum_calls()[call].state_tag});
  }
  for (const size_t list : lists_) {
    OverLayout::List& added = layout.lists.emplace_back();
    if (list == kRangeList) {
      added.table = range_->table().name();
      added.columns = columns(range_->columns());
    } else {
      added.table = stages_[list].rows->table().name();
      added.counted = stages_[list].rows->only_counts();
      added.columns = columns(stages_[list].calls->columns());
    }
  }
  for (size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].kind != Kind::kRange) continue;
    layout.reaches.push_back({.id = static_cast<uint64_t>(fields_.stages[i].preceding)});
  }
  if (!fields_.waits()) return layout;
  std::vector<int> input(node.children()[0]->schema().size());
  std::iota(input.begin(), input.end(), 0);
  layout.waiting = columns(input);
  return layout;
}

/// Once all layouts are known, and before any value is read or written.
void OverFrames::Prepare() {
  if (prepared_) return;
  prepared_ = true;
  layouts_.Settle();
  for (RowForms& forms : forms_) forms.current = layouts_.number();
  for (const auto& [number, layout] : layouts_.all()) {
    const OverReading reading(layout, layouts_.current());
    std::vector<std::vector<uint32_t>> missing(stages_.size());
    for (const size_t sum : reading.missing_sums) {
      missing[sums_[sum].first].push_back(static_cast<uint32_t>(sums_[sum].second));
    }
    for (const OverReading::List& list : reading.lists) {
      if (list.place == OverReading::kNone || number == layouts_.number()) continue;
      forms_[static_cast<size_t>(list.place)].earlier[number] = list.form;
    }
    readings_.insert_or_assign(number, Earlier{reading, std::move(missing)});
  }
}

void OverFrames::AddRange(const std::vector<DataType>& types, bool track) {
  std::vector<RangeFrames::Frame> frames;
  for (size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i].kind != Kind::kRange) continue;
    stages_[i].range = frames.size();
    frames.push_back({fields_.stages[i].preceding, stages_[i].calls.get()});
  }
  if (frames.empty()) return;
  const RangeFrames::Options options{
      .on_arrival = !fields_.waits(), .proctime = fields_.proctime, .track = track};
  range_ = std::make_unique<RangeFrames>(std::move(frames), types, options, &keys_);
}

Result<FrameCalls::Columns> OverFrames::Process(const Batch& batch,
                                                std::span<const EventTime> times) {
  Prepare();
  codec_.Encode(batch, &encoded_);
  TRY(keys_.Load(encoded_));
  TRY(LoadRest());
  keys_.FindOrInsert(encoded_, &slots_);
  if (range_) range_->Add(batch, times, slots_);
  Batch widened = batch;
  Status status = OkStatus();
  for (Stage& stage : stages_) {
    status = RunStage(&stage, times, &widened);
    if (!status) break;
  }
  for (uint32_t slot : slots_) keys_.MarkDirty(slot);
  if (range_) range_->Settle();
  TRY(status);
  widened.columns.erase(widened.columns.begin(),
                        widened.columns.begin() + static_cast<ptrdiff_t>(batch.columns.size()));
  return std::move(widened.columns);
}

/// The rows of the keys that were loaded.
Status OverFrames::LoadRest() {
  const std::vector<uint32_t>& keys = keys_.loaded();
  for (Stage& stage : stages_) {
    if (stage.rows) TRY(stage.rows->Load(keys));
  }
  return range_ ? range_->Load(keys) : OkStatus();
}

void OverFrames::Evict(uint32_t key) {
  for (Stage& stage : stages_) {
    if (stage.rows) {
      stage.rows->Evict(key);
    } else if (stage.kind == Kind::kUnbounded || stage.kind == Kind::kUnboundedPeers) {
      stage.calls->Reset(key);
    }
  }
  if (range_) range_->Evict(key);
}

/// Some keys at a time, so that it costs next to nothing.
Status OverFrames::OnTime(int64_t now_ms) {
  if (!range_ || keeps_keys() || !sweep_.IsTime(now_ms)) return OkStatus();
  TRY(keys_.Sweep(ColdSweep::kKeys, [](std::string_view, std::string_view) {
    return KeyTable::Judgement::kIsLoaded;
  }));
  TRY(LoadRest());
  Release(released_before_);
  return OkStatus();
}

/// Appends the columns of a stage.
Status OverFrames::RunStage(Stage* stage, std::span<const EventTime> times, Batch* batch) {
  const auto append = [&](FrameCalls::Columns columns) {
    batch->columns.insert(batch->columns.end(), columns.begin(), columns.end());
  };
  if (stage->computed) {
    errors_.Clear();
    TRY_ASSIGN(auto computed, stage->computed->Evaluate(*batch, &errors_));
    CHECK(errors_.empty());  // the plan has none that can fail
    append(std::move(computed));
  }
  switch (stage->kind) {
    case Kind::kNone: break;
    case Kind::kUnbounded:
    case Kind::kUnboundedPeers: {
      AddUnbounded(stage, *batch, times);
      TRY_ASSIGN(auto results, stage->calls->Run(batch->columns, nullptr));
      append(std::move(results));
      break;
    }
    case Kind::kRows: {
      TRY_ASSIGN(auto results, stage->rows->Run(*batch, batch->columns, slots_));
      append(std::move(results));
      break;
    }
    case Kind::kRange: {
      range_->Fill(batch->columns);
      TRY_ASSIGN(auto results, stage->calls->Run(batch->columns, &range_->rows()));
      append(std::move(results));
      break;
    }
  }
  return OkStatus();
}

void OverFrames::AddUnbounded(Stage* stage, const Batch& batch, std::span<const EventTime> times) {
  FrameCalls& calls = *stage->calls;
  calls.Begin(batch);
  calls.Reserve(keys_.slot_limit());
  const auto count = static_cast<size_t>(batch.num_rows);
  int64_t sequence = cells_.get(sequence_);
  size_t taken = 0;
  for (size_t row = 0; row < count; ++row) {
    calls.Add(row, slots_[row], 1, sequence++);
    const bool last_peer =
        stage->kind == Kind::kUnbounded || row + 1 == count || times[row + 1] != times[row];
    if (!last_peer) continue;
    for (; taken <= row; ++taken) calls.Take(slots_[taken], {}, nullptr);
  }
  if (calls.order_sensitive()) cells_.Set(sequence_, sequence);
}

bool OverFrames::keeps_keys() const {
  return std::ranges::any_of(stages_, [](const Stage& stage) {
    return stage.kind != Kind::kNone && stage.kind != Kind::kRange;
  });
}

void OverFrames::Release(EventTime watermark) {
  if (!range_) return;
  released_before_ = watermark;
  released_.clear();
  range_->Release(watermark, &released_);
  for (uint32_t key : released_) {
    if (!keys_.live(key)) continue;  // named twice
    if (keeps_keys()) {
      keys_.MarkDirty(key);
    } else {
      keys_.Erase(key);
    }
  }
}

/// The number of the layout, sums by stage, the rows of each list, how they lie in the RANGE
/// frames.
void OverFrames::Write(uint32_t key, std::string* out) const {
  PutVarint(layouts_.number(), out);
  for (const Stage& stage : stages_) {
    if (stage.kind == Kind::kNone || !stage.calls->has_sums()) continue;
    if (stage.kind == Kind::kRange) {
      range_->WriteSums(key, stage.range, out);
    } else {
      stage.calls->sums().SerializeInOrder(key, out);
    }
  }
  if (range_) range_->table().WriteKey(key, out);
  for (const Stage& stage : stages_) {
    if (stage.rows) stage.rows->WriteKey(key, out);
  }
  if (range_) range_->WriteReach(key, out);
}

void OverFrames::PrefetchForWrite(uint32_t key, int step) const {
  if (range_) range_->PrefetchForWrite(key, step);
  for (const Stage& stage : stages_) {
    if (stage.rows) stage.rows->PrefetchForWrite(key, step);
  }
}

Status OverFrames::Read(uint32_t key, std::string_view bytes) {
  Prepare();
  uint64_t number = 0;
  if (!GetVarint(&bytes, &number)) return CorruptStateEntry("keys");
  const auto earlier = readings_.find(static_cast<uint32_t>(number));
  if (earlier == readings_.end()) return CorruptStateEntry("keys");
  const OverReading& reading = earlier->second.reading;
  ReadBegin(key);
  TRY(ReadSums(key, reading, &bytes));
  TRY(ReadLists(key, reading, &bytes));
  TRY(ReadReaches(key, reading, &bytes));
  for (size_t i = 0; i < stages_.size(); ++i) {
    const std::vector<uint32_t>& missing = earlier->second.missing[i];
    if (missing.empty()) continue;
    if (stages_[i].rows) stages_[i].rows->RebuildSums(key, &missing);
    if (stages_[i].kind == Kind::kRange) range_->RebuildSums(key, stages_[i].range, &missing);
  }
  return bytes.empty() ? OkStatus() : CorruptStateEntry("keys");
}

void OverFrames::ReadBegin(uint32_t key) {
  if (range_) range_->ReadBegin(key);
  for (Stage& stage : stages_) {
    if (stage.kind == Kind::kNone || stage.kind == Kind::kRange) continue;
    stage.calls->Reserve(keys_.slot_limit());
    if (stage.calls->has_sums()) stage.calls->sums().Reset(key);
  }
}

Status OverFrames::ReadSums(uint32_t key, const OverReading& reading, std::string_view* bytes) {
  for (const int place : reading.sums) {
    std::string_view sum;
    if (!GetBytes(bytes, &sum)) return CorruptStateEntry("keys");
    if (place == OverReading::kNone) continue;
    const auto [index, call] = sums_[static_cast<size_t>(place)];
    Stage& stage = stages_[index];
    if (stage.kind == Kind::kRange) {
      TRY(range_->ReadSum(key, stage.range, call, sum));
    } else {
      TRY(stage.calls->sums().DeserializeCall(call, key, sum));
    }
  }
  return OkStatus();
}

RowsFrame* OverFrames::RowsOfList(size_t list) const {
  return lists_[list] == kRangeList ? nullptr : stages_[lists_[list]].rows.get();
}

Status OverFrames::ReadLists(uint32_t key, const OverReading& reading, std::string_view* bytes) {
  for (const OverReading::List& list : reading.lists) {
    const bool known = list.place != OverReading::kNone;
    RowsFrame* rows = known ? RowsOfList(static_cast<size_t>(list.place)) : nullptr;
    if (known && rows == nullptr) {
      TRY(range_->table().ReadKey(key, bytes));
    } else if (known && rows->only_counts() == list.counted) {
      TRY(rows->ReadKey(key, bytes));
    } else {
      uint64_t count = 0;
      const bool read =
          list.counted ? GetVarint(bytes, &count) : SkipHistory(list.form, bytes, &count);
      if (!read) return CorruptStateEntry("keys");
      if (known) TRY(rows->ReadNothing(key, count));
    }
  }
  for (const size_t list : reading.missing_lists) {
    std::string_view none("\0", 1);
    RowsFrame* rows = RowsOfList(list);
    TRY(rows == nullptr ? range_->table().ReadKey(key, &none) : rows->ReadNothing(key, 0));
  }
  return OkStatus();
}

Status OverFrames::ReadReaches(uint32_t key, const OverReading& reading, std::string_view* bytes) {
  std::vector<uint64_t> inside(reading.reaches_written);
  for (uint64_t& rows : inside) {
    if (!GetVarint(bytes, &rows)) return CorruptStateEntry("keys");
  }
  for (size_t frame = 0; frame < reading.reaches.size(); ++frame) {
    const int place = reading.reaches[frame];
    range_->ReadReach(key, frame,
                      place == OverReading::kNone
                          ? std::nullopt
                          : std::optional(inside[static_cast<size_t>(place)]));
  }
  return OkStatus();
}

Status OverFrames::Restored() {
  Prepare();
  for (const std::string& table : layouts_.gone()) state_->DropTable(table);
  for (Stage& stage : stages_) {
    if (stage.kind != Kind::kNone && stage.kind != Kind::kRange) {
      stage.calls->Reserve(keys_.slot_limit());
    }
    if (stage.rows) TRY(stage.rows->Restored());
  }
  return range_ ? range_->Restored() : OkStatus();
}

}  // namespace millrace
