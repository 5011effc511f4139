// SPDX-License-Identifier: Apache-2.0
// Printing of ALTER.
#include "sql/print/writer.h"
#include "sql/printer.h"

namespace millrace::sql {

using ActionKind = AlterAction::Kind;

void Writer::WriteAlter(const Statement& statement) {
  auto write = [this](std::string_view object, const auto& node) {
    *this << "ALTER " << (node.temporary ? "TEMPORARY " : "") << (node.system ? "SYSTEM " : "")
          << object << " " << (node.if_exists ? "IF EXISTS " : "");
    Write(node.name);
    *this << " ";
    WriteAction(node.action);
  };
  if (const auto* node = As<AlterTable>(statement)) return write("TABLE", *node);
  if (const auto* node = As<AlterView>(statement)) return write("VIEW", *node);
  if (const auto* node = As<AlterFunction>(statement)) return write("FUNCTION", *node);
  if (const auto* node = As<AlterModel>(statement)) return write("MODEL", *node);
  if (const auto* node = As<AlterMaterializedTable>(statement)) {
    return write("MATERIALIZED TABLE", *node);
  }
  if (const auto* node = As<AlterCatalog>(statement)) return write("CATALOG", *node);
  if (const auto* node = As<AlterDatabase>(statement)) return write("DATABASE", *node);
  write("CONNECTION", static_cast<const AlterConnection&>(statement));
}

void Writer::WriteAction(const AlterAction& action) {
  switch (action.kind) {
    case ActionKind::kRename: *this << "RENAME TO "; return Write(action.new_name);
    case ActionKind::kRenameColumn:
      *this << "RENAME ";
      Write(action.column_paths[0]);
      *this << " TO ";
      return Write(action.new_column);
    case ActionKind::kSetOptions:
    case ActionKind::kResetOptions: {
      bool set = action.kind == ActionKind::kSetOptions;
      *this << (set ? "SET (" : "RESET (");
      std::string_view separator;
      for (const Option& option : action.options) {
        *this << separator;
        separator = ", ";
        Write(option.key);
        *this << " = ";
        Write(option.value);
      }
      for (const StringLiteral& key : action.keys) {
        *this << separator;
        separator = ", ";
        Write(key);
      }
      *this << ")";
      return;
    }
    case ActionKind::kAddPartitions:
    case ActionKind::kDropPartitions:
    case ActionKind::kRefresh: return WritePartitionAction(action);
    case ActionKind::kSetComment: *this << "COMMENT "; return Write(*action.text);
    case ActionKind::kAsQuery:
      *this << "AS";
      NewLine();
      return Write(*action.query);
    case ActionKind::kFunctionClass:
      *this << "AS ";
      Write(*action.text);
      if (action.language) *this << " LANGUAGE " << action.language->text;
      return;
    case ActionKind::kSuspend: *this << "SUSPEND"; return;
    case ActionKind::kResume:
      *this << "RESUME" << (action.options.empty() ? "" : " ");
      return WriteOptions(action.options, false);
    case ActionKind::kSetFreshness:
      *this << "SET FRESHNESS = ";
      return WriteExpr(action.freshness, 0);
    case ActionKind::kSetRefreshMode:
      *this << "SET REFRESH_MODE = "
            << (action.refresh_mode == RefreshMode::kFull ? "FULL" : "CONTINUOUS");
      return;
    default: return WriteSchemaAction(action);
  }
}

void Writer::WriteSchemaAction(const AlterAction& action) {
  switch (action.kind) {
    case ActionKind::kAddSchema:
    case ActionKind::kModifySchema:
      *this << (action.kind == ActionKind::kAddSchema ? "ADD" : "MODIFY");
      if (action.parenthesised) return WriteElements(action.schema);
      *this << " ";
      if (!action.schema.columns.empty()) return WriteColumn(action.schema.columns[0]);
      if (!action.schema.constraints.empty()) {
        return WriteConstraint(action.schema.constraints[0], true);
      }
      *this << "WATERMARK FOR ";
      Write(action.schema.watermarks[0].column);
      *this << " AS ";
      return WriteExpr(action.schema.watermarks[0].expression, 0);
    case ActionKind::kDropColumns: {
      *this << (action.parenthesised ? "DROP (" : "DROP ");
      std::string_view separator;
      for (const QualifiedName& path : action.column_paths) {
        *this << separator;
        separator = ", ";
        Write(path);
      }
      *this << (action.parenthesised ? ")" : "");
      return;
    }
    case ActionKind::kDropPrimaryKey: *this << "DROP PRIMARY KEY"; return;
    case ActionKind::kDropConstraint: *this << "DROP CONSTRAINT "; return Write(*action.constraint);
    case ActionKind::kDropWatermark: *this << "DROP WATERMARK"; return;
    case ActionKind::kAddDistribution:
      *this << "ADD DISTRIBUTION";
      return WriteDistribution(*action.distribution);
    case ActionKind::kModifyDistribution:
      *this << "MODIFY DISTRIBUTION";
      return WriteDistribution(*action.distribution);
    default: *this << "DROP DISTRIBUTION"; return;
  }
}

void Writer::WritePartitionAction(const AlterAction& action) {
  bool add = action.kind == ActionKind::kAddPartitions;
  bool refresh = action.kind == ActionKind::kRefresh;
  *this << (refresh ? "REFRESH" : add ? "ADD" : "DROP");
  if (action.if_exists) *this << (add ? " IF NOT EXISTS" : " IF EXISTS");
  bool first = true;
  for (const AlterAction::Partition& partition : action.partitions) {
    if (!first && !add) *this << ",";
    first = false;
    WritePartition(partition.values);
    if (!partition.options.empty()) *this << " ";
    WriteOptions(partition.options, false);
  }
}

}  // namespace millrace::sql
