// SPDX-License-Identifier: Apache-2.0
// Printing of statements other than definitions, of names and of types; the entry points of
// printer.h.
#include "sql/keywords.h"
#include "sql/print/writer.h"
#include "sql/printer.h"

namespace millrace::sql {
namespace {

template <typename Node>
std::string PrintNode(const Node& node) {
  Writer writer;
  writer.Write(node);
  return std::move(writer).Take();
}

/// Words that are no reserved words but mean something where a name may stand.
bool NeedsQuotes(std::string_view upper) {
  static constexpr std::string_view kWords[] = {"CURRENT_ROW_TIMESTAMP", "DESCRIPTOR", "MODEL",
                                                "TIMESTAMPADD", "TIMESTAMPDIFF"};
  for (std::string_view word : kWords) {
    if (upper == word) return true;
  }
  return IsReservedWord(upper);
}

}  // namespace

std::string Print(const Statement& statement) { return PrintNode(statement); }
std::string Print(const Expr& expr) { return PrintNode(expr); }
std::string Print(const Query& query) { return PrintNode(query); }
std::string Print(const TypeName& type) { return PrintNode(type); }
std::string Print(const QualifiedName& name) { return PrintNode(name); }
std::string Print(const TableRef& ref) { return PrintNode(ref); }

std::string QuoteIdentifier(std::string_view text) {
  bool plain = !text.empty() && !(text[0] >= '0' && text[0] <= '9');
  std::string upper;
  for (char c : text) {
    bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    plain = plain && letter;
    upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  if (plain && !NeedsQuotes(upper)) return std::string(text);
  std::string quoted = "`";
  for (char c : text) {
    quoted += c;
    if (c == '`') quoted += c;
  }
  return quoted + "`";
}

std::string QuoteString(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

void Writer::NewLine() {
  out_ += '\n';
  out_.append(static_cast<size_t>(indent_) * 2, ' ');
}

/// What was quoted stays quoted: it may be a word that means something in its place.
void Writer::Write(const Identifier& identifier) {
  std::string text = QuoteIdentifier(identifier.text);
  bool already = text.starts_with('`');
  *this << (identifier.quoted && !already ? "`" + text + "`" : text);
}

void Writer::Write(const QualifiedName& name) {
  bool first = true;
  for (const Identifier& part : name.parts) {
    if (!first) *this << ".";
    first = false;
    Write(part);
  }
}

void Writer::Write(const StringLiteral& text) { *this << QuoteString(text.value); }

void Writer::Write(const TypeName& type) {
  auto list = [this](const std::vector<TypeNamePtr>& types) {
    bool first = true;
    for (const TypeNamePtr& element : types) {
      if (!first) *this << ", ";
      first = false;
      Write(*element);
    }
  };
  if (type.kind == TypeKind::kUserDefined) {
    Write(type.user_defined);
  } else {
    *this << TypeKindName(type.kind);
  }
  if (type.kind == TypeKind::kInterval && type.interval) {
    *this << " ";
    WriteQualifier(*type.interval);
  } else if (type.precision) {
    *this << "(" << std::to_string(*type.precision);
    if (type.scale) *this << ", " << std::to_string(*type.scale);
    *this << ")";
  }
  if (!type.elements.empty()) {
    *this << "<";
    list(type.elements);
    *this << ">";
  }
  if (type.kind == TypeKind::kRaw) {
    *this << "(";
    Write(type.arguments[0]);
    *this << ", ";
    Write(type.arguments[1]);
    *this << ")";
  }
  if (type.kind == TypeKind::kRow || type.kind == TypeKind::kStructured) {
    *this << "<";
    bool first = type.kind == TypeKind::kRow;
    if (!first) Write(type.arguments[0]);
    for (const TypeField& field : type.fields) {
      if (!first) *this << ", ";
      first = false;
      Write(field.name);
      *this << " ";
      Write(*field.type);
      if (field.comment) {
        *this << " ";
        Write(*field.comment);
      }
    }
    *this << ">";
  }
  if (type.nullability == Nullability::kNotNull) *this << " NOT NULL";
  if (type.nullability == Nullability::kNullable) *this << " NULL";
}

void Writer::Write(const Statement& statement) {
  if (const auto* node = As<QueryStatement>(statement)) {
    if (node->execute_keyword) *this << "EXECUTE ";
    return Write(*node->query);
  }
  if (const auto* node = As<Insert>(statement)) return WriteInsert(*node);
  if (const auto* node = As<StatementSet>(statement)) return WriteStatementSet(*node);
  if (const auto* node = As<Explain>(statement)) return WriteExplain(*node);
  if (const auto* node = As<Show>(statement)) return WriteShow(*node);
  if (const auto* node = As<Describe>(statement)) return WriteDescribe(*node);
  if (statement.kind >= StatementKind::kAlterTable) return WriteAlter(statement);
  if (statement.kind >= StatementKind::kDrop) return WriteDefinition(statement);
  if (statement.kind == StatementKind::kDelete || statement.kind == StatementKind::kUpdate) {
    return WriteModify(statement);
  }
  WriteSession(statement);
}

void Writer::WriteInsert(const Insert& insert) {
  if (insert.execute_keyword) *this << "EXECUTE ";
  *this << (insert.overwrite ? "INSERT OVERWRITE " : "INSERT INTO ");
  Write(insert.table);
  WriteHints(insert.hints);
  WritePartition(insert.partition);
  if (!insert.columns.empty()) {
    *this << " (";
    bool first = true;
    for (const QualifiedName& column : insert.columns) {
      if (!first) *this << ", ";
      first = false;
      Write(column);
    }
    *this << ")";
  }
  NewLine();
  Write(*insert.query);
  static constexpr std::string_view kConflicts[] = {"", "ERROR", "NOTHING", "DEDUPLICATE"};
  if (insert.on_conflict == ConflictAction::kUnspecified) return;
  NewLine();
  *this << "ON CONFLICT DO " << kConflicts[static_cast<size_t>(insert.on_conflict)];
}

void Writer::WritePartition(const std::vector<PartitionValue>& values) {
  if (values.empty()) return;
  *this << " PARTITION (";
  bool first = true;
  for (const PartitionValue& value : values) {
    if (!first) *this << ", ";
    first = false;
    Write(value.column);
    if (value.value == nullptr) continue;
    *this << " = ";
    WriteExpr(value.value, 0);
  }
  *this << ")";
}

void Writer::WriteStatementSet(const StatementSet& set) {
  bool client = set.form == StatementSet::Form::kClient;
  *this << (set.form == StatementSet::Form::kExecute ? "EXECUTE " : "");
  *this << (client ? "BEGIN STATEMENT SET;" : "STATEMENT SET BEGIN");
  {
    Indent indent(this);
    for (const InsertPtr& insert : set.inserts) {
      NewLine();
      WriteInsert(*insert);
      *this << ";";
    }
  }
  NewLine();
  *this << "END";
}

void Writer::WriteExplain(const Explain& explain) {
  static constexpr std::string_view kDetails[] = {"ESTIMATED_COST", "CHANGELOG_MODE", "PLAN_ADVICE",
                                                  "JSON_EXECUTION_PLAN"};
  *this << (explain.plan_for ? "EXPLAIN PLAN FOR" : "EXPLAIN");
  std::string_view separator = " ";
  for (ExplainDetail detail : explain.details) {
    *this << separator << kDetails[static_cast<size_t>(detail)];
    separator = ", ";
  }
  NewLine();
  Write(*explain.statement);
}

void Writer::WriteShow(const Show& show) {
  *this << "SHOW ";
  if (show.form == Show::Form::kCurrent) {
    *this << "CURRENT " << ObjectKindName(show.object);
    return;
  }
  if (show.form == Show::Form::kCreate) {
    *this << "CREATE " << ObjectKindName(show.object) << " ";
    return Write(show.name);
  }
  if (show.user) *this << "USER ";
  if (show.full) *this << "FULL ";
  *this << ObjectKindName(show.object) << "S";
  if (!show.name.parts.empty()) {
    *this << " ";
    Write(show.name);
  }
  WritePartition(show.partition);
  if (!show.from.parts.empty()) {
    *this << (show.in_keyword ? " IN " : " FROM ");
    Write(show.from);
  }
  if (!show.pattern) return;
  *this << (show.negated ? " NOT" : "") << (show.ilike ? " ILIKE " : " LIKE ");
  Write(*show.pattern);
}

void Writer::WriteDescribe(const Describe& describe) {
  *this << "DESCRIBE ";
  if (describe.object != ObjectKind::kTable) *this << ObjectKindName(describe.object) << " ";
  if (describe.extended) *this << "EXTENDED ";
  if (describe.job) Write(*describe.job);
  Write(describe.name);
}

void Writer::WriteModify(const Statement& statement) {
  auto where = [this](const ExprPtr& expr) {
    if (expr == nullptr) return;
    NewLine();
    *this << "WHERE ";
    WriteExpr(expr, 0);
  };
  auto alias = [this](const std::optional<Identifier>& name) {
    if (!name) return;
    *this << " AS ";
    Write(*name);
  };
  if (const auto* node = As<Delete>(statement)) {
    *this << "DELETE FROM ";
    Write(node->table);
    WriteHints(node->hints);
    alias(node->alias);
    return where(node->where);
  }
  const auto& node = static_cast<const Update&>(statement);
  *this << "UPDATE ";
  Write(node.table);
  WriteHints(node.hints);
  alias(node.alias);
  NewLine();
  std::string_view separator = "SET ";
  for (const Update::Assignment& assignment : node.assignments) {
    *this << separator;
    separator = ", ";
    Write(assignment.column);
    *this << " = ";
    WriteExpr(assignment.value, 0);
  }
  where(node.where);
}

}  // namespace millrace::sql
