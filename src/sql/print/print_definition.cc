// SPDX-License-Identifier: Apache-2.0
// Printing of CREATE and DROP.
#include "sql/print/writer.h"
#include "sql/printer.h"

namespace millrace::sql {

void Writer::WriteDefinition(const Statement& statement) {
  if (const auto* node = As<CreateTable>(statement)) return WriteCreateTable(*node);
  if (const auto* node = As<CreateView>(statement)) return WriteCreateView(*node);
  if (const auto* node = As<CreateFunction>(statement)) return WriteCreateFunction(*node);
  if (const auto* node = As<CreateModel>(statement)) return WriteCreateModel(*node);
  if (const auto* node = As<CreateMaterializedTable>(statement)) {
    return WriteCreateMaterializedTable(*node);
  }
  if (const auto* node = As<Drop>(statement)) return WriteDrop(*node);
  const std::optional<StringLiteral>* comment = nullptr;
  const std::vector<Option>* options = nullptr;
  bool with = false;
  if (const auto* node = As<CreateCatalog>(statement)) {
    *this << "CREATE CATALOG " << (node->if_not_exists ? "IF NOT EXISTS " : "");
    Write(node->name);
    comment = &node->comment;
    options = &node->options;
  } else if (const auto* node = As<CreateDatabase>(statement)) {
    *this << "CREATE DATABASE " << (node->if_not_exists ? "IF NOT EXISTS " : "");
    Write(node->name);
    comment = &node->comment;
    options = &node->options;
  } else if (const auto* node = As<CreateConnection>(statement)) {
    *this << "CREATE " << (node->temporary ? "TEMPORARY " : "") << (node->system ? "SYSTEM " : "")
          << "CONNECTION " << (node->if_not_exists ? "IF NOT EXISTS " : "");
    Write(node->name);
    comment = &node->comment;
    options = &node->options;
    with = true;
  }
  WriteComment(*comment);
  if (options->empty() && with) *this << " WITH ()";
  WriteOptions(*options, true);
}

void Writer::WriteMode(CreateMode mode) {
  static constexpr std::string_view kNames[] = {"CREATE ", "REPLACE ", "CREATE OR REPLACE ",
                                                "CREATE OR ALTER "};
  *this << kNames[static_cast<size_t>(mode)];
}

void Writer::WriteComment(const std::optional<StringLiteral>& comment) {
  if (!comment) return;
  NewLine();
  *this << "COMMENT ";
  Write(*comment);
}

/// On a line of its own per option, or all on one.
void Writer::WriteOptions(const std::vector<Option>& options, bool lines) {
  if (options.empty()) return;
  if (lines) NewLine();
  *this << "WITH (";
  {
    Indent indent(this);
    bool first = true;
    for (const Option& option : options) {
      if (!first) *this << (lines ? "," : ", ");
      first = false;
      if (lines) NewLine();
      Write(option.key);
      *this << " = ";
      Write(option.value);
    }
  }
  if (lines) NewLine();
  *this << ")";
}

void Writer::WriteCreateTable(const CreateTable& table) {
  WriteMode(table.mode);
  *this << (table.temporary ? "TEMPORARY TABLE " : "TABLE ")
        << (table.if_not_exists ? "IF NOT EXISTS " : "");
  Write(table.name);
  WriteElements(table.elements);
  WriteComment(table.comment);
  if (table.distribution) {
    NewLine();
    *this << "DISTRIBUTED";
    WriteDistribution(*table.distribution);
  }
  if (!table.partitioned_by.empty()) {
    NewLine();
    *this << "PARTITIONED BY ";
    WriteNames(table.partitioned_by);
  }
  WriteOptions(table.options, true);
  if (table.like) WriteLike(*table.like);
  if (table.as_query != nullptr) {
    NewLine();
    *this << "AS ";
    Write(*table.as_query);
  }
}

void Writer::WriteElements(const TableElements& elements) {
  if (!elements.present) return;
  *this << " (";
  std::string_view separator;
  {
    Indent indent(this);
    for (const ColumnDefinition& column : elements.columns) {
      *this << separator;
      separator = ",";
      NewLine();
      WriteColumn(column);
    }
    for (const WatermarkDefinition& watermark : elements.watermarks) {
      *this << separator;
      separator = ",";
      NewLine();
      *this << "WATERMARK FOR ";
      Write(watermark.column);
      *this << " AS ";
      WriteExpr(watermark.expression, 0);
    }
    for (const Constraint& constraint : elements.constraints) {
      *this << separator;
      separator = ",";
      NewLine();
      WriteConstraint(constraint, true);
    }
  }
  NewLine();
  *this << ")";
}

void Writer::WriteColumns(const std::vector<ColumnDefinition>& columns) {
  TableElements elements;
  elements.present = true;
  elements.columns = columns;
  WriteElements(elements);
}

void Writer::WriteColumn(const ColumnDefinition& column) {
  using Kind = ColumnDefinition::Kind;
  Write(column.name);
  if (column.type != nullptr) {
    *this << " ";
    Write(*column.type);
  }
  if (column.kind == Kind::kComputed) {
    *this << " AS ";
    WriteExpr(column.expression, 0);
  } else if (column.kind == Kind::kMetadata) {
    *this << " METADATA";
    if (column.metadata_key) {
      *this << " FROM ";
      Write(*column.metadata_key);
    }
    if (column.is_virtual) *this << " VIRTUAL";
  }
  if (column.inline_constraint) {
    *this << " ";
    WriteConstraint(*column.inline_constraint, false);
  }
  if (column.comment) {
    *this << " COMMENT ";
    Write(*column.comment);
  }
  if (!column.position) return;
  if (column.position->first) *this << " FIRST";
  if (column.position->after) {
    *this << " AFTER ";
    Write(*column.position->after);
  }
}

void Writer::WriteConstraint(const Constraint& constraint, bool table) {
  using Enforcement = Constraint::Enforcement;
  if (constraint.name) {
    *this << "CONSTRAINT ";
    Write(*constraint.name);
    *this << " ";
  }
  *this << (constraint.kind == Constraint::Kind::kPrimaryKey ? "PRIMARY KEY" : "UNIQUE");
  if (table) {
    *this << " ";
    WriteNames(constraint.columns);
  }
  if (constraint.enforcement == Enforcement::kEnforced) *this << " ENFORCED";
  if (constraint.enforcement == Enforcement::kNotEnforced) *this << " NOT ENFORCED";
}

void Writer::WriteDistribution(const Distribution& distribution) {
  if (!distribution.columns.empty()) {
    static constexpr std::string_view kKinds[] = {" BY ", " BY HASH ", " BY RANGE "};
    *this << kKinds[static_cast<size_t>(distribution.kind)];
    WriteNames(distribution.columns);
  }
  if (distribution.buckets) {
    *this << " INTO " << std::to_string(*distribution.buckets) << " BUCKETS";
  }
}

void Writer::WriteLike(const LikeClause& like) {
  static constexpr std::string_view kStrategies[] = {"INCLUDING ", "EXCLUDING ", "OVERWRITING "};
  static constexpr std::string_view kFeatures[] = {"ALL",        "CONSTRAINTS", "DISTRIBUTION",
                                                   "GENERATED",  "METADATA",    "OPTIONS",
                                                   "PARTITIONS", "WATERMARKS"};
  NewLine();
  *this << "LIKE ";
  Write(like.source);
  std::string_view separator = " (";
  for (const LikeOption& option : like.options) {
    *this << separator << kStrategies[static_cast<size_t>(option.strategy)]
          << kFeatures[static_cast<size_t>(option.feature)];
    separator = " ";
  }
  if (!like.options.empty()) *this << ")";
}

void Writer::WriteCreateView(const CreateView& view) {
  WriteMode(view.mode);
  *this << (view.temporary ? "TEMPORARY VIEW " : "VIEW ")
        << (view.if_not_exists ? "IF NOT EXISTS " : "");
  Write(view.name);
  std::string_view separator = " (";
  for (const ViewColumn& column : view.columns) {
    *this << separator;
    separator = ", ";
    Write(column.name);
  }
  if (!view.columns.empty()) *this << ")";
  WriteComment(view.comment);
  *this << " AS";
  NewLine();
  Write(*view.query);
}

void Writer::WriteParameters(const std::vector<ColumnDefinition>& parameters) {
  std::string_view separator = "(";
  for (const ColumnDefinition& parameter : parameters) {
    *this << separator;
    separator = ", ";
    WriteColumn(parameter);
  }
  *this << (parameters.empty() ? "()" : ")");
}

void Writer::WriteCreateFunction(const CreateFunction& function) {
  WriteMode(function.mode);
  *this << (function.temporary ? "TEMPORARY " : "") << (function.system ? "SYSTEM " : "")
        << "FUNCTION " << (function.if_not_exists ? "IF NOT EXISTS " : "");
  Write(function.name);
  if (function.has_parameters) WriteParameters(function.parameters);
  if (function.returns != nullptr) {
    *this << " RETURNS ";
    Write(*function.returns);
  }
  if (function.returns_table) {
    *this << " RETURNS TABLE ";
    WriteParameters(function.table_columns);
  }
  // With a signature the language comes first, so that the body is read as what it is.
  const std::string language = function.language ? " LANGUAGE " + function.language->text : "";
  if (function.has_parameters) *this << language;
  if (function.body != nullptr && function.class_name.span.end == 0) {
    *this << " RETURN ";
    Write(*function.body);
  } else {
    *this << " AS ";
    Write(function.class_name);
  }
  if (!function.has_parameters) *this << language;
  std::string_view separator = " USING ";
  for (const FunctionResource& resource : function.resources) {
    *this << separator << resource.kind.text << " ";
    separator = ", ";
    Write(resource.path);
  }
  WriteOptions(function.options, true);
}

void Writer::WriteCreateModel(const CreateModel& model) {
  WriteMode(model.mode);
  *this << (model.temporary ? "TEMPORARY MODEL " : "MODEL ")
        << (model.if_not_exists ? "IF NOT EXISTS " : "");
  Write(model.name);
  if (model.has_input) {
    NewLine();
    *this << "INPUT";
    WriteColumns(model.input);
  }
  if (model.has_output) {
    NewLine();
    *this << "OUTPUT";
    WriteColumns(model.output);
  }
  WriteComment(model.comment);
  WriteOptions(model.options, true);
  if (model.query == nullptr) return;
  NewLine();
  *this << "AS ";
  Write(*model.query);
}

void Writer::WriteCreateMaterializedTable(const CreateMaterializedTable& table) {
  WriteMode(table.mode);
  *this << "MATERIALIZED TABLE " << (table.if_not_exists ? "IF NOT EXISTS " : "");
  Write(table.name);
  WriteElements(table.elements);
  WriteComment(table.comment);
  if (table.distribution) {
    NewLine();
    *this << "DISTRIBUTED";
    WriteDistribution(*table.distribution);
  }
  if (!table.partitioned_by.empty()) {
    NewLine();
    *this << "PARTITIONED BY ";
    WriteNames(table.partitioned_by);
  }
  WriteOptions(table.options, true);
  if (table.start_mode) {
    NewLine();
    *this << "START_MODE = " << table.start_mode->kind.text;
    if (table.start_mode->argument != nullptr) {
      *this << "(";
      WriteExpr(table.start_mode->argument, 0);
      *this << ")";
    }
  }
  if (table.freshness != nullptr) {
    NewLine();
    *this << "FRESHNESS = ";
    WriteExpr(table.freshness, 0);
  }
  if (table.refresh_mode != RefreshMode::kUnspecified) {
    NewLine();
    *this << "REFRESH_MODE = "
          << (table.refresh_mode == RefreshMode::kFull ? "FULL" : "CONTINUOUS");
  }
  NewLine();
  *this << "AS ";
  Write(*table.query);
}

void Writer::WriteDrop(const Drop& drop) {
  static constexpr std::string_view kBehaviors[] = {"", " CASCADE", " RESTRICT"};
  *this << "DROP " << (drop.temporary ? "TEMPORARY " : "") << (drop.system ? "SYSTEM " : "")
        << ObjectKindName(drop.object) << " " << (drop.if_exists ? "IF EXISTS " : "");
  Write(drop.name);
  *this << kBehaviors[static_cast<size_t>(drop.behavior)];
}

}  // namespace millrace::sql
