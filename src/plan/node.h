// SPDX-License-Identifier: Apache-2.0
// PlanNode: one relational operator of a plan. Immutable; passes walk through children() and
// WithChildren() and never switch over kinds. Facts about an operator are declared by its node.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/change_kind.h"
#include "data/schema.h"
#include "expr/expression.h"

namespace millrace {

class PlanNode;
using PlanNodePtr = std::shared_ptr<const PlanNode>;

/// How the rows of an input must be spread over shards.
struct Distribution {
  enum class Kind { kAny, kHash, kSingle } kind = Kind::kAny;
  std::vector<int> keys;  // kHash: input columns; equal keys meet on one shard
  static Distribution Any() { return {}; }
  static Distribution Single() { return {Kind::kSingle, {}}; }
  static Distribution Hash(std::vector<int> keys) { return {Kind::kHash, std::move(keys)}; }
};

/// Columns that say which window a row belongs to; set by window functions, kept by projections.
struct WindowColumns {
  int start = -1;
  int end = -1;
  int time = -1;          // -1: dropped by a projection
  bool sessions = false;  // windows that end together need not have begun together
  bool proctime = false;  // they close by the clock
};

/// How long a row can be held back by an operator, for explain and the latency budget.
struct Delay {
  bool waits_for_watermark = false;
  int64_t event_time_ms = 0;     // up to this much event time until the result goes out
  std::string reason;            // "window of 1 minute", "row waits for the watermark"
  int64_t wall_ms = 0;           // up to this long by the wall clock, kept back on purpose
  bool ends_with_epoch = false;  // wall_ms is at most the time of an epoch
};

class PlanNode : public std::enable_shared_from_this<PlanNode> {
 public:
  virtual ~PlanNode() = default;

  virtual std::string_view kind() const = 0;  // "WindowAggregate"
  const std::vector<PlanNodePtr>& children() const { return children_; }
  virtual PlanNodePtr WithChildren(std::vector<PlanNodePtr> children) const = 0;
  const Schema& schema() const { return schema_; }
  /// Arguments for explain, e.g. `keys=[card], window=[TUMBLE(ts, 1 min)]`; part of the digest, so
  /// two nodes of equal kind, details and children mean the same.
  virtual std::string details() const = 0;

  virtual ChangelogMode changelog_mode() const = 0;  // of the output
  virtual Distribution required_distribution(size_t input) const {
    (void)input;
    return {};
  }
  virtual bool has_keyed_state() const { return false; }
  /// A row that comes behind the watermark takes no part in the result.
  virtual bool drops_late_rows() const { return false; }
  virtual Delay delay() const { return {}; }
  /// "value per key: 3 accumulators, until the window closes"; empty = stateless.
  virtual std::string state_description() const { return {}; }
  virtual std::optional<WindowColumns> window_columns() const { return std::nullopt; }
  /// Index of the rowtime column of the output that still carries the watermark, or -1.
  int rowtime_column() const;

  /// Kind, details and children, recursively. Equal digests = the same sub-plan (shared at run
  /// time).
  const std::string& digest() const;
  /// Stable operator id: hash of the digest. Hex, 16 characters.
  std::string id() const;

 protected:
  PlanNode(std::vector<PlanNodePtr> children, Schema schema)
      : children_(std::move(children)), schema_(std::move(schema)) {}

 private:
  std::vector<PlanNodePtr> children_;
  Schema schema_;
  mutable std::string digest_;
};

/// Checked down-cast: the node as T when its kind is T::kKind, else nullptr.
template <typename T>
const T* As(const PlanNodePtr& node) {
  return node->kind() == T::kKind ? static_cast<const T*>(node.get()) : nullptr;
}

}  // namespace millrace
