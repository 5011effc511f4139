// SPDX-License-Identifier: Apache-2.0
// INSERT INTO: the query's columns are matched by position with the table's, cast, and checked
// against what the sink can take.
#include <algorithm>

#include "functions/coercion.h"
#include "plan/binding/expression_binder.h"
#include "plan/binding/query/query_binder.h"
#include "plan/binding/statement_binder.h"
#include "plan/binding/table_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/rank_nodes.h"
#include "plan/nodes/regular_join_node.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/unique_keys.h"

namespace millrace {
namespace {

/// Both sides of an INSERT in columns, the differing ones marked.
std::string SchemaTable(const Schema& query, const Schema& sink, const std::vector<bool>& bad) {
  std::vector<std::pair<std::string, std::string>> lines = {{"query", "sink"}};
  size_t width = 5;
  const size_t count = std::max(query.size(), sink.size());
  const auto cell = [](const Schema& schema, size_t i) {
    return i < schema.size() ? schema[i].name + " " + schema[i].type.Nullable().ToString()
                             : std::string("-");
  };
  for (size_t i = 0; i < count; ++i) {
    lines.emplace_back(cell(query, i), cell(sink, i));
    width = std::max(width, lines.back().first.size());
  }
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    const bool marked = i > 0 && i - 1 < bad.size() && bad[i - 1];
    text += (i > 0 ? "\n" : "") + std::string(marked ? "! " : "  ") + lines[i].first +
            std::string(width - lines[i].first.size() + 2, ' ') + lines[i].second;
  }
  return text;
}

ExpressionPtr StoreCast(const ExpressionPtr& value, const DataType& to) {
  // As in Flink, this cuts and pads texts and bytes to the length of the column.
  auto cast = Expression::Cast(value, to, false, /*implicit=*/true);
  return cast ? *cast : nullptr;
}

/// The operator that makes updates of rows that only come.
const PlanNode* FirstUpdating(const PlanNode& query) {
  const PlanNode* producer = &query;
  while (true) {
    const auto child = std::ranges::find_if(producer->children(), [](const PlanNodePtr& input) {
      return !input->changelog_mode().insert_only();
    });
    if (child == producer->children().end()) return producer;
    producer = child->get();
  }
}

/// What makes rows that are not updated.
std::string FinalInstead(const PlanNode& producer) {
  if (producer.kind() == JoinNode::kKind) return "Join by time bounds or by windows";
  if (producer.kind() == RankNode::kKind) {
    return "Rank by window (PARTITION BY window_start, window_end)";
  }
  if (producer.kind() == ScanNode::kKind) return "Make rows of the changes (TO_CHANGELOG)";
  if (producer.kind() == DeduplicateNode::kKind) return "Keep the first row (ORDER BY time ASC)";
  return "Aggregate by window (TUMBLE, HOP)";
}

bool CheckUpdates(BindContext* context, const Table& table, const PlanNode& query, Span span) {
  const ChangelogMode mode = query.changelog_mode();
  if (mode.insert_only()) return true;
  const SinkTraits traits = table.connector->sink_traits();
  const bool changes_written =
      table.format != nullptr && !table.format->changelog_mode().insert_only();
  if (traits.accepts.insert_only() && !changes_written) {
    const PlanNode* producer = FirstUpdating(query);
    Diagnostic& diagnostic =
        context->Error("MR0410",
                       "table '" + table.name + "' takes new rows only, but " +
                           std::string(producer->kind()) + " also updates and deletes rows",
                       span);
    diagnostic.detail = "changelog of the query: " + mode.ToString();
    diagnostic.next_step = FinalInstead(*producer) +
                           " so that each result is final, or write to a "
                           "sink that takes updates.";
    return false;
  }
  if (traits.needs_primary_key_for_updates && table.primary_key.empty()) {
    context->Error("MR0410", "table '" + table.name + "' needs a PRIMARY KEY to take updates", span)
        .next_step = "Add PRIMARY KEY (..) NOT ENFORCED to CREATE TABLE.";
    return false;
  }
  return true;
}

/// Positions in the write schema that the query's columns go to; false after a diagnostic.
bool BindTargets(BindContext* context, const sql::Insert& insert, const Table& table,
                 std::vector<size_t>* targets, std::map<size_t, ExpressionPtr>* constants) {
  const Schema& sink = table.write_schema();
  const auto find = [&](const std::string& name, Span span) -> std::optional<size_t> {
    const auto found = sink.Find(name);
    if (!found) {
      Diagnostic& diagnostic =
          context->Error("MR0201", "table has no column '" + name + "' that can be written", span);
      context->Suggest(&diagnostic, name, sink.names());
      if (diagnostic.candidates.empty()) {
        for (const Column& column : sink) {
          diagnostic.detail += (diagnostic.detail.empty() ? "its columns: " : ", ") + column.name;
        }
      }
    }
    return found;
  };
  for (const sql::PartitionValue& partition : insert.partition) {
    const auto at = find(partition.column.text, partition.column.span);
    if (!at) return false;
    const auto& keys = table.partition_keys;
    if (std::ranges::find(keys, partition.column.text) == keys.end()) {
      context
          ->Error(
              "MR0201",
              "table '" + table.name + "' is not partitioned by '" + partition.column.text + "'",
              partition.column.span)
          .next_step = "Give the value in the query, or add the column to PARTITIONED BY.";
      return false;
    }
    if (partition.value == nullptr) continue;
    const Scope empty;
    ExpressionBinder binder(context, &empty);
    ExpressionPtr value = binder.BindTyped(*partition.value);
    if (value == nullptr) return false;
    auto cast = Expression::Cast(value, sink[*at].type);
    if (!cast) {
      context->Report(cast.error(), partition.value->span);
      return false;
    }
    (*constants)[*at] = *cast;
  }
  for (const sql::QualifiedName& column : insert.columns) {
    const auto at = find(column.ToString(), column.span);
    if (!at) return false;
    if (std::find(targets->begin(), targets->end(), *at) != targets->end()) {
      context->Error("MR0205", "column '" + column.ToString() + "' is named twice", column.span);
      return false;
    }
    targets->push_back(*at);
  }
  if (!insert.columns.empty()) return true;
  for (size_t i = 0; i < sink.size(); ++i) {
    if (!constants->contains(i)) targets->push_back(i);
  }
  return true;
}

}  // namespace

namespace {

/// Columns of the write schema that make the PRIMARY KEY.
std::vector<int> PrimaryKeyPlaces(const Table& table) {
  std::vector<int> keys;
  for (const size_t column : table.primary_key) {
    const auto place = table.write_schema().Find(table.columns[column].name);
    if (place) keys.push_back(static_cast<int>(*place));
  }
  return keys;
}

/// Null: each has one.
const Table* SourceWithoutWatermark(const PlanNodePtr& node) {
  if (const auto* scan = As<ScanNode>(node)) {
    return scan->table()->watermark ? nullptr : scan->table().get();
  }
  for (const PlanNodePtr& child : node->children()) {
    if (const Table* found = SourceWithoutWatermark(child)) return found;
  }
  return nullptr;
}

/// ON CONFLICT says what becomes of rows of several keys of the query that have one key in the
/// table. False after a diagnostic.
bool CheckConflict(BindContext* context, const sql::Insert& insert, const Table& table,
                   const PlanNodePtr& query) {
  using Action = sql::ConflictAction;
  if (insert.on_conflict == Action::kUnspecified) return true;
  if (query->changelog_mode().insert_only()) {
    context->Error(
        "MR0410", "ON CONFLICT is about updates: this query only adds rows to '" + table.name + "'",
        insert.on_conflict_span);
    return false;
  }
  if (insert.on_conflict == Action::kDeduplicate) return true;
  const Table* unmarked = SourceWithoutWatermark(query);
  if (unmarked == nullptr) return true;
  context
      ->Error("MR0410",
              std::string("ON CONFLICT DO ") +
                  (insert.on_conflict == Action::kError ? "ERROR" : "NOTHING") +
                  " waits for watermarks, and table '" + unmarked->name + "' has none",
              insert.on_conflict_span)
      .next_step = "Add WATERMARK FOR .. to it, or write ON CONFLICT DO DEDUPLICATE.";
  return false;
}

/// What tells the rows of a relation apart, of few columns; empty: all of them.
UniqueKey SmallestKey(const std::vector<UniqueKey>& keys) {
  const auto smallest = std::ranges::min_element(keys, {}, &UniqueKey::size);
  return smallest == keys.end() ? UniqueKey() : *smallest;
}

/// Rows by the table's key, where the query has them by another one.
PlanNodePtr Materialized(const BindContext& context, const sql::Insert& insert, const Table& table,
                         PlanNodePtr sink) {
  const PlanNodePtr& rows = sink->children()[0];
  const std::vector<int> keys = PrimaryKeyPlaces(table);
  if (keys.empty() || rows->changelog_mode().insert_only()) return sink;
  const std::string when = context.settings->GetString("table.exec.sink.upsert-materialize");
  const std::vector<UniqueKey> unique = UniqueKeysOf(rows);
  const bool by_key =
      std::ranges::any_of(unique, [&](const UniqueKey& key) { return ContainsKey(keys, key); });
  const bool asked = insert.on_conflict != sql::ConflictAction::kUnspecified && !by_key;
  if (when == "NONE" || (when != "FORCE" && !asked)) return sink;
  using Action = sql::ConflictAction;
  if (insert.on_conflict == Action::kError || insert.on_conflict == Action::kNothing) {
    return sink->WithChildren({std::make_shared<ResolveConflictsNode>(
        rows, ResolveConflictsNode::Fields{.keys = keys,
                                           .row_key = SmallestKey(unique),
                                           .fails = insert.on_conflict == Action::kError})});
  }
  return sink->WithChildren({std::make_shared<MaterializeNode>(rows, keys)});
}

}  // namespace

PlanNodePtr BindSink(BindContext* context, const TablePtr& table, PlanNodePtr query, Span span,
                     const std::vector<size_t>& targets,
                     const std::map<size_t, ExpressionPtr>& constants) {
  const Schema sink = table->write_schema();
  const Schema& from = query->schema();
  Schema wanted;
  for (const size_t target : targets) wanted.Append(sink[target]);
  std::vector<bool> bad(std::max(from.size(), wanted.size()), false);
  bool ok = from.size() == wanted.size();
  for (size_t i = 0; i < bad.size(); ++i) {
    bad[i] =
        i >= from.size() || i >= wanted.size() ||
        (from[i].type.kind() != TypeKind::kNull && !CanStoreAssign(from[i].type, wanted[i].type));
    ok = ok && !bad[i];
  }
  if (!ok) {
    Diagnostic& diagnostic = context->Error(
        "MR0411",
        from.size() == wanted.size()
            ? "column types of the query and of table '" + table->name + "' do not match"
            : "the query has " + std::to_string(from.size()) + " column(s), table '" + table->name +
                  "' takes " + std::to_string(wanted.size()),
        span);
    diagnostic.detail = SchemaTable(from, wanted, bad);
    return nullptr;
  }
  if (!CheckUpdates(context, *table, *query, span)) return nullptr;
  std::vector<ExpressionPtr> columns(sink.size());
  const auto refs = InputRefs(from);
  for (size_t i = 0; i < targets.size(); ++i) {
    columns[targets[i]] = StoreCast(refs[i], sink[targets[i]].type);
    if (columns[targets[i]] == nullptr) {
      context->Error("MR0304", "there is no cast for column '" + sink[targets[i]].name + "'", span);
      return nullptr;
    }
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] != nullptr) continue;
    const auto constant = constants.find(i);
    if (constant != constants.end()) {
      columns[i] = constant->second;
    } else if (sink[i].type.nullable()) {
      columns[i] = Expression::NullLiteral(sink[i].type);
    } else {
      context->Error("MR0411", "column '" + sink[i].name + "' is NOT NULL and gets no value", span);
      return nullptr;
    }
  }
  PlanNodePtr input = MakeCalc(std::move(query), nullptr, std::move(columns), sink.names());
  return std::make_shared<SinkNode>(std::move(input), table);
}

PlanNodePtr BindInsert(BindContext* context, const sql::Insert& insert) {
  const std::string path = context->catalog->Resolve(insert.table);
  TablePtr table = context->catalog->FindTable(path);
  if (table == nullptr && !context->catalog->Failed(path)) {
    const std::string name = insert.table.ToString();
    const bool view = context->catalog->FindView(path) != nullptr;
    Diagnostic& diagnostic =
        context->Error("MR0207",
                       view ? "'" + name + "' is a view; rows go into tables only"
                            : "unknown table '" + name + "'",
                       insert.table.span);
    if (!view) context->Suggest(&diagnostic, name, context->catalog->TableNames());
  }
  QueryBinder queries(context);
  PlanNodePtr query = queries.BindWhole(*insert.query);
  if (insert.overwrite) context->NotSupported("INSERT OVERWRITE", insert.table.span);
  if (table == nullptr || query == nullptr || insert.overwrite) return nullptr;
  table = WithHints(context, std::move(table), insert.hints, insert.table.span);
  if (table == nullptr) return nullptr;
  table = PrepareUse(context, std::move(table), /*for_write=*/true, insert.table.span);
  if (table == nullptr) return nullptr;
  std::vector<size_t> targets;
  std::map<size_t, ExpressionPtr> constants;
  if (!BindTargets(context, insert, *table, &targets, &constants)) return nullptr;
  if (!CheckConflict(context, insert, *table, query)) return nullptr;
  PlanNodePtr sink =
      BindSink(context, table, std::move(query), insert.table.span, targets, constants);
  return sink == nullptr ? nullptr : Materialized(*context, insert, *table, std::move(sink));
}

}  // namespace millrace
