// SPDX-License-Identifier: Apache-2.0
// Shard, second half: running one slot on one event, barriers inside a shard, and what a shard
// publishes.
#include <algorithm>

#include "base/mutant.h"
#include "data/row_format.h"
#include "runtime/shard.h"

namespace millrace {
namespace {

constexpr int64_t kPublishNanos = 100000000;

}  // namespace

Result<bool> Shard::RunSlots(int64_t now) {
  for (auto slot = slots_.rbegin(); slot != slots_.rend(); ++slot) {
    if ((*slot)->source != nullptr) continue;
    Result<bool> ran = RunSlot(**slot, now);
    if (!ran) return std::unexpected(std::move(ran).error().With((*slot)->label));
    if (*ran) {
      ++slot_runs_;
      return true;
    }
  }
  return false;
}

Result<bool> Shard::RunSlot(Slot& slot, int64_t now) {
  if (slot.op != nullptr && slot.op->more()) {
    if (!slot.Drained()) return false;
    slot.output.BeginCall();
    TRY(slot.op->Continue(&slot.output));
    TRY(FinishEvent(slot));
  } else if (slot.tick_due && slot.Drained()) {
    // Before the rows: what they find out of date is gone, what they leave is of now.
    slot.tick_due = false;
    slot.output.BeginCall();
    TRY(slot.op->OnTime(session_.now_ms, &slot.output));
    TRY(FinishEvent(slot));
    return true;
  } else if (const auto port = NextPort(slot)) {
    if (!slot.Drained()) return false;
    if (slot.terminal != nullptr && !slot.terminal->Ready()) return false;
    TRY(Deliver(slot, *port, slot.ports[*port].Take()));
  } else {
    return false;
  }
  slot.busy_nanos += static_cast<uint64_t>(Now() - now);
  return true;
}

std::optional<size_t> Shard::NextPort(Slot& slot) {
  const size_t ports = slot.ports.size();
  for (size_t i = 0; i < ports; ++i) {
    const size_t port = (slot.turn + i) % ports;
    if (!slot.ports[port].HasEvent()) continue;
    slot.turn = (port + 1) % ports;
    return port;
  }
  return std::nullopt;
}

Status Shard::Deliver(Slot& slot, size_t input, Event event) {
  if (const auto* batch = std::get_if<Batch>(&event)) {
    slot.rows_in += static_cast<uint64_t>(batch->num_rows);
    ++slot.batches_in;
  } else if (const auto* barrier = std::get_if<Barrier>(&event)) {
    return AlignBarrier(slot, input, *barrier);
  }
  return slot.terminal != nullptr ? DeliverToTerminal(slot, input, std::move(event))
                                  : DeliverToOperator(slot, input, std::move(event));
}

Status Shard::DeliverToOperator(Slot& slot, size_t input, Event event) {
  slot.output.BeginCall();
  const int port = static_cast<int>(input);
  if (auto* batch = std::get_if<Batch>(&event)) {
    TRY(slot.op->OnBatch(port, std::move(*batch), &slot.output));
  } else if (const auto* watermark = std::get_if<Watermark>(&event)) {
    TRY(slot.op->OnWatermark(port, *watermark, &slot.output));
  } else {
    TRY(slot.op->OnEnd(port, &slot.output));
    slot.end_pending = ++slot.ended_ports == slot.ports.size();
  }
  return FinishEvent(slot);
}

Status Shard::DeliverToTerminal(Slot& slot, size_t input, Event event) {
  (void)input;
  if (const auto* batch = std::get_if<Batch>(&event)) return WriteTerminal(slot, *batch);
  if (const auto* watermark = std::get_if<Watermark>(&event)) {
    slot.watermark = std::max(slot.watermark, watermark->time);
    return OkStatus();
  }
  slot.ended = true;
  return slot.terminal->OnEnd();
}

Status Shard::WriteTerminal(Slot& slot, const Batch& batch) {
  const int64_t begin = Now();
  TRY(slot.terminal->Write(batch));
  slot.latency->Record(batch, begin, Now());
  return OkStatus();
}

/// An event is over once the operator has no more output for it; then a barrier or the end moves
/// on.
Status Shard::FinishEvent(Slot& slot) {
  if (slot.late != nullptr) slot.late->Flush(slot.output.watermark());
  if (slot.op->more()) return OkStatus();
  if (slot.barrier) {
    const Barrier barrier = *std::exchange(slot.barrier, std::nullopt);
    TRY(CollectDelta(slot, barrier.epoch));
    PassBarrier(slot, barrier);
    for (InputPort& port : slot.ports) port.Release();
    slot.output.PushBarrier(barrier);
    if (slot.late != nullptr) slot.late->PushBarrier(barrier);
  }
  if (slot.end_pending) {
    slot.end_pending = false;
    slot.ended = true;
    slot.tick_due = false;
    slot.output.PushEnd();
    if (slot.late != nullptr) slot.late->PushEnd();
  }
  return OkStatus();
}

Status Shard::AlignBarrier(Slot& slot, size_t input, const Barrier& barrier) {
  if (!MUTANT("barrier-not-aligned")) slot.ports[input].Hold();
  if (slot.barriers_missing == 0) slot.barriers_missing = slot.fed_ports();
  if (--slot.barriers_missing > 0) return OkStatus();
  if (slot.terminal == nullptr) {
    slot.barrier = barrier;
    slot.output.BeginCall();
    TRY(slot.op->OnBarrier(barrier, &slot.output));
    return FinishEvent(slot);
  }
  TRY_ASSIGN(std::string state, slot.terminal->Prepare(barrier.epoch));
  slot.undelivered = true;
  if (!MUTANT("outbox-not-in-epoch")) TRY(CollectDelta(slot, barrier.epoch));
  PassBarrier(slot, barrier);
  part_.sinks[slot.node->id + "/" + std::to_string(settings_.index)] = std::move(state);
  for (InputPort& port : slot.ports) port.Release();
  return OkStatus();
}

Status Shard::CollectDelta(Slot& slot, uint64_t epoch) {
  if (slot.state == nullptr || !slot.state->track()) return OkStatus();
  return delta_.Collect(slot.node->id, *slot.state, epoch);
}

Status Shard::OnRowFailure(Slot& slot, const RowFailure& failure) {
  std::string row = "(not shown)";
  if (failure.batch != nullptr && failure.schema != nullptr &&
      failure.schema->size() == failure.batch->columns.size()) {
    row = FormatRow(*failure.schema, *failure.batch, failure.row);
  }
  if (settings_.fail_on_row_error) {
    Error error{.code = "MR0705",
                .domain = ErrorDomain::kUser,
                .message = "a row could not be processed",
                .detail = failure.reason + "; row " + row,
                .hint = "SET 'millrace.on-row-error' = 'dead-letter' puts such rows aside"};
    return std::unexpected(std::move(error).With(slot.label));
  }
  std::optional<RecordOrigin> origin;
  if (failure.batch != nullptr && failure.batch->origins != nullptr) {
    const int32_t record = failure.batch->origin_row(failure.row);
    if (record >= 0) origin = failure.batch->origins->Of(record);
  }
  slot.letters.Add({.table = slot.node->table,
                    .stage = failure.stage,
                    .operation = slot.label,
                    .reason = failure.reason,
                    .origin = origin ? &*origin : nullptr,
                    .row = row,
                    .attempts = failure.attempts});
  return OkStatus();
}

// ------------------------------------------------------------------ reports

void Shard::Publish(int64_t now) {
  ShardReport report;
  report.shard = times_;
  int64_t lag_ms = -1;
  for (const auto& slot : slots_) {
    report.nodes.push_back(Describe(*slot));
    lag_ms = std::max(lag_ms, report.nodes.back().source.lag_ms);
  }
  control_->SetLag(settings_.index, lag_ms);
  const bool describe = control_->describe;
  if (describe) report.waiting = DescribeWaiting();
  next_publish_ = now + kPublishNanos;
  const std::lock_guard lock(report_mutex_);
  if (!describe) report.waiting = std::move(report_.waiting);
  report_ = std::move(report);
}

ShardReport Shard::report() const {
  const std::lock_guard lock(report_mutex_);
  return report_;
}

NodeSnapshot Shard::Describe(const Slot& slot) const {
  NodeSnapshot node{.node = slot.node->index,
                    .id = slot.node->id,
                    .kind = slot.node->role == GraphNode::Role::kSelect
                                ? "Select"
                                : std::string(slot.node->plan->kind()),
                    .table = slot.node->table,
                    .rows_in = slot.rows_in,
                    .rows_out = slot.output.rows_out(),
                    .counters = slot.metrics,
                    .batches_in = slot.batches_in,
                    .busy_nanos = slot.busy_nanos,
                    .watermark = slot.terminal ? slot.watermark : slot.output.watermark()};
  for (const InputPort& port : slot.ports) node.queued += port.queued();
  if (slot.terminal != nullptr) {
    node.sink_retries = slot.terminal->retries();
    node.outbox = slot.terminal->outbox();
    node.counters.rows_failed = slot.terminal->rejected();
    node.counters.rows_filtered = slot.terminal->dropped();
  }
  if (slot.terminal != nullptr) node.trouble = slot.terminal->Waiting();
  if (slot.source != nullptr) {
    node.source = slot.source->counters();
    node.trouble = slot.source->Trouble();
  }
  if (slot.latency != nullptr) node.latency = std::make_shared<StageLatency>(*slot.latency);
  if (slot.state != nullptr) {
    for (const StateTable* table : slot.state->tables()) {
      node.state_entries += table->entries();
      node.state_bytes += table->memory_bytes();
    }
  }
  return node;
}

std::vector<std::string> Shard::DescribeWaiting() const {
  std::vector<std::string> lines;
  if (state_budget_.exceeded()) {
    lines.push_back("sources wait until state has left for the disk (state.memory-budget)");
  }
  const std::string place =
      control_->shards() > 1 ? " (shard " + std::to_string(settings_.index) + ")" : "";
  for (const auto& slot : slots_) {
    if (slot->ended) continue;
    std::string text = slot->op != nullptr       ? slot->op->Waiting()
                       : slot->source != nullptr ? slot->source->Waiting()
                                                 : std::string();
    if (slot->terminal != nullptr && !slot->ports[0].empty() && !slot->terminal->Ready()) {
      text = "the sink takes no more rows now";
    } else if (slot->terminal != nullptr && slot->undelivered) {
      text = "the epoch waits for rows that are on their way";
    }
    if (const std::string trouble =
            text.empty() || slot->terminal == nullptr ? std::string() : slot->terminal->Waiting();
        !trouble.empty()) {
      text += ": " + trouble;
    }
    if (text.empty()) continue;
    for (const InputPort& port : slot->ports) {
      if (const int slowest = port.SlowestChannel(); slowest >= 0) {
        text += "; the watermark is held by shard " + std::to_string(slowest);
      }
    }
    lines.push_back(slot->label + ": " + text + place);
  }
  return lines;
}

}  // namespace millrace
