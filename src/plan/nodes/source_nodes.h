// SPDX-License-Identifier: Apache-2.0
// Leaves of a plan: a table scan, constant rows, and the watermark that follows a scan.
#pragma once

#include "data/batch.h"
#include "plan/node.h"
#include "plan/table.h"

namespace millrace {

/// Reads a table. Output: the chosen physical columns, then the chosen metadata columns.
class ScanNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Scan";
  /// `columns` are indexes into table->columns of kind physical or metadata, physical first.
  ScanNode(TablePtr table, std::vector<size_t> columns);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr>) const override { return shared_from_this(); }
  std::string details() const override;
  ChangelogMode changelog_mode() const override;
  const TablePtr& table() const { return table_; }
  const std::vector<size_t>& columns() const { return columns_; }

 private:
  TablePtr table_;
  std::vector<size_t> columns_;
};

/// The rows of a table that operators of the same job dropped as late, as the table gave them: its
/// physical columns, then its metadata columns. A leaf of the plan; the runtime feeds it from those
/// operators (plan/late_rows.h). No time attributes: a late row has no watermark to obey.
class LateRowsNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "LateRows";
  /// `columns`: all of kind physical, then all of kind metadata.
  LateRowsNode(TablePtr table, std::vector<size_t> columns);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr>) const override { return shared_from_this(); }
  std::string details() const override { return "table=[" + table_->path + "]"; }
  ChangelogMode changelog_mode() const override;
  const TablePtr& table() const { return table_; }
  const std::vector<size_t>& columns() const { return columns_; }

 private:
  TablePtr table_;
  std::vector<size_t> columns_;
};

/// VALUES: a constant batch, emitted once (by shard 0).
class ValuesNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Values";
  ValuesNode(Schema schema, Batch rows, std::string text);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr>) const override { return shared_from_this(); }
  std::string details() const override { return text_; }
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  const Batch& rows() const { return rows_; }

 private:
  Batch rows_;
  std::string text_;
};

/// Default of WatermarkNode::Limits::future_ms: more than a wall clock without a zone can be ahead.
inline constexpr int64_t kFutureLimitMs = 24 * 60 * 60 * 1000;

/// Evaluates the watermark expression per row; fills Batch::watermarks and emits Watermark events.
/// A NULL rowtime is a row error, and so is one too far in the future.
class WatermarkNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "WatermarkAssigner";
  struct Limits {
    int64_t idle_timeout_ms = 0;  // 0 = never
    /// A row so far ahead of the wall clock, and of all rows before it, fails; 0 = none does.
    int64_t future_ms = 0;
    bool future_if_bounded = false;  // of a table that ends, too
  };
  WatermarkNode(PlanNodePtr input, int rowtime, ExpressionPtr watermark, Limits limits);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return children()[0]->changelog_mode(); }
  int rowtime() const { return rowtime_; }
  const ExpressionPtr& watermark() const { return watermark_; }
  const Limits& limits() const { return limits_; }

 private:
  int rowtime_;
  ExpressionPtr watermark_;
  Limits limits_;
};

}  // namespace millrace
