// SPDX-License-Identifier: Apache-2.0
// TemporalSort: ORDER BY time. Rows wait until the watermark has come to their time and go out in
// order of it; among those of one time further columns decide, then arrival. As in Flink, a row is
// late if rows of its time or a later one have gone out.
#include <algorithm>
#include <numeric>

#include "data/event_time.h"
#include "data/key_codec.h"
#include "operators/builtin.h"
#include "operators/column_types.h"
#include "operators/deadline_operator.h"
#include "operators/late_rows.h"
#include "operators/rank/sort_keys.h"
#include "state/time_table.h"

namespace millrace {
namespace {

class TemporalSort final : public DeadlineOperator {
 public:
  TemporalSort(const PlanNodePtr& node, const OperatorContext& context)
      : DeadlineOperator(1, context),
        node_(node),
        time_column_(static_cast<size_t>(As<TemporalSortNode>(node_)->order()[0].column)),
        further_(Further(As<TemporalSortNode>(node_)->order()), node_->schema()),
        group_(KeyGroupOf(HashBytes({}))),
        rows_(TypesOf(node_->schema())),
        waiting_("waiting", context.state->track(), &rows_, &cells()),
        sent_(cells().Add("sent until", kMinWatermark)) {
    context.state->Register(&waiting_);
  }

  std::string Waiting() const override {
    if (waiting_.empty()) return {};
    return "rows to sort (" + std::to_string(waiting_.entries()) +
           ") go out when the watermark has come to their time, " +
           FormatEventTime(waiting_.next()) + " first; it is " + FormatEventTime(watermark());
  }

 protected:
  EventTime NextDeadline() const override { return waiting_.next(); }
  Status BeginBatch(int, const Batch&) override { return OkStatus(); }

  Result<int64_t> ProcessRows(int, const Batch& batch, int64_t begin, Output*) override {
    const EventTimeReader times(*batch.columns[time_column_]);
    std::vector<int32_t> kept;
    EventTime deadline = NextDeadline();
    int64_t row = begin;
    for (; row < batch.num_rows; ++row) {
      const EventTime before = batch.watermark_before(row);
      // A row at or behind the watermark waits for the next one, which is not this row's.
      if (before > watermark() && before >= deadline) break;
      const EventTime time = times.time(row);
      // Behind the end of the input nothing would release it.
      if (time <= cells_time() || watermark() == kMaxWatermark) {
        DropLateRow(context(), batch, row);
        continue;
      }
      kept.push_back(static_cast<int32_t>(row));
      deadline = std::min(deadline, time);
    }
    std::vector<uint32_t> held;
    rows_.Add(batch.columns, kept, &held);
    for (size_t i = 0; i < held.size(); ++i) waiting_.Add(times.time(kept[i]), held[i], group_);
    return row;
  }

  Result<bool> Fire(Output* output) override {
    while (!waiting_.empty() && waiting_.next() <= watermark()) {
      if (output->full()) return false;
      TRY(Send(output));
    }
    return true;
  }

  Status Restored() override { return waiting_.Fetch(kMinWatermark); }

 private:
  static std::vector<SortKey> Further(std::vector<SortKey> order) {
    order.erase(order.begin());
    return order;
  }
  EventTime cells_time() { return cells().get(sent_); }

  /// Sends rows of the next times, all of a time together.
  Status Send(Output* output) {
    std::vector<uint32_t> rows;
    std::vector<EventTime> times;
    std::vector<size_t> begins;
    TRY(waiting_.Fetch(watermark()));
    waiting_.ForEachTime([&](EventTime time, std::span<const uint32_t> held) {
      if (time > watermark() || static_cast<int64_t>(rows.size()) >= kMaxBatchRows) return false;
      begins.push_back(rows.size());
      rows.insert(rows.end(), held.begin(), held.end());
      times.push_back(time);
      return true;
    });
    if (rows.empty()) return OkStatus();
    Batch batch;
    batch.num_rows = static_cast<int64_t>(rows.size());
    batch.watermark = forwarded();
    TRY_ASSIGN(batch.columns, rows_.GatherAll(rows));
    if (!further_.order().empty()) batch = batch.Take(InOrder(batch, begins));
    for (int64_t at = 0; at < batch.num_rows; at += kMaxBatchRows) {
      output->Push(batch.Slice(at, std::min(kMaxBatchRows, batch.num_rows - at)));
    }
    cells().Set(sent_, times.back());
    for (const EventTime time : times) waiting_.Drop(time);
    return OkStatus();
  }

  std::vector<int32_t> InOrder(const Batch& batch, const std::vector<size_t>& begins) {
    further_.Encode(batch.columns, batch.num_rows);
    std::vector<int32_t> order(static_cast<size_t>(batch.num_rows));
    std::iota(order.begin(), order.end(), 0);
    for (size_t i = 0; i < begins.size(); ++i) {
      const size_t end = i + 1 < begins.size() ? begins[i + 1] : order.size();
      std::stable_sort(order.begin() + static_cast<ptrdiff_t>(begins[i]),
                       order.begin() + static_cast<ptrdiff_t>(end), [this](int32_t a, int32_t b) {
                         return further_.key(static_cast<size_t>(a)) <
                                further_.key(static_cast<size_t>(b));
                       });
    }
    return order;
  }

  PlanNodePtr node_;
  size_t time_column_;
  SortKeys further_;
  int group_;  // of the one key that all rows have
  RowStore rows_;
  TimeTable waiting_;
  size_t sent_;  // the latest time of which rows have gone out
};

}  // namespace

void RegisterTemporalSort(OperatorRegistry* registry) {
  registry->Register(TemporalSortNode::kKind,
                     [](const PlanNodePtr& node,
                        const OperatorContext& context) -> Result<std::unique_ptr<Operator>> {
                       return std::make_unique<TemporalSort>(node, context);
                     });
}

}  // namespace millrace
