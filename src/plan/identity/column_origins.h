// SPDX-License-Identifier: Apache-2.0
// ColumnOrigins: what the columns and the rows of a plan are, said in terms of tables: the column
// `payments.card`, the expression `UPPER(payments.card)`, the rows of `payments`. Names given by
// SELECT and views do not occur, nor do filters and projections, so the texts stay equal when a
// query is written in another way or chooses other rows. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "plan/node.h"

namespace millrace {

struct AggregateCall;
class OverNode;
struct SortKey;

/// A column whose values lie in state: where it comes from, and its type as SQL.
struct StoredColumn {
  std::string origin;
  std::string type;
  bool operator==(const StoredColumn&) const = default;
};

/// One aggregate call: its state stands beside that of the others and can come or go alone.
struct StatePart {
  std::string call;    // "SUM(payments.amount)"
  std::string layout;  // "SUM(DOUBLE) -> DOUBLE": equal if bytes mean the same
  /// Of an OVER that is at hand, not of a stored plan: the table of rows that the call follows
  /// from, if its frame is bounded, how far it reaches back (RANGE, ms; else -1), and the columns
  /// that it reads of them.
  std::string table = {};
  int64_t reach = -1;
  std::vector<StoredColumn> columns = {};
  bool operator==(const StatePart& other) const {
    return call == other.call && layout == other.layout;
  }
};

class ColumnOrigins {
 public:
  /// Of each output column.
  const std::vector<std::string>& Columns(const PlanNodePtr& node);
  /// What one row of the output is: the tables, and the groups or pairs that were made of them.
  const std::string& Rows(const PlanNodePtr& node);
  /// Of some columns: `payments.card, payments.device`.
  std::string List(const PlanNodePtr& node, const std::vector<int>& columns);
  /// `SUM(DISTINCT payments.amount) FILTER (WHERE ..)`, over the columns of `input`.
  std::string Call(const PlanNodePtr& input, const AggregateCall& call);
  /// `retracts`: the call also takes rows back.
  StatePart Part(const PlanNodePtr& input, const AggregateCall& call, bool retracts);
  /// `TUMBLE(size=[1 min]) on payments.ts` of a WindowAggregate.
  std::string Window(const PlanNodePtr& node);
  /// `RANGE 10 min PRECEDING` of an Over; of several frames each once, in their order.
  static std::string Frames(const PlanNodePtr& node);
  /// All calls of an Over with their frames: `SUM(payments.amount) OVER ROWS 3 PRECEDING`.
  std::vector<StatePart> OverParts(const OverNode& node);
  /// The origins of its columns.
  std::vector<std::string> OverColumns(const OverNode& node);
  /// `payments.amount DESC, payments.id`.
  std::string Order(const PlanNodePtr& input, const std::vector<SortKey>& order);
  /// `rows 1..3 by payments.card in order of payments.amount DESC` of what keeps the first rows of
  /// an order; empty for other nodes.
  std::string FirstRows(const PlanNodePtr& node);
  /// `payments.id = refunds.payment` of a join.
  std::string JoinKeys(const PlanNodePtr& node);
  /// What a regular join asks of pairs beside equal keys, or `nothing`.
  std::string JoinCondition(const PlanNodePtr& node);
  /// `payments.ts - refunds.ts in -60000..0 ms`, or the windows that meet.
  std::string JoinTimes(const PlanNodePtr& node);

 private:
  struct Known {
    PlanNodePtr node;  // kept, so that its address stays its own
    std::vector<std::string> columns;
    std::string rows;
  };
  const Known& Find(const PlanNodePtr& node);
  Known Describe(const PlanNodePtr& node);
  Known DescribeGroups(const PlanNodePtr& node);
  Known DescribeAppending(const PlanNodePtr& node, Known known);
  Known DescribeJoin(const PlanNodePtr& node);

  std::map<const PlanNode*, Known> known_;
};

/// Sets AggregateCall::state_tag of the calls of a node over `input`.
void TagCalls(const PlanNodePtr& input, bool retracts, std::vector<AggregateCall>* calls);
/// The tags of all calls of an Over, stage after stage, and of its columns (OverNode).
std::vector<uint32_t> OverCallTags(const OverNode& node);
std::vector<uint32_t> OverColumnTags(const OverNode& node);

/// The type of a stored column: SQL without nullability and time attribute, which bytes do not
/// depend on.
std::string StoredTypeText(const DataType& type);

/// The path of a table without the default catalog and database.
std::string ShortTablePath(const std::string& path);

}  // namespace millrace
