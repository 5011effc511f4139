// SPDX-License-Identifier: Apache-2.0
// INSERT, statement sets, UPDATE and DELETE.
#include "sql/parse/grammar.h"

namespace millrace::sql {

StatementPtr Grammar::ParseInsert(bool execute) {
  auto insert = std::make_shared<Insert>();
  uint32_t begin = Begin();
  Take();
  insert->execute_keyword = execute;
  if (Accept("OVERWRITE")) {
    insert->overwrite = true;
  } else if (!Accept("INTO")) {
    if (!Repair({"INTO", "OVERWRITE"})) {
      const std::string found = TextOf(Peek().span);
      const bool name = AtIdentifier();
      Fail("`INTO` or `OVERWRITE` after INSERT");
      if (name) last().try_text = "INTO " + found;
    }
    insert->overwrite = At("OVERWRITE");
    Take();
  }
  if (At("TABLE")) {
    Report("MR0101", "found `TABLE`, expected the name of the table", Peek().span);
    Take();
  }
  insert->table = ParseName("the name of the table to write to");
  insert->hints = ParseHints();
  if (At("PARTITION")) insert->partition = ParsePartition(true);
  if (AtSymbol("(") && !AtQueryStart(1) && !SymbolAt(1, "(")) {
    Open("(");
    do {
      if (failed()) break;
      insert->columns.push_back(ParseName("the name of a column"));
    } while (NextInList());
    Close();
  }
  if (At("PARTITION")) {
    FailWith("MR0116", "found `PARTITION`, expected it before the list of columns", Peek().span);
  }
  if (AtWords({"DEFAULT", "VALUES"})) {
    FailWith("MR0111", "found `DEFAULT VALUES`, expected a query or VALUES (..)",
             Peek().span.Cover(Peek(1).span));
  }
  const bool value = At("VALUE") && SymbolAt(1, "(");
  if (!value && !At("VALUES") && Repair({"VALUES", "SELECT"})) {
    // Read on below as if it had been spelt right.
  } else if (!value && !AtQueryStart() && !AtSymbol("(")) {
    Fail(insert->columns.empty() ? "a query or VALUES, or a list of columns in parentheses"
                                 : "a query or VALUES");
  }
  insert->query = ParseQueryTree();
  if (AtConflict()) {
    uint32_t conflict_begin = Begin();
    insert->on_conflict = ParseConflict();
    insert->on_conflict_span = From(conflict_begin);
  }
  insert->span = From(begin);
  return insert;
}

bool Grammar::AtConflict() const { return WordAt(0, "ON") && WordAt(1, "CONFLICT"); }

ConflictAction Grammar::ParseConflict() {
  Take();
  Take();
  if (AtSymbol("(")) {
    uint32_t begin = Begin();
    ParseNameList("a column name");
    if (!failed()) {
      Report("MR0111", "found a list of columns, expected `DO`: the conflict is on the primary key",
             From(begin))
          .try_text = " ";
    }
  }
  Expect("DO");
  if (Accept("ERROR")) return ConflictAction::kError;
  if (Accept("NOTHING")) return ConflictAction::kNothing;
  if (Accept("DEDUPLICATE")) return ConflictAction::kDeduplicate;
  if (At("UPDATE")) {
    FailWith("MR0111", "found `UPDATE`, expected ERROR, NOTHING or DEDUPLICATE", Peek().span);
  }
  Fail("ERROR, NOTHING or DEDUPLICATE");
  return ConflictAction::kUnspecified;
}

/// PARTITION (p = 'x', ..)
std::vector<PartitionValue> Grammar::ParsePartition(bool values_required) {
  std::vector<PartitionValue> values;
  Take();
  ExpectOpen("PARTITION");
  do {
    if (failed()) break;
    PartitionValue value;
    value.column = ParseNewName("the name of a partition column");
    if (AcceptSymbol("=")) {
      value.value = ParsePrefix();
      const auto* literal = As<Literal>(value.value);
      const auto* sign = As<Unary>(value.value);
      if (!failed() && literal == nullptr && (sign == nullptr || !As<Literal>(sign->operand))) {
        Report("MR0101", "found an expression, expected a literal", value.value->span);
      }
    } else if (values_required) {
      Fail("`=` and the value of the partition");
    }
    values.push_back(std::move(value));
  } while (NextInList());
  Close();
  return values;
}

/// The inserts up to END; an insert that is wrong is reported and the next one read.
void Grammar::ParseInserts(StatementSet* set) {
  while (true) {
    while (AcceptSymbol(";")) {
    }
    if (At("END") || AtEnd()) return;
    if (!At("INSERT")) Repair({"INSERT", "END"});
    if (At("END")) return;
    if (At("INSERT")) {
      StatementPtr insert = ParseInsert(false);
      if (!failed()) set->inserts.push_back(std::static_pointer_cast<const Insert>(insert));
      if (!failed() && At("END")) {
        Span span = Peek().span;
        Report("MR0110", "found `END`, expected `;` after the INSERT before it", span).try_text =
            "; END";
        return;
      }
      if (!failed() && At("INSERT")) {
        ReportMissingSemicolon();
        continue;
      }
      if (!failed() && !AtSymbol(";") && !AtEnd()) Fail("`;` after the INSERT");
    } else if (AtAny({"CREATE", "SET", "SELECT", "EXECUTE", "BEGIN", "DROP"})) {
      FailWith("MR0120",
               "found `" + TextOf(Peek().span) + "` in a statement set, expected INSERT or END",
               Peek().span);
    } else {
      Fail("`INSERT` or `END`");
    }
    Recover();
  }
}

/// [EXECUTE] STATEMENT SET BEGIN ..; END
StatementPtr Grammar::ParseStatementSet(StatementSet::Form form) {
  auto set = std::make_shared<StatementSet>();
  set->form = form;
  uint32_t begin = Begin();
  Span start = Peek().span;
  ExpectWords({"STATEMENT", "SET"});
  if (form == StatementSet::Form::kExecute && At("INSERT")) {
    Report("MR0101", "found `INSERT`, expected `BEGIN` before it", Peek().span).try_text =
        "BEGIN INSERT";
  } else {
    Expect("BEGIN");
  }
  if (failed()) return nullptr;
  size_t before = errors();
  ParseInserts(set.get());
  if (!Accept("END")) {
    FailWith("MR0120", "this statement set is not closed, expected `END` at its end", start);
    last().next_step = "Write END; after the last INSERT.";
  } else if (set->inserts.empty() && errors() == before) {
    Report("MR0120", "this statement set is empty, expected at least one INSERT", From(begin));
  }
  return set;
}

/// BEGIN STATEMENT SET; ..; END; is one StatementSet when the text holds it whole.
StatementPtr Grammar::ParseBegin() {
  Span start = Take().span;
  ExpectWords({"STATEMENT", "SET"});
  if (failed() || !AtSymbol(";")) return std::make_shared<BeginStatementSet>();
  auto set = std::make_shared<StatementSet>();
  set->form = StatementSet::Form::kClient;
  size_t before = errors();
  size_t at = position();
  ParseInserts(set.get());
  if (Accept("END")) {
    if (set->inserts.empty() && errors() == before) {
      Report("MR0120", "this statement set is empty, expected at least one INSERT", start);
    }
    return set;
  }
  if (position() == at + 1 && AtEnd()) return std::make_shared<BeginStatementSet>();
  FailWith("MR0120", "found the end of the input, expected `END` to close the statement set",
           Peek().span);
  last().labels.push_back({start, "the statement set starts here"});
  last().next_step = "Write END; after the last INSERT.";
  return set;
}

StatementPtr Grammar::ParseDelete() {
  auto node = std::make_shared<Delete>();
  Take();
  Expect("FROM");
  node->table = ParseName("the name of a table");
  node->hints = ParseHints();
  if (Accept("AS")) {
    node->alias = ParseNewName("a name after AS");
  } else if (AtIdentifier() && !RepairInsteadOfAlias({"WHERE"})) {
    node->alias = ParseIdentifier("a name");
    MarkAlias();
  }
  Repair({"WHERE"});
  if (Accept("WHERE")) node->where = ParseExpr();
  return node;
}

StatementPtr Grammar::ParseUpdate() {
  auto node = std::make_shared<Update>();
  Take();
  node->table = ParseName("the name of a table");
  node->hints = ParseHints();
  if (Accept("AS")) {
    node->alias = ParseNewName("a name after AS");
  } else if (AtIdentifier() && !RepairInsteadOfAlias({"SET"})) {
    node->alias = ParseIdentifier("a name");
    MarkAlias();
  }
  Expect("SET");
  do {
    if (failed()) break;
    Update::Assignment assignment;
    assignment.column = ParseName("the name of a column");
    ExpectSymbol("=", "the column");
    assignment.value = ParseExpr();
    node->assignments.push_back(std::move(assignment));
  } while (AcceptSymbol(","));
  Repair({"WHERE"});
  if (Accept("WHERE")) node->where = ParseExpr();
  return node;
}

}  // namespace millrace::sql
