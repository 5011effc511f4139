// SPDX-License-Identifier: Apache-2.0
// Deduplicate: one row per key. The last row, and the first one by processing time, are known at
// once (TopOne). The first row by event time is known when the watermark has come to its time:
// until then rows wait, on the disk if need be, each that comes before those of its key of which is
// known that they wait already; a row behind the watermark is late. Keys that have had their row
// are remembered: what waits of them is dropped when its time has come.
#include <algorithm>
#include <memory>

#include "data/event_time.h"
#include "data/key_codec.h"
#include "operators/aggregate/cold_expiry.h"
#include "operators/aggregate/expiry_list.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/deadline_operator.h"
#include "operators/late_rows.h"
#include "operators/rank/top_one.h"
#include "plan/nodes/rank_nodes.h"
#include "state/encoding.h"
#include "state/key_table.h"
#include "state/time_table.h"

namespace millrace {
namespace {

class FirstRows final : public DeadlineOperator {
 public:
  FirstRows(const PlanNodePtr& node, const OperatorContext& context)
      : DeadlineOperator(1, context),
        node_(node),
        fields_(As<DeduplicateNode>(node_)->fields()),
        keys_(fields_.keys, TypesOf(node_->schema(), fields_.keys)),
        rows_(TypesOf(node_->schema())),
        waiting_("waiting", context.state->track(), &rows_, &cells()),
        sent_("keys", context.state->track(),
              {.write = [this](uint32_t slot,
                               std::string* out) { PutOrdered(expiry_.time(slot), out); },
               .read = [this](uint32_t slot, std::string_view bytes) { return Read(slot, bytes); },
               .clear = [this](uint32_t slot) { expiry_.Remove(slot); },
               .may_be_cold = true}),
        cold_expiry_(fields_.state_ttl_ms, TouchedOf) {
    context.state->Register(&waiting_);
    context.state->Register(&sent_);
  }

  Status OnTime(int64_t now_ms, Output*) override {
    now_ms_ = now_ms;
    if (fields_.state_ttl_ms == 0) return OkStatus();
    while (const auto slot = expiry_.PopBefore(now_ms - fields_.state_ttl_ms + 1)) {
      sent_.Erase(*slot);
    }
    return cold_expiry_.Sweep(now_ms, &sent_);
  }

  std::string Waiting() const override {
    if (waiting_.empty()) return {};
    return "first rows of their keys (" + std::to_string(waiting_.entries()) +
           " rows wait) go out when the watermark has come to their time, " +
           FormatEventTime(waiting_.next()) + " first; it is " + FormatEventTime(watermark());
  }

 protected:
  EventTime NextDeadline() const override { return waiting_.next(); }

  Status BeginBatch(int, const Batch& batch) override {
    keys_.Encode(batch, &encoded_);
    // That of rows that have left memory would outweigh what their leaving saves.
    if (early_->size() > 2 * waiting_.entries() + kMaxBatchRows) ForgetEarly();
    return Load(encoded_);
  }

  Result<int64_t> ProcessRows(int, const Batch& batch, int64_t begin, Output*) override {
    const EventTimeReader times(*batch.columns[static_cast<size_t>(fields_.time_column)]);
    std::vector<int32_t> kept;
    EventTime deadline = NextDeadline();
    int64_t row = begin;
    for (; row < batch.num_rows; ++row) {
      const EventTime before = batch.watermark_before(row);
      // A row at the watermark waits for the next one, which is not this row's.
      if (before > watermark() && before >= deadline) break;
      const EventTime time = times.time(row);
      if (time < before) {
        DropLateRow(context(), batch, row);
        continue;
      }
      if (!ComesFirst(static_cast<size_t>(row), time)) continue;
      kept.push_back(static_cast<int32_t>(row));
      deadline = std::min(deadline, time);
    }
    std::vector<uint32_t> held;
    rows_.Add(batch.columns, kept, &held);
    for (size_t i = 0; i < held.size(); ++i) {
      const uint64_t hash = encoded_.hashes[static_cast<size_t>(kept[i])];
      waiting_.Add(times.time(kept[i]), held[i], KeyGroupOf(hash));
    }
    return row;
  }

  Result<bool> Fire(Output* output) override {
    while (!waiting_.empty() && waiting_.next() <= watermark()) {
      if (output->full()) return false;
      TRY(Send(output));
    }
    return true;
  }

  Status Restored() override {
    if (fields_.state_ttl_ms > 0) expiry_.Sort();
    return waiting_.Fetch(kMinWatermark);
  }

 private:
  /// What lies on the disk of these keys.
  Status Load(const EncodedKeys& keys) {
    TRY(sent_.Load(keys));
    for (const uint32_t slot : sent_.loaded()) {
      if (!cold_expiry_.IsOver(expiry_.time(slot), now_ms_)) continue;
      expiry_.Remove(slot);
      sent_.Erase(slot);
    }
    return OkStatus();
  }

  static std::optional<int64_t> TouchedOf(std::string_view value) {
    int64_t touched_ms = 0;
    return GetOrdered(&value, &touched_ms) ? std::optional(touched_ms) : std::nullopt;
  }

  Status Read(uint32_t slot, std::string_view bytes) {
    int64_t touched_ms = 0;
    if (!GetOrdered(&bytes, &touched_ms)) return CorruptStateEntry(sent_.name());
    if (fields_.state_ttl_ms > 0) expiry_.Place(slot, touched_ms);
    return OkStatus();
  }

  /// Neither has the key had its row, nor does one wait that is as early. Notes that this one does.
  bool ComesFirst(size_t i, EventTime time) {
    if (sent_.Find(encoded_.key(i), encoded_.hashes[i]) != KeyTable::kNone) return false;
    const uint32_t slot = early_->FindOrInsert(encoded_.key(i), encoded_.hashes[i]);
    if (slot >= earliest_.size()) earliest_.resize(early_->slot_limit(), kMaxWatermark);
    if (earliest_[slot] <= time) return false;
    earliest_[slot] = time;
    return true;
  }

  void ForgetEarly() {
    early_ = std::make_unique<KeyIndex>();
    earliest_.clear();
  }

  void ForgetEarliest(std::string_view key, uint64_t hash) {
    const uint32_t slot = early_->Find(key, hash);
    if (slot == KeyIndex::kNone) return;
    earliest_[slot] = kMaxWatermark;
    early_->Detach(slot);
    early_->Release(slot);
  }

  /// The keys of held rows.
  Status Encode(std::span<const uint32_t> rows, EncodedKeys* out) {
    TRY_ASSIGN(held_.columns, rows_.GatherAll(rows));
    held_.num_rows = static_cast<int64_t>(rows.size());
    keys_.Encode(held_, out);
    return OkStatus();
  }

  /// Sends the first rows among those of the earliest time.
  Status Send(Output* output) {
    TRY(waiting_.Fetch(watermark()));
    const EventTime time = waiting_.next();
    const auto rows = waiting_.rows_at(time);
    if (rows.empty() || time > watermark()) return OkStatus();
    TRY(Encode(rows, &fired_));
    TRY(Load(fired_));
    std::vector<int32_t> first;
    for (size_t i = 0; i < rows.size(); ++i) {
      const std::string_view key = fired_.key(i);
      const uint64_t hash = fired_.hashes[i];
      ForgetEarliest(key, hash);
      if (sent_.Find(key, hash) != KeyTable::kNone) continue;
      const uint32_t slot = sent_.FindOrInsert(key, hash);
      sent_.MarkDirty(slot);
      if (fields_.state_ttl_ms > 0) expiry_.Touch(slot, now_ms_);
      first.push_back(static_cast<int32_t>(i));
    }
    held_.watermark = forwarded();
    const Batch sent = held_.Take(first);
    for (int64_t at = 0; at < sent.num_rows; at += kMaxBatchRows) {
      output->Push(sent.Slice(at, std::min(kMaxBatchRows, sent.num_rows - at)));
    }
    waiting_.Drop(time);
    return OkStatus();
  }

  PlanNodePtr node_;
  const DeduplicateNode::Fields& fields_;
  KeyCodec keys_;
  RowStore rows_;
  TimeTable waiting_;
  KeyTable sent_;  // keys that have had their row
  ColdExpiry cold_expiry_;
  ExpiryList expiry_;
  int64_t now_ms_ = 0;
  /// Keys of which it is known that rows wait: it saves rows that cannot be first.
  std::unique_ptr<KeyIndex> early_ = std::make_unique<KeyIndex>();
  std::vector<EventTime> earliest_;  // by slot of early_: the time of the earliest one
  EncodedKeys encoded_;              // of the batch at hand
  EncodedKeys fired_;
  Batch held_;  // rows that wait, taken out
};

}  // namespace

void RegisterDeduplicate(OperatorRegistry* registry) {
  registry->Register(DeduplicateNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       if (!As<DeduplicateNode>(node)->fields().waits()) {
                         return MakeTopOne(node, context);
                       }
                       return std::make_unique<FirstRows>(node, context);
                     });
}

}  // namespace millrace
