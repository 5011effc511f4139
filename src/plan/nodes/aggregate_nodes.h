// SPDX-License-Identifier: Apache-2.0
// Nodes that aggregate: by window, by group with retractions, and OVER.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/aggregate_call.h"
#include "plan/node.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {

/// GROUP BY keys, window. Output: keys, then aggregates, then the window columns asked for.
/// One +I per key and window when the watermark reaches window_end - 1 ms; late rule of section 7
/// in docs/reference/time.md (TUMBLE: window fired; HOP, CUMULATE: by slice; SESSION: what the row
/// would make has closed).
class WindowAggregateNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "WindowAggregate";
  struct Fields {
    std::vector<int> keys;  // input columns
    std::vector<AggregateCall> calls;
    WindowSpec window;
    int time_column = -1;   // rowtime column windows are computed from, or -1:
    int start_column = -1;  // windows are attached by columns of the input
    int end_column = -1;
    bool emit_start = false;  // output columns behind the aggregates, in this order
    bool emit_end = false;
    bool emit_time = false;  // rowtime attribute of the result (window_end - 1 ms)
    DataType time_type;      // of window_time; window_start/end are TIMESTAMP(3)

    /// Attached sessions: the place of start_column among the keys, as those that end together
    /// need not have begun together.
    std::optional<int> start_key() const;
    /// Rows belong to the time at which they come; windows close by the clock.
    bool proctime() const {
      return time_column >= 0 && time_type.time_attribute() == TimeAttribute::kProctime;
    }
  };
  WindowAggregateNode(PlanNodePtr input, Fields fields, Schema schema);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  bool drops_late_rows() const override { return !fields_.proctime(); }
  Delay delay() const override;
  std::string state_description() const override;
  std::optional<WindowColumns> window_columns() const override;
  const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

/// How changes of a key are gathered before they go out as one: until so many rows have come, or so
/// much time has passed, or an epoch ends.
struct MiniBatch {
  int64_t rows = 0;  // 0: every row sends its changes
  int64_t latency_ms = 0;
  bool enabled() const { return rows > 0; }
  std::string ToString() const;
};

/// When a group that is a window sends its result. Without any of these delays it would only do so
/// as it closes; 0: with every row, else so many milliseconds by the clock after a first change.
struct WindowEmission {
  std::optional<int64_t> early_delay_ms;  // before it closes
  std::optional<int64_t> late_delay_ms;   // afterwards,
  int64_t lateness_ms = 0;                // as long as rows may come late
  WindowSpec window;
  int time_column = -1;  // of the input: the rowtime
  int start_key = -1;    // places among the keys
  int end_key = -1;
  int time_key = -1;
  std::string ToString() const;
};

/// GROUP BY keys over any input, emitting a changelog. Output: keys, then aggregates.
class GroupAggregateNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "GroupAggregate";
  struct Fields {
    std::vector<int> keys;  // input columns
    std::vector<AggregateCall> calls;
    int64_t state_ttl_ms = 0;
    MiniBatch mini_batch = {};
    /// With mini-batch: on several shards rows may be added up where they are, before they meet.
    bool two_phases = false;
    /// The input has been added up so (PartialGroupNode). Calls have the places of its input.
    bool merges_partials = false;
    /// Groups are windows: state goes as they close, and rows behind that are late.
    std::optional<WindowEmission> emission = std::nullopt;
  };
  GroupAggregateNode(PlanNodePtr input, Fields fields, Schema schema);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::All(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  bool drops_late_rows() const override { return fields_.emission.has_value(); }
  Delay delay() const override;
  std::string state_description() const override;
  const Fields& fields() const { return fields_; }
  const std::vector<int>& keys() const { return fields_.keys; }
  const std::vector<AggregateCall>& calls() const { return fields_.calls; }
  int64_t state_ttl_ms() const { return fields_.state_ttl_ms; }

 private:
  Fields fields_;
};

/// One frame of an OVER, and what is computed from the row and the results before it first.
struct OverStage {
  std::vector<ExpressionPtr> computed;  // over the columns in front of the stage's
  std::vector<std::string> names;       // of the computed columns
  bool rows = false;                    // ROWS frame, else RANGE
  int64_t preceding = -1;               // ROWS: rows; RANGE: milliseconds; -1 = UNBOUNDED
  std::vector<AggregateCall> calls;     // over the same columns and the computed ones; may be none

  /// `RANGE 10 min PRECEDING`.
  std::string frame_text() const;
};

/// Aggregates over frames that end at the current row, all of one key and order. Output: all input
/// columns, then by stage the computed columns and the calls.
class OverNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Over";
  struct Fields {
    std::vector<int> partition_keys;
    int order_column = -1;  // rowtime or proctime column
    bool proctime = false;
    bool on_arrival = false;  // millrace.over.emit = on-arrival
    std::vector<OverStage> stages;

    bool waits() const { return !on_arrival && !proctime; }
    /// No rows are kept.
    bool all_unbounded() const;
    /// By stage, the table of the rows in its frame: one for all RANGE frames, one for each ROWS
    /// frame, called by what other frames do not change; empty if it is unbounded.
    std::vector<std::string> tables() const;
  };
  OverNode(PlanNodePtr input, Fields fields);
  /// The columns of the input and those that the stages append.
  static Schema OutputOf(const Schema& input, const std::vector<OverStage>& stages);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  bool drops_late_rows() const override { return !fields_.proctime && !fields_.on_arrival; }
  Delay delay() const override;
  std::string state_description() const override;
  const Fields& fields() const { return fields_; }
  /// By column of the schema: names it in state, as AggregateCall::state_tag does calls.
  const std::vector<uint32_t>& column_tags() const { return column_tags_; }

 private:
  Fields fields_;
  std::vector<uint32_t> column_tags_;
};

}  // namespace millrace
