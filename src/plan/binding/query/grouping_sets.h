// SPDX-License-Identifier: Apache-2.0
// GroupingSets: GROUP BY, multiplied out. `GROUP BY a, ROLLUP (b)` is the keys a, b and the sets
// {a, b}, {a}; a GROUP BY without sets is one of all keys.
#pragma once

#include <optional>
#include <vector>

#include "plan/binding/expression_binder.h"
#include "plan/nodes/expand_node.h"
#include "sql/ast/query.h"

namespace millrace {

struct GroupingSets {
  std::vector<ExpressionPtr> keys;      // each once
  std::vector<std::vector<bool>> sets;  // by set and key: the set has it

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
bool BindGrouping(BindContext* context, const Scope& scope, const sql::Select& select,
                  GroupingSets* out);

}  // namespace millrace
