// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/scope.h"

#include <algorithm>

#include "sql/keywords.h"
#include "sql/printer.h"

namespace millrace {
namespace {

/// `SELECT DISTNCT card FROM t` reads as a column with an alias.
void SuggestKeyword(Diagnostic* diagnostic, std::string word) {
  static constexpr std::string_view kOperands[] = {
      "DISTINCT", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP",
      "NULL",     "TRUE",         "FALSE",        "INTERVAL"};
  for (char& c : word) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  const std::string_view near = sql::NearestKeyword(word, kOperands);
  if (near.empty()) return;
  diagnostic->candidates.emplace_back(near);
  diagnostic->try_text = near;
}

bool IsWindowColumn(std::string_view name) {
  return name == "window_start" || name == "window_end" || name == "window_time";
}

}  // namespace

void Scope::AddRelation(const std::string& qualifier, const Schema& schema, int first_index) {
  for (size_t i = 0; i < schema.size(); ++i) {
    columns_.push_back(
        {qualifier, schema[i].name, schema[i].type, first_index + static_cast<int>(i)});
  }
}

bool Scope::HasQualifier(const std::string& qualifier) const {
  return std::any_of(columns_.begin(), columns_.end(),
                     [&](const ScopeColumn& column) { return column.qualifier == qualifier; });
}

std::vector<const ScopeColumn*> Scope::Matches(const std::string* qualifier,
                                               const std::string& name) const {
  std::vector<const ScopeColumn*> found;
  for (const ScopeColumn& column : columns_) {
    if (column.name != name) continue;
    if (qualifier == nullptr ? column.qualified_only : column.qualifier != *qualifier) continue;
    found.push_back(&column);
  }
  return found;
}

ExpressionPtr Scope::BindFields(BindContext* context, const ScopeColumn& column,
                                const sql::QualifiedName& name, size_t first_field) const {
  ExpressionPtr value = Expression::InputRef(column.index, column.type, column.name);
  for (size_t i = first_field; i < name.parts.size(); ++i) {
    const sql::Identifier& part = name.parts[i];
    if (value->type().kind() != TypeKind::kRow) {
      context->Error("MR0204",
                     "'" + name.parts[i - 1].text + "' is " + value->type().ToString() +
                         ", it has no field '" + part.text + "'",
                     part.span);
      return nullptr;
    }
    const auto& fields = value->type().fields();
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const DataType::Field& f) { return f.name == part.text; });
    if (found == fields.end()) {
      std::vector<std::string> world;
      for (const DataType::Field& field : fields) world.push_back(field.name);
      Diagnostic& diagnostic = context->Error(
          "MR0204", "row '" + name.parts[i - 1].text + "' has no field '" + part.text + "'",
          part.span);
      context->Suggest(&diagnostic, part.text, world);
      return nullptr;
    }
    value = Expression::FieldAccess(value, static_cast<int>(found - fields.begin()));
  }
  return value;
}

ExpressionPtr Scope::BindName(BindContext* context, const sql::QualifiedName& name) const {
  // Longest qualifier first: t.a.f, then a.f. A database prefix (db.t.a) is matched by its last
  // part.
  const auto& parts = name.parts;
  for (size_t qualifier_length = std::min<size_t>(parts.size() - 1, 3);; --qualifier_length) {
    const std::string* qualifier =
        qualifier_length == 0 ? nullptr : &parts[qualifier_length - 1].text;
    const auto found = Matches(qualifier, parts[qualifier_length].text);
    if (found.size() == 1) return BindFields(context, *found[0], name, qualifier_length + 1);
    if (found.size() > 1) {
      Diagnostic& diagnostic = context->Error(
          "MR0203", "column '" + parts[qualifier_length].text + "' is ambiguous", name.span);
      for (const ScopeColumn* column : found) {
        if (column->qualifier.empty()) continue;
        diagnostic.candidates.push_back(sql::QuoteIdentifier(column->qualifier) + "." +
                                        sql::QuoteIdentifier(column->name));
      }
      if (!diagnostic.candidates.empty()) diagnostic.try_text = diagnostic.candidates.front();
      diagnostic.next_step = "Write which relation's column is meant.";
      return nullptr;
    }
    if (qualifier_length == 0) break;
  }
  ReportUnknown(context, name);
  return nullptr;
}

void Scope::ReportUnknown(BindContext* context, const sql::QualifiedName& name) const {
  const auto& parts = name.parts;
  const bool qualified = parts.size() > 1 && HasQualifier(parts[0].text);
  const sql::Identifier& wanted = qualified ? parts[1] : parts[0];
  std::vector<std::string> world;
  for (const ScopeColumn& column : columns_) {
    if (!qualified || column.qualifier == parts[0].text) world.push_back(column.name);
  }
  if (parts.size() > 1 && !qualified) {
    std::vector<std::string> qualifiers;
    for (const ScopeColumn& column : columns_) {
      if (!column.qualifier.empty()) qualifiers.push_back(column.qualifier);
    }
    std::sort(qualifiers.begin(), qualifiers.end());
    qualifiers.erase(std::unique(qualifiers.begin(), qualifiers.end()), qualifiers.end());
    Diagnostic& diagnostic =
        context->Error("MR0201", "unknown table or column '" + parts[0].text + "'", parts[0].span);
    context->Suggest(&diagnostic, parts[0].text, qualifiers);
    if (diagnostic.candidates.empty() && !qualifiers.empty()) {
      for (const std::string& qualifier : qualifiers) {
        diagnostic.detail += (diagnostic.detail.empty() ? "tables here: " : ", ") + qualifier;
      }
      if (qualifiers.size() == 1) diagnostic.try_text = sql::QuoteIdentifier(qualifiers.front());
    }
    return;
  }
  if (columns_.empty()) {
    Diagnostic& diagnostic = context->Error(
        "MR0201", "unknown column '" + wanted.text + "': this SELECT has no FROM", wanted.span);
    diagnostic.next_step = "Add FROM, or write a text as '" + wanted.text + "'.";
    return;
  }
  Diagnostic& diagnostic =
      context->Error("MR0201", "unknown column '" + wanted.text + "'", wanted.span);
  context->Suggest(&diagnostic, wanted.text, world);
  if (diagnostic.candidates.empty() && !qualified && !wanted.quoted) {
    SuggestKeyword(&diagnostic, wanted.text);
  }
  if (IsWindowColumn(wanted.text)) {
    diagnostic.next_step =
        "It comes with a window: FROM TUMBLE(TABLE t, DESCRIPTOR(time), INTERVAL '1' MINUTE).";
  }
  if (diagnostic.candidates.empty()) {
    diagnostic.detail = "columns here: ";
    for (size_t i = 0; i < world.size() && i < 20; ++i) {
      diagnostic.detail += (i > 0 ? ", " : "") + world[i];
    }
    if (world.size() > 20) diagnostic.detail += ", ... (" + std::to_string(world.size()) + ")";
  }
}

std::optional<std::vector<ScopeColumn>> Scope::ExpandStar(BindContext* context,
                                                          const sql::Star& star) const {
  if (star.qualifier.parts.empty()) {
    std::vector<ScopeColumn> seen = columns_;
    std::erase_if(seen, [](const ScopeColumn& column) { return column.qualified_only; });
    return seen;
  }
  const std::string& qualifier = star.qualifier.parts.back().text;
  std::vector<ScopeColumn> found;
  for (const ScopeColumn& column : columns_) {
    if (column.qualifier == qualifier) found.push_back(column);
  }
  if (!found.empty()) return found;
  std::vector<std::string> world;
  for (const ScopeColumn& column : columns_) world.push_back(column.qualifier);
  Diagnostic& diagnostic =
      context->Error("MR0201", "unknown table '" + qualifier + "'", star.qualifier.span);
  context->Suggest(&diagnostic, qualifier, world);
  return std::nullopt;
}

}  // namespace millrace
