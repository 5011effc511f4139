// SPDX-License-Identifier: Apache-2.0
// OperatorIdentity: what an operator, source or sink is to what is kept of it on disk. The id says
// whose state it is, the layout how its bytes are read, the parts what they hold.
//
// An id comes from the aspects that give the state its meaning: the rows an operator sees (tables,
// groups, pairs), its key, window, frame or bounds. It does not come from what only chooses other
// rows or gives names: filters, projections, views, the order of statements, settings. So a changed
// filter keeps state, and a changed key does not find the old one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/identity/column_origins.h"
#include "plan/node.h"

namespace millrace {

/// One thing that an operator's state means: "grouping key" = "payments.card".
struct IdentityAspect {
  std::string name;
  std::string value;
  bool operator==(const IdentityAspect&) const = default;
};

/// Rows kept whole in one table of an operator.
struct StoredRows {
  std::string table;  // "waiting", "left"
  std::vector<StoredColumn> columns;
  int64_t reach = -1;  // of rows in RANGE frames: the longest, in milliseconds
  bool operator==(const StoredRows&) const = default;
};

struct OperatorIdentity {
  enum class Role { kSource, kState, kPassing, kSink };
  std::string id;  // unique in the plan
  std::string kind;
  Role role = Role::kPassing;
  std::string description;  // for people: "SUM(amount) by card in TUMBLE(..)"
  std::vector<IdentityAspect> aspects;
  std::vector<StoredColumn> keys;
  std::vector<StoredRows> rows;
  std::vector<StatePart> parts;
  /// Calls can come and go; else the state is good with exactly these.
  bool parts_are_separate = false;
  std::vector<std::string> reads;  // tables upstream, sorted
  std::vector<std::string> feeds;  // tables it contributes to, sorted
  /// Sources and sinks: the connector and the options that say where the data is.
  std::map<std::string, std::string> place;
  std::string start;    // sources: how reading begins where no position is known
  std::string digest;   // of the whole sub-plan, as a hash
  std::string version;  // of the format its state is written in

  /// Hash of kind and aspects: the id of an operator that has no equal in its plan.
  std::string Base() const;
  /// What must be equal for bytes to be readable: keys, rows, and the version of the format. Those
  /// of an OVER say themselves which rows they are.
  std::string Signature() const;
  const std::string& aspect(std::string_view name) const;  // empty: has none
};

/// All but id, reads and feeds.
OperatorIdentity DescribeOperator(const PlanNodePtr& node, ColumnOrigins* origins);

std::string_view RoleName(OperatorIdentity::Role role);
/// Text of 16 hexadecimal digits.
std::string HexHash(std::string_view text);
/// An origin or call without the names of the tables, where only one is read.
std::string WithoutTables(std::string text, const std::vector<std::string>& tables);

}  // namespace millrace
