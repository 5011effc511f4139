// SPDX-License-Identifier: Apache-2.0
// GroupingSets: GROUP BY, multiplied out. `GROUP BY a, ROLLUP (b)` is the keys a, b and the sets
// {a, b}, {a}; a GROUP BY without sets is one of all keys. A group window in it becomes keys, too.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/binding/expression_binder.h"
#include "plan/binding/query/query_binder.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/expand_node.h"
#include "sql/ast/query.h"

namespace millrace {

struct GroupingSets {
  std::vector<ExpressionPtr> keys;      // each once
  std::vector<std::vector<bool>> sets;  // by set and key: the set has it

  /// A key of every set.
  void AddToAll(ExpressionPtr key);
  /// Keys are the same in all groups: nothing is to be expanded.
  bool plain() const;
  /// Every set has the key.
  bool everywhere(int key) const;
  /// Of the key in the result: NULL where a set is without it.
  DataType KeyType(size_t key) const;
  /// GROUPING, GROUPING_ID: a bit per key, the first is the highest; set where the key is absent.
  std::vector<int64_t> AbsenceOf(const std::vector<size_t>& asked) const;
  /// GROUP_ID: how many sets in front are the same.
  std::vector<int64_t> Repetitions() const;
};

/// False after a diagnostic; what could be bound is in `out`.
bool BindGrouping(BindContext* context, const Scope& scope,
                  const std::vector<sql::GroupingElement>& elements, sql::SetQuantifier quantifier,
                  GroupingSets* out);

/// GROUP BY TUMBLE(ts, size), HOP(ts, slide, size) or SESSION(ts, gap), Flink's older spelling of
/// windows (group_window_binder.cc). The rows of FROM get the columns of a window table function,
/// which GROUP BY then has as keys.
struct GroupWindow {
  std::string name;                        // "TUMBLE"
  std::string arguments;                   // bound, as text: equal texts are the same window
  WindowColumns columns;                   // of the source
  std::optional<WindowEmission> emission;  // its results also go out before it closes, or again
};

/// GROUP BY without its group window, which becomes columns of `source`.
struct GroupingWithWindow {
  std::vector<sql::GroupingElement> elements;
  std::optional<GroupWindow> window;
};

/// nullopt after a diagnostic.
std::optional<GroupingWithWindow> BindGroupWindow(BindContext* context, const sql::Select& select,
                                                  BoundRelation* source);

/// TUMBLE_START, HOP_ROWTIME and the like.
bool IsGroupWindowProperty(std::string_view name);
/// The column of the source that such a call means; -1 after a diagnostic. `window` may be null.
int BindGroupWindowProperty(BindContext* context, const Scope& scope, const sql::FunctionCall& call,
                            const GroupWindow* window);

}  // namespace millrace
