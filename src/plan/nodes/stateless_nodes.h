// SPDX-License-Identifier: Apache-2.0
// Filter and projection in one, UNION ALL, a window function alone, prediction. None has keyed
// state but SESSION.
#pragma once

#include "plan/node.h"
#include "plan/table.h"

namespace millrace {

/// WHERE and SELECT in one pass: rows where `condition` is TRUE (null = all), then the projections.
class CalcNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Calc";
  CalcNode(PlanNodePtr input, ExpressionPtr condition, std::vector<ExpressionPtr> projections,
           std::vector<std::string> names);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return children()[0]->changelog_mode(); }
  std::optional<WindowColumns> window_columns() const override;
  const ExpressionPtr& condition() const { return condition_; }
  const std::vector<ExpressionPtr>& projections() const { return projections_; }

 private:
  ExpressionPtr condition_;
  std::vector<ExpressionPtr> projections_;
};

/// UNION ALL of inputs with equal column types.
class UnionNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Union";
  UnionNode(std::vector<PlanNodePtr> inputs, Schema schema);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override { return "all"; }
  ChangelogMode changelog_mode() const override;
};

enum class WindowKind { kTumble, kHop, kCumulate, kSession };

/// Lengths in milliseconds. TUMBLE: size; HOP: slide, size; CUMULATE: step (slide), size; SESSION:
/// gap (size).
struct WindowSpec {
  WindowKind kind = WindowKind::kTumble;
  int64_t size = 0;
  int64_t slide = 0;
  int64_t offset = 0;
  std::string time_zone;  // rowtime of TIMESTAMP_LTZ: windows align to this zone; empty otherwise
  std::string ToString() const;
};

/// A window TVF whose rows are used as such: adds window_start, window_end, window_time. Rows of a
/// session are held until it closes.
class WindowTvfNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "WindowTableFunction";
  /// `partition_keys`: of SESSION, columns of the input.
  WindowTvfNode(PlanNodePtr input, int time_column, WindowSpec spec,
                std::vector<int> partition_keys = {});
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return children()[0]->changelog_mode(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return holds_rows(); }
  bool drops_late_rows() const override { return holds_rows() && !proctime(); }
  Delay delay() const override;
  std::string state_description() const override;
  std::optional<WindowColumns> window_columns() const override;
  int time_column() const { return time_column_; }
  const WindowSpec& spec() const { return spec_; }
  const std::vector<int>& partition_keys() const { return partition_keys_; }
  /// Rows belong to the time at which they come; windows close by the clock.
  bool proctime() const;
  bool holds_rows() const { return spec_.kind == WindowKind::kSession; }

 private:
  int time_column_;
  WindowSpec spec_;
  std::vector<int> partition_keys_;
};

/// ML_PREDICT: input columns, then the model's output columns.
class PredictNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Predict";
  /// `args` are input columns already of the declared INPUT types, `schema` includes the outputs.
  PredictNode(PlanNodePtr input, ModelPtr model, std::vector<int> args, Schema schema);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  const ModelPtr& model() const { return model_; }
  const std::vector<int>& args() const { return args_; }

 private:
  ModelPtr model_;
  std::vector<int> args_;
};

}  // namespace millrace
