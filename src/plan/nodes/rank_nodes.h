// SPDX-License-Identifier: Apache-2.0
// Nodes that keep the first rows of an order: ROW_NUMBER whose use is not known yet, Top-N,
// deduplication, Top-N of windows, and the sort by time.
#pragma once

#include "diagnostics/diagnostic.h"
#include "plan/node.h"

namespace millrace {

/// One column of an ORDER BY.
struct SortKey {
  int column = 0;
  bool descending = false;
  bool nulls_first = true;  // as written, or by default: NULL is less than any value
  bool operator==(const SortKey&) const = default;
};

/// `v DESC, id`.
std::string OrderText(const Schema& schema, const std::vector<SortKey>& order);

/// Which rows of a partition go out, by their number in its order.
struct RankRange {
  int64_t first = 1;
  int64_t last = 1;
  bool is_one() const { return first == 1 && last == 1; }
  bool Contains(int64_t rank) const { return first <= rank && rank <= last; }
};

/// ROW_NUMBER() OVER (..) as it was written. A filter that bounds the number makes another node of
/// it (rank_builder.h); what is left when the statement is complete becomes `over`, or is refused.
/// Never run. Output: the columns of the input, then the number.
class RowNumberNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "RowNumber";
  struct Fields {
    std::vector<int> partition_keys;
    std::vector<SortKey> order;
    std::string name;  // of the number
    int64_t state_ttl_ms = 0;
    PlanNodePtr over;  // numbers all rows; null where a stream cannot
    Span span;
  };
  RowNumberNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override;
  std::optional<WindowColumns> window_columns() const override;
  const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

/// How Top-N keeps up with its input. Names are Flink's.
enum class RankStrategy {
  kAppendFast,  // rows only come: those beyond the range are forgotten
  kUpdateFast,  // a row is replaced by one with the same key that never comes later in the order
  kRetract      // anything: all rows are kept
};
std::string_view RankStrategyName(RankStrategy strategy);

/// The rows of a range of numbers in the order of a partition, as a changelog. Output: the columns
/// of the input, then the number, if asked for.
class RankNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Rank";
  struct Fields {
    std::vector<int> partition_keys;
    std::vector<SortKey> order;  // none (LIMIT): as they come
    RankRange range;
    std::string number;        // name of the number's column; empty: without
    int64_t state_ttl_ms = 0;  // a row is forgotten that long after it came; 0: never
  };
  RankNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override;
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  std::string state_description() const override;
  const Fields& fields() const { return fields_; }
  RankStrategy strategy() const { return strategy_; }
  /// kUpdateFast: the columns that say which row is replaced.
  const std::vector<int>& row_key() const { return row_key_; }
  /// One row per partition is all there is to keep.
  bool keeps_one_row() const;

 private:
  Fields fields_;
  RankStrategy strategy_ = RankStrategy::kAppendFast;
  std::vector<int> row_key_;
};

/// One row per key, the first or the last one by time. Output: the columns of the input.
class DeduplicateNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Deduplicate";
  struct Fields {
    std::vector<int> keys;
    int time_column = -1;
    bool proctime = false;
    bool keep_last = false;
    int64_t state_ttl_ms = 0;

    /// The first row by event time is known when the watermark has come to it.
    bool waits() const { return !keep_last && !proctime; }
  };
  DeduplicateNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override;
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  bool drops_late_rows() const override { return fields_.waits(); }
  Delay delay() const override;
  std::string state_description() const override;
  std::optional<WindowColumns> window_columns() const override;
  const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

/// Top-N per key and window, sent when the window closes. Output: the columns of the input, then
/// the number, if asked for.
class WindowRankNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "WindowRank";
  struct Fields {
    std::vector<int> partition_keys;  // beside the window
    WindowColumns window;
    std::vector<SortKey> order;
    RankRange range;
    std::string number;      // name of the number's column; empty: without
    bool last_wins = false;  // of equal rows the last one is the first: deduplication, keep last
  };
  WindowRankNode(PlanNodePtr input, Fields fields);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  Distribution required_distribution(size_t input) const override;
  bool has_keyed_state() const override { return true; }
  bool drops_late_rows() const override { return true; }
  Delay delay() const override;
  std::string state_description() const override;
  std::optional<WindowColumns> window_columns() const override;
  const Fields& fields() const { return fields_; }

 private:
  Fields fields_;
};

/// Rows in the order of time, and among those of one time by further columns: each goes out when
/// the watermark has come to its time. One shard.
class TemporalSortNode final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "TemporalSort";
  /// `order` begins with a time attribute, ascending.
  TemporalSortNode(PlanNodePtr input, std::vector<SortKey> order);
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const override;
  std::string details() const override;
  ChangelogMode changelog_mode() const override { return ChangelogMode::InsertOnly(); }
  Distribution required_distribution(size_t) const override { return Distribution::Single(); }
  bool has_keyed_state() const override { return true; }
  bool drops_late_rows() const override { return true; }
  Delay delay() const override;
  std::string state_description() const override;
  std::optional<WindowColumns> window_columns() const override;
  const std::vector<SortKey>& order() const { return order_; }

 private:
  std::vector<SortKey> order_;
};

}  // namespace millrace
