// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/table_binder.h"

#include <algorithm>
#include <map>

#include "functions/coercion.h"
#include "plan/binding/expression_binder.h"
#include "plan/binding/option_binder.h"
#include "plan/binding/table_like.h"
#include "plan/binding/type_binder.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "sql/printer.h"

namespace millrace {
namespace {

std::optional<size_t> FindColumn(const Table& table, const std::string& name) {
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return i;
  }
  return std::nullopt;
}

std::vector<std::string> ColumnNames(const Table& table) {
  std::vector<std::string> names;
  for (const TableColumn& column : table.columns) names.push_back(column.name);
  return names;
}

/// Binds one CREATE TABLE; every member function reports and answers false on errors.
class TableBinder {
 public:
  TableBinder(BindContext* context, const sql::CreateTable& create)
      : context_(context), create_(create), table_(std::make_shared<Table>()) {}

  TablePtr Bind(const Schema* query_schema) {
    return Bind(query_schema, BindOptions(context_, create_.options));
  }

  /// `options` are empty after a diagnostic.
  TablePtr Bind(const Schema* query_schema,
                const std::optional<std::map<std::string, OptionValue>>& options) {
    table_->path = context_->catalog->Resolve(create_.name);
    table_->name = create_.name.parts.back().text;
    bool ok = options.has_value();
    if (options) table_->raw_options = *options;
    const bool liked = !create_.like || ApplyLike(context_, *create_.like, table_.get());
    ok = liked && ok;
    ok = AddColumns(query_schema) && ok;
    ok = BindComputed() && ok;
    ok = BindWatermark() && ok;
    ok = BindConstraints() && ok;
    ok = BindPartitions() && ok;
    if (create_.distribution) {
      context_->NotSupported("DISTRIBUTED BY", create_.distribution->span);
      ok = false;
    }
    if (options && (liked || table_->raw_options.contains("connector"))) {
      const Span place = create_.options_span.end > 0 ? create_.options_span : create_.name.span;
      ok = BindConnector(context_, table_.get(), create_.options, place) && ok;
    }
    ok = ok && BindMetadata();
    return ok ? table_ : nullptr;
  }

 private:
  /// The columns of CREATE TABLE .. AS that are only the query's, in its order, or in the order of
  /// a list of names. A column that both have has its place in the query, and the type given.
  bool AddQueryColumns(const Schema& schema, std::map<std::string, TableColumn>* retyped) {
    std::vector<std::string> order;
    for (const Column& column : schema) order.push_back(column.name);
    if (ListsNames()) {
      std::vector<std::string> listed;
      for (const auto& definition : create_.elements.columns) {
        listed.push_back(definition.name.text);
      }
      if (!std::is_permutation(order.begin(), order.end(), listed.begin(), listed.end())) {
        context_->Error("MR0411", "the names listed are not those of the query's columns",
                        create_.elements.columns.front().span);
        return false;
      }
      order = std::move(listed);
    }
    for (const std::string& name : order) {
      if (const auto given = retyped->find(name); given != retyped->end()) {
        table_->columns.push_back(given->second);
        continue;
      }
      const auto column = std::find_if(schema.begin(), schema.end(),
                                       [&](const Column& one) { return one.name == name; });
      TableColumn added;
      added.name = name;
      added.type = column->type.WithTimeAttribute(TimeAttribute::kNone);
      table_->columns.push_back(std::move(added));
    }
    return true;
  }

  /// CREATE TABLE t (b, a) AS SELECT ..: nothing but names.
  bool ListsNames() const {
    const auto& columns = create_.elements.columns;
    return !columns.empty() &&
           std::all_of(columns.begin(), columns.end(), [](const auto& definition) {
             return definition.kind == sql::ColumnDefinition::Kind::kNameOnly;
           });
  }

  bool AddColumns(const Schema* query) {
    first_own_ = table_->columns.size();
    std::map<std::string, TableColumn> retyped;
    const bool own = query != nullptr && ListsNames() ? true : AddOwnColumns(query, &retyped);
    return (query == nullptr || AddQueryColumns(*query, &retyped)) && own;
  }

  bool AddOwnColumns(const Schema* query, std::map<std::string, TableColumn>* retyped) {
    bool ok = true;
    for (const sql::ColumnDefinition& definition : create_.elements.columns) {
      const bool of_query =
          query != nullptr && std::any_of(query->begin(), query->end(), [&](const Column& column) {
            return column.name == definition.name.text;
          });
      const bool physical = definition.kind == sql::ColumnDefinition::Kind::kPhysical;
      if (FindColumn(*table_, definition.name.text) || (of_query && !physical) ||
          retyped->contains(definition.name.text)) {
        context_->Error("MR0205", "column '" + definition.name.text + "' is declared twice",
                        definition.name.span);
        ok = false;
        continue;
      }
      TableColumn column;
      column.name = definition.name.text;
      if (definition.comment) column.comment = definition.comment->value;
      switch (definition.kind) {
        case sql::ColumnDefinition::Kind::kComputed:
          column.kind = TableColumn::Kind::kComputed;
          break;
        case sql::ColumnDefinition::Kind::kNameOnly:
          context_->NotSupported("a column list without types", definition.span);
          ok = false;
          continue;
        case sql::ColumnDefinition::Kind::kMetadata:
          column.kind = TableColumn::Kind::kMetadata;
          column.is_virtual = definition.is_virtual;
          column.metadata_key =
              definition.metadata_key ? definition.metadata_key->value : definition.name.text;
          [[fallthrough]];
        case sql::ColumnDefinition::Kind::kPhysical: {
          const auto type = BindType(context_, *definition.type);
          ok = ok && type.has_value();
          if (type) column.type = *type;
          if (type && (type->is_interval() || type->kind() == TypeKind::kNull)) {
            context_->Error("MR0303", type->ToString() + " cannot be the type of a column",
                            definition.type->span);
            ok = false;
          }
          break;
        }
      }
      if (of_query) {
        retyped->emplace(column.name, std::move(column));
        continue;
      }
      table_->columns.push_back(std::move(column));
      definitions_.push_back(&definition);
    }
    return ok;
  }

  /// Columns that computed columns may use: everything but computed ones.
  Scope StoredScope() const {
    Scope scope;
    for (size_t i = 0; i < table_->columns.size(); ++i) {
      const TableColumn& column = table_->columns[i];
      if (column.kind == TableColumn::Kind::kComputed) continue;
      scope.Add({table_->name, column.name, column.type, static_cast<int>(i)});
    }
    return scope;
  }

  bool BindComputed() {
    const Scope scope = StoredScope();
    bool ok = true;
    for (size_t i = 0; i < definitions_.size(); ++i) {
      TableColumn& column = table_->columns[first_own_ + i];
      if (column.kind != TableColumn::Kind::kComputed) continue;
      ExpressionBinder binder(context_, &scope);
      column.expression = binder.BindTyped(*definitions_[i]->expression);
      if (column.expression == nullptr) {
        ok = false;
        continue;
      }
      column.type = column.expression->type();
      column.text = std::string(context_->TextOf(definitions_[i]->expression->span));
      const auto* call = sql::As<sql::FunctionCall>(definitions_[i]->expression);
      if (call != nullptr && call->upper_name == "PROCTIME") {
        column.type = column.type.WithTimeAttribute(TimeAttribute::kProctime);
      }
    }
    return ok;
  }

  bool BindWatermark() {
    if (create_.elements.watermarks.empty()) return true;
    const sql::WatermarkDefinition& definition = create_.elements.watermarks.front();
    const std::string name = definition.column.ToString();
    const auto index = FindColumn(*table_, name);
    if (!index) {
      Diagnostic& diagnostic = context_->Error(
          "MR0201", "unknown column '" + name + "' in WATERMARK", definition.column.span);
      context_->Suggest(&diagnostic, name, ColumnNames(*table_));
      Scope scope;
      scope.AddRelation(table_->name, table_->read_schema(), 0);
      ExpressionBinder(context_, &scope).BindTyped(*definition.expression);
      return false;
    }
    TableColumn& column = table_->columns[*index];
    if (column.type.kind() == TypeKind::kNull) return false;  // its own error was reported
    if (!column.type.is_timestamp() || column.type.precision() > 3) {
      Diagnostic& diagnostic = context_->Error(
          "MR0313",
          "a rowtime column is TIMESTAMP(3) or TIMESTAMP_LTZ(3) (precision 0 to 3), '" + name +
              "' is " + column.type.ToString(),
          definition.column.span);
      diagnostic.next_step = column.type.is_timestamp() ? "Declare the column with precision 3."
                                                        : "Add a computed column, e.g. " + name +
                                                              "_time AS TO_TIMESTAMP_LTZ(" + name +
                                                              ", 3), and use it in WATERMARK FOR.";
      return false;
    }
    Scope scope;
    scope.AddRelation(table_->name, table_->read_schema(), 0);
    ExpressionBinder binder(context_, &scope);
    ExpressionPtr expression = binder.BindTyped(*definition.expression);
    if (expression == nullptr) return false;
    if (!expression->type().is_timestamp()) {
      context_->Error("MR0313",
                      "a watermark is a TIMESTAMP or TIMESTAMP_LTZ, found " +
                          expression->type().Nullable().ToString(),
                      definition.expression->span);
      return false;
    }
    column.type = column.type.WithTimeAttribute(TimeAttribute::kRowtime);
    table_->watermark = WatermarkDefinition{
        *index, std::move(expression), std::string(context_->TextOf(definition.expression->span))};
    return true;
  }

  bool BindKey(const sql::Constraint& constraint) {
    if (constraint.kind != sql::Constraint::Kind::kPrimaryKey) {
      context_->Error("MR0402", "UNIQUE constraints are not supported", constraint.span);
      return false;
    }
    if (constraint.enforcement != sql::Constraint::Enforcement::kNotEnforced) {
      Diagnostic& diagnostic = context_->Error(
          "MR0402", "a PRIMARY KEY is not enforced here: its data belongs to the outside; say so",
          constraint.span);
      std::string text(context_->TextOf(constraint.span));
      if (constraint.enforcement == sql::Constraint::Enforcement::kEnforced) {
        text = text.substr(0, text.size() - std::string_view("ENFORCED").size());
        while (!text.empty() && text.back() == ' ') text.pop_back();
      }
      diagnostic.try_text = text + " NOT ENFORCED";
      return false;
    }
    if (!table_->primary_key.empty()) {
      context_->Error("MR0402", "a table has one PRIMARY KEY only", constraint.span);
      return false;
    }
    for (const sql::Identifier& part : constraint.columns) {
      const auto index = FindColumn(*table_, part.text);
      if (!index) {
        Diagnostic& diagnostic = context_->Error(
            "MR0201", "unknown column '" + part.text + "' in PRIMARY KEY", part.span);
        context_->Suggest(&diagnostic, part.text, ColumnNames(*table_));
        return false;
      }
      if (table_->columns[*index].kind != TableColumn::Kind::kPhysical) {
        context_->Error("MR0402",
                        "a PRIMARY KEY is made of physical columns; '" + part.text + "' is none",
                        part.span);
        return false;
      }
      table_->columns[*index].type = table_->columns[*index].type.NotNull();
      table_->primary_key.push_back(*index);
    }
    return true;
  }

  bool BindConstraints() {
    bool ok = true;
    for (const sql::ColumnDefinition* definition : definitions_) {
      if (definition->inline_constraint) ok = BindKey(*definition->inline_constraint) && ok;
    }
    for (const sql::Constraint& constraint : create_.elements.constraints) {
      ok = BindKey(constraint) && ok;
    }
    return ok;
  }

  bool BindPartitions() {
    for (const sql::Identifier& part : create_.partitioned_by) {
      const auto index = FindColumn(*table_, part.text);
      if (!index) {
        Diagnostic& diagnostic = context_->Error(
            "MR0201", "unknown column '" + part.text + "' in PARTITIONED BY", part.span);
        context_->Suggest(&diagnostic, part.text, ColumnNames(*table_));
        return false;
      }
      table_->partition_keys.push_back(part.text);
    }
    return true;
  }

  /// The column must be a type that the metadata can be cast to.
  bool CheckMetadataType(const TableColumn& column, const std::vector<MetadataColumn>& known,
                         const sql::ColumnDefinition& definition) {
    for (const MetadataColumn& metadata : known) {
      if (metadata.key != column.metadata_key) continue;
      if (CanExplicitlyCast(metadata.type, column.type)) return true;
      context_->Error("MR0304",
                      "metadata '" + metadata.key + "' is " + metadata.type.Nullable().ToString() +
                          ", which cannot be cast to " + column.type.Nullable().ToString(),
                      definition.type->span);
    }
    return false;
  }

  bool BindMetadata() {
    bool ok = true;
    const auto known = table_->connector->metadata();
    for (size_t i = 0; i < definitions_.size(); ++i) {
      const TableColumn& column = table_->columns[first_own_ + i];
      if (column.kind != TableColumn::Kind::kMetadata) continue;
      const bool found = std::any_of(known.begin(), known.end(), [&](const MetadataColumn& m) {
        return m.key == column.metadata_key;
      });
      if (found && CheckMetadataType(column, known, *definitions_[i])) continue;
      ok = false;
      if (found) continue;
      std::vector<std::string> world;
      for (const MetadataColumn& m : known) world.push_back(m.key);
      const sql::ColumnDefinition& definition = *definitions_[i];
      Diagnostic& diagnostic = context_->Error(
          "MR0206",
          "connector '" + std::string(table_->connector->name()) + "' has no metadata '" +
              column.metadata_key + "'",
          definition.metadata_key ? definition.metadata_key->span : definition.name.span);
      context_->Suggest(&diagnostic, column.metadata_key, world, false);
      if (definition.metadata_key && !diagnostic.try_text.empty()) {
        diagnostic.try_text = sql::QuoteString(diagnostic.try_text);
      } else {
        diagnostic.try_text.clear();
      }
      ok = false;
    }
    return ok;
  }

  BindContext* context_;
  const sql::CreateTable& create_;
  std::shared_ptr<Table> table_;
  size_t first_own_ = 0;
  std::vector<const sql::ColumnDefinition*> definitions_;  // of the columns from first_own_ on
};

}  // namespace

TablePtr BindCreateTable(BindContext* context, const sql::CreateTable& create) {
  return TableBinder(context, create).Bind(nullptr);
}

TablePtr BindCreateTableAs(BindContext* context, const sql::CreateTable& create,
                           const Schema& query_schema) {
  return TableBinder(context, create).Bind(&query_schema);
}

TablePtr BindAlteredTable(BindContext* context, const sql::CreateTable& create,
                          std::map<std::string, OptionValue> options) {
  return TableBinder(context, create).Bind(nullptr, std::move(options));
}

}  // namespace millrace
