// SPDX-License-Identifier: Apache-2.0
#include "operators/over/over_frames.h"
#include "operators/column_types.h"

#include <algorithm>

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

OverFrames::OverFrames(const OverNode::Fields& fields, const Schema& schema, size_t input_columns,
                       const OperatorContext& context)
    : fields_(fields),
      codec_(fields.partition_keys, TypesOf(schema, fields.partition_keys)),
      separate_(fields.all_unbounded()),
      keys_("keys", context.state->track(),
            {.write = [this](uint32_t key, std::string* out) { Write(key, out); },
             .read = [this](uint32_t key, std::string_view bytes) { return Read(key, bytes); },
             .clear = [this](uint32_t key) { Evict(key); },
             .may_be_cold = true,
             .prefetch = [this](uint32_t key, int step) { PrefetchForWrite(key, step); }}),
      cells_("sequence", context.state->track()),
      sequence_(cells_.Add("sequence", 0, CellTable::Rule::kGreatest)) {
  context.state->Register(&keys_);
  AddStages(schema, input_columns, context);
  if (order_sensitive_) context.state->Register(&cells_);
}

void OverFrames::AddStages(const Schema& schema, size_t input_columns,
                           const OperatorContext& context) {
  const std::vector<DataType> types = TypesOf(schema);
  const bool track = context.state->track();
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
  }
  AddRange(types, track);
  size_t histories = 0;
  if (range_) {
    context.state->Register(&range_->table());
    ++histories;
  }
  for (size_t i = 0; i < stages_.size(); ++i) {
    Stage& stage = stages_[i];
    if (stage.kind != Kind::kRows) continue;
    const std::string name = histories == 0 ? "frames" : "frames" + std::to_string(histories);
    ++histories;
    stage.rows = std::make_unique<RowsFrame>(name, fields_.stages[i].preceding, stage.calls.get(),
                                             types, track, &keys_);
    context.state->Register(&stage.rows->table());
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
  constexpr int64_t kEveryMillis = 100;
  constexpr size_t kKeysAtOnce = 64;
  if (!range_ || keeps_keys() || now_ms < next_sweep_ms_) return OkStatus();
  next_sweep_ms_ = now_ms + kEveryMillis;
  TRY(keys_.Sweep(kKeysAtOnce, [](std::string_view, std::string_view) {
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

/// Sums by stage, then the rows of each list, then how they lie in the RANGE frames.
void OverFrames::Write(uint32_t key, std::string* out) const {
  for (const Stage& stage : stages_) {
    if (stage.kind == Kind::kNone || !stage.calls->has_sums()) continue;
    if (separate_) {
      stage.calls->sums().Serialize(key, out);
    } else if (stage.kind == Kind::kRange) {
      range_->WriteSums(key, stage.range, out);
    } else {
      stage.calls->sums().SerializeBare(key, out);
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
  if (range_) range_->Fit();
  for (Stage& stage : stages_) {
    if (stage.kind == Kind::kNone || !stage.calls->has_sums()) continue;
    if (stage.kind == Kind::kRange) {
      TRY(range_->ReadSums(key, stage.range, &bytes));
      continue;
    }
    stage.calls->Reserve(keys_.slot_limit());
    if (separate_) {
      std::string_view all = bytes;
      TRY(stage.calls->sums().Deserialize(key, &all));
    } else {
      TRY(stage.calls->sums().DeserializeBare(key, &bytes));
    }
  }
  if (separate_) return OkStatus();
  if (range_) TRY(range_->table().ReadKey(key, &bytes));
  for (Stage& stage : stages_) {
    if (stage.rows) TRY(stage.rows->ReadKey(key, &bytes));
  }
  if (range_) TRY(range_->ReadReach(key, &bytes));
  return bytes.empty() ? OkStatus() : CorruptStateEntry("keys");
}

Status OverFrames::Restored() {
  for (Stage& stage : stages_) {
    if (stage.kind != Kind::kNone && stage.kind != Kind::kRange) {
      stage.calls->Reserve(keys_.slot_limit());
    }
    if (stage.rows) TRY(stage.rows->Restored());
  }
  return range_ ? range_->Restored() : OkStatus();
}

}  // namespace millrace
