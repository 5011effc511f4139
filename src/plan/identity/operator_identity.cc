// SPDX-License-Identifier: Apache-2.0
#include "plan/identity/operator_identity.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>

#include "data/key_codec.h"
#include "plan/match/match_node.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/join_nodes.h"
#include "plan/nodes/rank_nodes.h"
#include "plan/nodes/regular_join_node.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "plan/nodes/temporal_join_node.h"
#include "plan/over/ordered_over_node.h"

namespace millrace {
namespace {

/// Changes when an operator writes its state in another way, so that older bytes are not taken for
/// newer ones.
constexpr const char* kStateVersion = "1";
constexpr const char* kSecondStateVersion = "2";
constexpr const char* kThirdStateVersion = "3";

const char* StateVersionOf(const PlanNodePtr& node) {
  if (As<ChangelogNormalizeNode>(node)) return kSecondStateVersion;  // times of upserts
  if (As<OverNode>(node)) return kThirdStateVersion;                 // blocks of rows; layouts
  if (As<WindowRankNode>(node)) return kSecondStateVersion;          // rows by the end of windows
  const auto* join = As<IntervalJoinNode>(node);
  if (join != nullptr && join->fields().type != JoinType::kInner) {
    return kSecondStateVersion;  // rows without a partner by time
  }
  const auto* window = As<WindowAggregateNode>(node);
  const auto* rows = As<WindowTvfNode>(node);
  const bool sessions =
      (window != nullptr && window->fields().window.kind == WindowKind::kSession) ||
      (rows != nullptr && rows->holds_rows());
  return sessions ? kSecondStateVersion : kStateVersion;  // sessions: by key, and when they close
}

/// Options that say where the data of a table is; all others say how it is read or written.
constexpr std::array<std::string_view, 9> kPlaceOptions = {
    "connector", "database-name", "path", "table",       "table-name",
    "topic",     "topic-pattern", "url",  "value.format"};

void DescribeTable(const Table& table, OperatorIdentity* out) {
  for (const auto& [key, value] : table.raw_options) {
    if (std::ranges::find(kPlaceOptions, key) == kPlaceOptions.end()) continue;
    out->place[key] = value.secret ? "(secret)" : value.text;
  }
  out->place["connector"] = std::string(table.connector->name());
  if (const auto mode = table.raw_options.find("scan.startup.mode");
      mode != table.raw_options.end()) {
    out->start = mode->second.text;
  }
  out->description = "table " + ShortTablePath(table.path) + " (" + out->place["connector"];
  for (const char* key : {"topic", "path", "url", "table-name"}) {
    if (const auto found = out->place.find(key); found != out->place.end()) {
      out->description += " " + found->second;
    }
  }
  out->description += ")";
}

/// Describes one operator; a method per family.
class Describer {
 public:
  Describer(const PlanNodePtr& node, ColumnOrigins* origins) : node_(node), origins_(origins) {}

  OperatorIdentity Describe() {
    out_.kind = std::string(node_->kind());
    out_.digest = HexHash(node_->digest());
    out_.version = StateVersionOf(node_);
    out_.role = node_->has_keyed_state() ? OperatorIdentity::Role::kState
                                         : OperatorIdentity::Role::kPassing;
    if (const auto* late = As<LateRowsNode>(node_)) {
      Aspect("rows", "late rows of " + ShortTablePath(late->table()->path));
      out_.description = out_.aspect("rows");
    } else if (node_->children().empty()) {
      DescribeLeaf();
    } else if (const auto* sink = As<SinkNode>(node_)) {
      out_.role = OperatorIdentity::Role::kSink;
      Aspect("table", ShortTablePath(sink->table()->path));
      DescribeTable(*sink->table(), &out_);
    } else if (As<CollectNode>(node_)) {
      out_.role = OperatorIdentity::Role::kSink;
      Aspect("rows", "to the client");
      out_.description = "rows of the SELECT";
    } else if (As<WindowAggregateNode>(node_)) {
      DescribeWindow();
    } else if (const auto* tvf = As<WindowTvfNode>(node_); tvf && tvf->holds_rows()) {
      DescribeSessionRows(*tvf);
    } else if (As<GroupAggregateNode>(node_)) {
      DescribeGroup();
    } else if (As<OverNode>(node_)) {
      DescribeOver();
    } else if (As<WindowJoinNode>(node_) || As<IntervalJoinNode>(node_)) {
      DescribeJoin();
    } else if (As<TemporalJoinNode>(node_)) {
      DescribeTemporalJoin();
    } else if (As<SnapshotJoinNode>(node_)) {
      DescribeSnapshotJoin();
    } else if (As<JoinNode>(node_)) {
      DescribeRegularJoin();
    } else if (As<RankNode>(node_) || As<WindowRankNode>(node_) || As<DeduplicateNode>(node_)) {
      DescribeFirstRows();
    } else if (const auto* over = As<OrderedOverNode>(node_)) {
      // What the calls have gathered is made again from the rows.
      Aspect("rows", origins_->Rows(Input()));
      Keys("partition key", Input(), over->fields().partition_keys);
      Aspect("order", origins_->Order(Input(), {over->fields().order}));
      Rows("rows", Input(), All(Input()));
      out_.description = out_.aspect("rows") + ByKey("partition key") + " in order of " +
                         out_.aspect("order") + ", all of them";
    } else if (const auto* sort = As<TemporalSortNode>(node_)) {
      Aspect("rows", origins_->Rows(Input()));
      Aspect("order", origins_->Order(Input(), sort->order()));
      Rows("waiting", Input(), All(Input()));
      out_.description = out_.aspect("rows") + " in order of " + out_.aspect("order");
    } else if (const auto* match = As<MatchNode>(node_)) {
      DescribeMatch(*match);
    } else if (const auto* normalize = As<ChangelogNormalizeNode>(node_)) {
      Aspect("rows", origins_->Rows(Input()));
      Keys("key", Input(), normalize->keys());
      Rows("rows", Input(), All(Input()));
      out_.description = "last row by " + origins_->List(Input(), normalize->keys());
    } else if (const auto* materialize = As<MaterializeNode>(node_)) {
      DescribeRowsByKey(materialize->keys());
    } else if (const auto* conflicts = As<ResolveConflictsNode>(node_)) {
      DescribeRowsByKey(conflicts->fields().keys);
    } else {
      DescribePassing();
    }
    return std::move(out_);
  }

 private:
  const PlanNodePtr& Input(size_t i = 0) const { return node_->children()[i]; }

  void Aspect(std::string name, std::string value) {
    out_.aspects.push_back({std::move(name), std::move(value)});
  }

  static std::vector<int> All(const PlanNodePtr& input) {
    std::vector<int> columns;
    for (size_t i = 0; i < input->schema().size(); ++i) columns.push_back(static_cast<int>(i));
    return columns;
  }

  std::vector<StoredColumn> Stored(const PlanNodePtr& input, const std::vector<int>& columns) {
    std::vector<StoredColumn> stored;
    for (const int column : columns) {
      const auto i = static_cast<size_t>(column);
      stored.push_back({origins_->Columns(input)[i], StoredTypeText(input->schema()[i].type)});
    }
    return stored;
  }

  void Keys(const std::string& aspect, const PlanNodePtr& input, const std::vector<int>& columns) {
    Aspect(aspect, columns.empty() ? "nothing" : origins_->List(input, columns));
    out_.keys = Stored(input, columns);
  }

  void Rows(std::string table, const PlanNodePtr& input, const std::vector<int>& columns) {
    out_.rows.push_back({std::move(table), Stored(input, columns)});
  }

  void Calls(const std::vector<AggregateCall>& calls, bool retracts) {
    for (const AggregateCall& call : calls) {
      out_.parts.push_back(origins_->Part(Input(), call, retracts));
    }
  }

  bool TakesBack() const { return !Input()->changelog_mode().insert_only(); }

  std::string CallTexts() const {
    std::string text;
    for (const StatePart& part : out_.parts) text += (text.empty() ? "" : ", ") + part.call;
    return text.empty() ? "distinct rows" : text;
  }

  void DescribeLeaf() {
    out_.role = OperatorIdentity::Role::kSource;
    if (const auto* scan = As<ScanNode>(node_)) {
      Aspect("table", ShortTablePath(scan->table()->path));
      DescribeTable(*scan->table(), &out_);
      return;
    }
    Aspect("rows", node_->details());
    out_.description = std::string(node_->kind()) + " " + node_->details();
  }

  void DescribeWindow() {
    const WindowAggregateNode::Fields& fields = As<WindowAggregateNode>(node_)->fields();
    Aspect("rows", origins_->Rows(Input()));
    Keys("grouping key", Input(), fields.keys);
    Aspect("window", origins_->Window(node_));
    Calls(fields.calls, TakesBack());
    out_.parts_are_separate = true;
    out_.description = CallTexts() + ByKey("grouping key") + " in " + out_.aspect("window");
  }

  void DescribeSessionRows(const WindowTvfNode& tvf) {
    Aspect("rows", origins_->Rows(Input()));
    Keys("partition key", Input(), tvf.partition_keys());
    Aspect("window", tvf.spec().ToString() + " on " + origins_->List(Input(), {tvf.time_column()}));
    Rows("rows", Input(), All(Input()));
    out_.description =
        out_.aspect("rows") + ByKey("partition key") + " in " + out_.aspect("window");
  }

  void DescribeGroup() {
    const auto* group = As<GroupAggregateNode>(node_);
    Aspect("rows", origins_->Rows(Input()));
    Keys("grouping key", Input(), group->keys());
    if (const auto& emission = group->fields().emission) {
      Aspect("window", emission->window.ToString() + " on " +
                           origins_->List(Input(), {emission->time_column}) +
                           ", which sends more than once");
    }
    Calls(group->calls(), TakesBack());
    out_.parts_are_separate = true;
    out_.description = CallTexts() + ByKey("grouping key");
  }

  /// Frames are not in its id: each reads what it needs of the rows that are there (JudgeFrames).
  void DescribeOver() {
    const auto* over = As<OverNode>(node_);
    const OverNode::Fields& fields = over->fields();
    Aspect("rows", origins_->Rows(Input()));
    Keys("partition key", Input(), fields.partition_keys);
    Aspect("order",
           fields.proctime ? "processing time" : origins_->List(Input(), {fields.order_column}));
    Aspect("emission", fields.waits() ? "when the watermark has passed" : "on arrival");
    out_.parts = origins_->OverParts(*over);
    out_.parts_are_separate = true;
    // One list of rows for all RANGE frames, one for each ROWS frame.
    std::map<std::string, std::set<int>> lists;
    std::map<std::string, int64_t> reaches;
    const std::vector<std::string> tables = fields.tables();
    for (size_t i = 0; i < tables.size(); ++i) {
      if (tables[i].empty()) continue;
      const OverStage& stage = fields.stages[i];
      std::set<int>& read = lists[tables[i]];
      for (const AggregateCall& call : stage.calls) {
        read.insert(call.args.begin(), call.args.end());
        if (call.filter >= 0) read.insert(call.filter);
      }
      if (!stage.rows) reaches[tables[i]] = std::max(reaches[tables[i]], stage.preceding);
    }
    for (const auto& [table, columns] : lists) {
      Rows(table, node_, {columns.begin(), columns.end()});
      if (const auto reach = reaches.find(table); reach != reaches.end()) {
        out_.rows.back().reach = reach->second;
      }
    }
    if (fields.waits()) Rows("waiting", Input(), All(Input()));
    const std::string frames = ColumnOrigins::Frames(node_);
    std::string calls = CallTexts();
    const std::string frame = " OVER " + frames;  // said once, where it is the only one
    size_t times = 0;
    for (size_t at = calls.find(frame); at != calls.npos; at = calls.find(frame, at), ++times) {
      calls.erase(at, frame.size());
    }
    out_.description = calls + (times > 0 ? " over " + frames : "") + ByKey("partition key");
  }

  void DescribeJoin() {
    const auto* interval = As<IntervalJoinNode>(node_);
    const auto* window = As<WindowJoinNode>(node_);
    const JoinType type = interval ? interval->fields().type : window->fields().type;
    Aspect("rows", origins_->Rows(Input(0)) + " and " + origins_->Rows(Input(1)));
    Aspect("join type", std::string(JoinTypeName(type)));
    Keys("join key", Input(0),
         interval ? interval->fields().left_keys : window->fields().left_keys);
    Aspect("join condition", origins_->JoinKeys(node_));
    Aspect(TimesAspect(), origins_->JoinTimes(node_));
    Rows("left", Input(0), All(Input(0)));
    Rows("right", Input(1), All(Input(1)));
    out_.description = std::string(JoinTypeName(type)) + " join of " + out_.aspect("rows") +
                       " on " + origins_->JoinKeys(node_) + ", " + out_.aspect(TimesAspect());
  }

  /// The type only says what becomes of rows without a version. Rows are held with what they are.
  void DescribeTemporalJoin() {
    const TemporalJoinNode::Fields& fields = As<TemporalJoinNode>(node_)->fields();
    Aspect("rows", origins_->Rows(Input(0)) + " and versions of " + origins_->Rows(Input(1)));
    Keys("join key", Input(0), fields.left_keys);
    Aspect("join condition", origins_->JoinKeys(node_));
    Aspect("version", origins_->JoinTimes(node_));
    Rows("waiting", Input(0), All(Input(0)));
    out_.rows.back().columns.push_back({"kind of change", "TINYINT"});
    Rows("versions", Input(1), All(Input(1)));
    out_.rows.back().columns.push_back({"not deleted", "TINYINT"});
    out_.description =
        out_.aspect("rows") + " on " + origins_->JoinKeys(node_) + ", " + out_.aspect("version");
  }

  /// Neither the type nor a condition is in what is kept.
  void DescribeSnapshotJoin() {
    const auto* join = As<SnapshotJoinNode>(node_);
    Aspect("rows", origins_->Rows(Input(0)) + " and a snapshot of " + origins_->Rows(Input(1)));
    Keys("join key", Input(0), join->fields().left_keys);
    Aspect("join condition", origins_->JoinKeys(node_));
    Rows("waiting", Input(0), All(Input(0)));
    const bool one = join->sides().input(1).shape == JoinInputShape::kJoinKeyContainsUniqueKey;
    Rows(one ? "right row" : "right", Input(1), All(Input(1)));
    out_.description = out_.aspect("rows") + " on " + origins_->JoinKeys(node_);
  }

  /// A condition decides how many partners a row has, which is kept; where no row needs to know, it
  /// only chooses. How the rows of a side lie is in the name of their table.
  void DescribeRegularJoin() {
    const auto* join = As<JoinNode>(node_);
    const JoinType type = join->fields().type;
    Aspect("rows", origins_->Rows(Input(0)) + " and " + origins_->Rows(Input(1)));
    Aspect("join type", std::string(JoinTypeName(type)));
    Keys("join key", Input(0), join->keys(0));
    Aspect("join condition", origins_->JoinKeys(node_));
    if (type != JoinType::kInner) Aspect("further condition", origins_->JoinCondition(node_));
    for (size_t i = 0; i < 2; ++i) {
      const bool one = join->input(i).shape == JoinInputShape::kJoinKeyContainsUniqueKey;
      Rows(std::string(i == 0 ? "left" : "right") + (one ? " row" : ""), Input(i), All(Input(i)));
    }
    out_.description = std::string(JoinTypeName(type)) + " join of " + out_.aspect("rows") +
                       " on " + origins_->JoinKeys(node_);
  }

  /// The range is part of what is kept: rows beyond it are forgotten.
  void DescribeFirstRows() {
    Aspect("rows", origins_->Rows(Input()));
    Aspect("first rows", origins_->FirstRows(node_));
    out_.description = out_.aspect("first rows");
    if (const auto* window = As<WindowRankNode>(node_)) {
      Keys("partition key", Input(), window->fields().partition_keys);
      return Rows("rows", Input(), All(Input()));
    }
    const auto* rank = As<RankNode>(node_);
    const auto* deduplicate = As<DeduplicateNode>(node_);
    Keys("partition key", Input(),
         rank != nullptr ? rank->fields().partition_keys : deduplicate->fields().keys);
    if (rank == nullptr) {
      return Rows(deduplicate->fields().waits() ? "waiting" : "row", Input(), All(Input()));
    }
    Aspect("strategy", std::string(RankStrategyName(rank->strategy())));
    Rows(rank->keeps_one_row() ? "row" : "rows", Input(), All(Input()));
  }

  void DescribeRowsByKey(const std::vector<int>& keys) {
    Aspect("rows", origins_->Rows(Input()));
    Keys("key", Input(), keys);
    Rows("rows", Input(), All(Input()));
    out_.description = "rows by " + origins_->List(Input(), keys);
  }

  /// Open matches are places in the pattern; what is told of them is computed when they end.
  void DescribeMatch(const MatchNode& match) {
    Aspect("rows", origins_->Rows(Input()));
    Keys("partition key", Input(), match.fields().partition_keys);
    Aspect("order", origins_->Order(Input(), match.fields().order));
    Aspect("pattern", match.PatternText());
    if (!match.fields().proctime) Rows("waiting", Input(), All(Input()));
    Rows("rows", Input(), All(Input()));
    out_.description = "matches in " + out_.aspect("rows") + ByKey("partition key");
  }

  const char* TimesAspect() const { return As<WindowJoinNode>(node_) ? "windows" : "time bounds"; }

  /// " by card", or nothing where all rows make one group.
  std::string ByKey(std::string_view aspect) const {
    const std::string& key = out_.aspect(aspect);
    return key == "nothing" ? " of all rows" : " by " + key;
  }

  /// No rows are kept here, at most a watermark. What cannot be told apart by meaning is told apart
  /// by its text, as it has nothing to lose.
  void DescribePassing() {
    if (const auto* watermark = As<WatermarkNode>(node_)) {
      Aspect("rows", origins_->Rows(Input()));
      Aspect("rowtime", origins_->List(Input(), {watermark->rowtime()}));
      out_.description = "watermark of " + out_.aspect("rowtime");
    } else if (const auto* predict = As<PredictNode>(node_)) {
      Aspect("rows", origins_->Rows(Input()));
      Aspect("model", predict->model()->path);
      Aspect("arguments", origins_->List(Input(), predict->args()));
      out_.description = "predictions of " + ShortTablePath(predict->model()->path);
    } else if (const auto* tvf = As<WindowTvfNode>(node_)) {
      Aspect("rows", origins_->Rows(Input()));
      Aspect("window", tvf->spec().ToString());
      out_.description = tvf->spec().ToString();
    } else if (As<UnionNode>(node_)) {
      Aspect("rows", origins_->Rows(node_));
      out_.description = "union of " + out_.aspect("rows");
    } else {
      Aspect("plan", out_.digest);
      out_.description = out_.kind;
    }
  }

  const PlanNodePtr& node_;
  ColumnOrigins* origins_;
  OperatorIdentity out_;
};

}  // namespace

std::string HexHash(std::string_view text) {
  std::array<char, 17> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx",
                static_cast<unsigned long long>(HashBytes(text)));
  return hex.data();
}

std::string OperatorIdentity::Base() const {
  std::string text = kind;
  for (const IdentityAspect& aspect : aspects) text += "\n" + aspect.name + "=" + aspect.value;
  return HexHash(text);
}

std::string OperatorIdentity::Signature() const {
  std::string text = version;
  const auto add = [&text](const std::vector<StoredColumn>& columns) {
    for (const StoredColumn& column : columns) text += "|" + column.origin + ":" + column.type;
  };
  text += "\nkeys";
  add(keys);
  for (const StoredRows& stored : rows) {
    if (kind == "Over") break;
    text += "\n" + stored.table;
    add(stored.columns);
  }
  return HexHash(text);
}

const std::string& OperatorIdentity::aspect(std::string_view name) const {
  static const std::string kNone;
  const auto found = std::ranges::find(aspects, name, &IdentityAspect::name);
  return found == aspects.end() ? kNone : found->value;
}

OperatorIdentity DescribeOperator(const PlanNodePtr& node, ColumnOrigins* origins) {
  return Describer(node, origins).Describe();
}

std::string_view RoleName(OperatorIdentity::Role role) {
  constexpr std::string_view kNames[] = {"source", "state", "passing", "sink"};
  return kNames[static_cast<int>(role)];
}

std::string WithoutTables(std::string text, const std::vector<std::string>& tables) {
  if (tables.size() != 1) return text;
  const std::string prefix = tables[0] + ".";
  for (size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
    text.erase(at, prefix.size());
  }
  return text;
}

}  // namespace millrace
