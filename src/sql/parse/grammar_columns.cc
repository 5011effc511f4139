// SPDX-License-Identifier: Apache-2.0
// Columns, watermarks, constraints, distribution, LIKE. A wrong column is reported and the next one
// read, as most files with one mistake in a table have several.
#include "sql/keywords.h"
#include "sql/parse/grammar.h"

namespace millrace::sql {

TableElements Grammar::ParseTableElements(ColumnContext context) {
  TableElements elements;
  uint32_t begin = Begin();
  elements.present = true;
  ExpectOpen("the name");
  if (AtSymbol(")")) Fail("a column");
  size_t brackets = open_brackets();
  bool more = !failed();
  while (more) {
    ParseTableElement(&elements, context);
    bool named = AtIdentifier() && Peek(1).kind == TokenKind::kWord;
    if (!failed() && MissingComma(named || AtWords({"WATERMARK", "FOR"}) || AtConstraint())) {
      continue;
    }
    if (!failed() && !AtSymbol(",") && !AtSymbol(")")) Close();  // says what is missing
    more = failed() ? RecoverInList(brackets) : NextInList();
  }
  Close();
  elements.span = From(begin);
  return elements;
}

bool Grammar::AtConstraint() const {
  if (AtAny({"CONSTRAINT", "UNIQUE"})) {
    TokenKind next = Peek(1).kind;
    return next == TokenKind::kWord || next == TokenKind::kQuotedIdentifier || SymbolAt(1, "(");
  }
  return AtWords({"PRIMARY", "KEY"});
}

/// PRIMARY KEY (..) is no part of a column: a comma is missing before it.
bool Grammar::KeyWithColumns() const { return AtWords({"PRIMARY", "KEY"}) && SymbolAt(2, "("); }

void Grammar::ParseTableElement(TableElements* elements, ColumnContext context) {
  if (AtWords({"FOREIGN", "KEY"}) || (At("CHECK") && SymbolAt(1, "("))) {
    return FailWith("MR0111",
                    "found `" + Peek().value + "`, expected a column, WATERMARK or PRIMARY KEY: " +
                        "there are no other constraints",
                    Peek().span);
  }
  if (context != ColumnContext::kModel && AtConstraint()) {
    elements->constraints.push_back(ParseConstraint(nullptr));
    return;
  }
  if (context != ColumnContext::kModel && AtWords({"WATERMARK", "FOR"})) {
    uint32_t begin = Begin();
    WatermarkDefinition watermark = ParseWatermark();
    if (!elements->watermarks.empty() && !failed()) {
      Report("MR0118", "found a second WATERMARK, expected one only", From(begin))
          .labels.push_back({elements->watermarks[0].span, "the first one"});
    }
    elements->watermarks.push_back(std::move(watermark));
    return;
  }
  elements->columns.push_back(ParseColumn(context));
}

ColumnDefinition Grammar::ParseColumn(ColumnContext context) {
  using Kind = ColumnDefinition::Kind;
  ColumnDefinition column;
  uint32_t begin = Begin();
  column.name = ParseNewName("the name of a column");
  if (AtSymbol(".")) {
    FailWith("MR0119", "a field inside a column cannot be defined or altered", Peek().span);
  }
  bool ends = AtSymbol(",") || AtSymbol(")");
  if (Accept("AS")) {
    column.kind = Kind::kComputed;
    column.expression = ParseExpr();
    if (const auto* subquery = As<Subquery>(column.expression)) {
      Report("MR0119", "a computed column cannot be a subquery", subquery->span);
    }
  } else if (ends && context == ColumnContext::kCreate) {
    column.kind = Kind::kNameOnly;
  } else {
    if (ends) Fail("a type after the name of the column");
    const uint32_t type_begin = Begin();
    column.type = ParseType(true);
    if (AtComputedBehindType()) {
      ParseComputedBehindType(type_begin, &column);
    } else if (context != ColumnContext::kModel) {
      ParseColumnSuffix(&column);
    }
  }
  if (At("DEFAULT") && !failed()) {
    FailWith("MR0111", "found `DEFAULT`: columns have no default values, expected `,` or `)`",
             Peek().span);
  }
  column.comment = AcceptComment();
  if (context == ColumnContext::kAlter) {
    ColumnPosition position;
    position.first = Accept("FIRST");
    if (!position.first && Accept("AFTER")) position.after = ParseIdentifier("a column name");
    if (position.first || position.after) column.position = std::move(position);
  }
  if (!failed() && column.comment && AtConstraint()) {
    FailWith("MR0116", "found a constraint after COMMENT, expected COMMENT last", Peek().span);
  }
  column.span = From(begin);
  return column;
}

bool Grammar::AtComputedBehindType() const {
  return At("AS") || AtWords({"GENERATED", "ALWAYS", "AS"});
}

/// `b INT AS a + 1`, as in other dialects.
void Grammar::ParseComputedBehindType(uint32_t type_begin, ColumnDefinition* column) {
  if (failed()) return;
  while (!Accept("AS")) Take();
  Diagnostic& diagnostic =
      Report("MR0111", "a computed column has the type of its expression, expected `AS` alone",
             From(type_begin));
  diagnostic.try_text = "AS";
  column->kind = ColumnDefinition::Kind::kComputed;
  column->expression = ParseExpr();
}

/// METADATA [FROM 'key'] [VIRTUAL], or an inline constraint.
void Grammar::ParseColumnSuffix(ColumnDefinition* column) {
  if (!AtAny({"METADATA", "PRIMARY", "UNIQUE", "CONSTRAINT", "COMMENT"})) {
    Repair({"METADATA", "PRIMARY", "COMMENT", "VIRTUAL"});
  }
  if (Accept("METADATA")) {
    column->kind = ColumnDefinition::Kind::kMetadata;
    if (Accept("FROM")) column->metadata_key = ExpectString("a metadata key");
    column->is_virtual = Accept("VIRTUAL");
  } else if (AtAny({"PRIMARY", "UNIQUE", "CONSTRAINT"}) && !KeyWithColumns()) {
    column->inline_constraint = ParseConstraint(&column->name);
    if (AtWords({"NOT", "NULL"}) || At("NULL")) {
      FailWith("MR0116", "found `NOT NULL` after the constraint, expected it right after the type",
               Peek().span.Cover(Peek(1).span));
    }
  }
}

WatermarkDefinition Grammar::ParseWatermark() {
  WatermarkDefinition watermark;
  uint32_t begin = Begin();
  Take();
  Expect("FOR");
  watermark.column = ParseName("the name of a column");
  Expect("AS");
  watermark.expression = ParseExpr();
  watermark.span = From(begin);
  return watermark;
}

Constraint Grammar::ParseConstraint(const Identifier* inline_column) {
  Constraint constraint;
  uint32_t begin = Begin();
  if (Accept("CONSTRAINT")) constraint.name = ParseIdentifier("the name of the constraint");
  if (Accept("UNIQUE")) {
    constraint.kind = Constraint::Kind::kUnique;
  } else {
    ExpectWords({"PRIMARY", "KEY"});
  }
  if (inline_column != nullptr) {
    constraint.columns.push_back(*inline_column);
  } else if (AtSymbol("(")) {
    constraint.columns = ParseNameList("the name of a column");
  } else {
    Fail("`(` and the columns of the key");
  }
  if (Accept("ENFORCED")) {
    constraint.enforcement = Constraint::Enforcement::kEnforced;
  } else if (AtWords({"NOT", "ENFORCED"})) {
    Take();
    Take();
    constraint.enforcement = Constraint::Enforcement::kNotEnforced;
  } else if (At("NOT") && !WordAt(1, "NULL")) {
    Take();
    Expect("ENFORCED");
    constraint.enforcement = Constraint::Enforcement::kNotEnforced;
  }
  constraint.span = From(begin);
  return constraint;
}

std::optional<Distribution> Grammar::ParseDistribution(std::string_view keyword) {
  uint32_t begin = Begin();
  Expect(keyword);
  Distribution distribution;
  if (!AtAny({"BY", "INTO"})) {
    Fail("`BY` and columns, or `INTO` and a number of buckets");
    return std::nullopt;
  }
  if (Accept("BY")) {
    if (Accept("HASH")) {
      distribution.kind = Distribution::Kind::kHash;
    } else if (Accept("RANGE")) {
      distribution.kind = Distribution::Kind::kRange;
    } else if (!AtSymbol("(")) {
      Fail("HASH, RANGE or `(` and columns");
    }
    distribution.columns = ParseNameList("the name of a column");
  }
  if (Accept("INTO")) {
    distribution.buckets = ExpectInteger("the number of buckets");
    Expect("BUCKETS");
  }
  distribution.span = From(begin);
  return distribution;
}

LikeClause Grammar::ParseLikeClause() {
  LikeClause like;
  uint32_t begin = Begin();
  Take();
  like.source = ParseName("the name of a table");
  if (Open("(")) {
    do {
      if (failed()) break;
      like.options.push_back(ParseLikeOption());
      if (AtSymbol(",")) {
        Report("MR0101", "found `,`, expected LIKE options without commas", Peek().span).try_text =
            " ";
        Take();
      }
    } while (!AtSymbol(")") && !AtEnd());
    Close();
  }
  like.span = From(begin);
  if (At("WITH")) {
    FailWith("MR0116", "found WITH after LIKE, expected WITH (..) first", Peek().span);
  }
  return like;
}

LikeOption Grammar::ParseLikeOption() {
  using Strategy = LikeOption::Strategy;
  using Feature = LikeOption::Feature;
  LikeOption option;
  uint32_t begin = Begin();
  Repair({"INCLUDING", "EXCLUDING", "OVERWRITING"});
  if (Accept("INCLUDING")) {
    option.strategy = Strategy::kIncluding;
  } else if (Accept("EXCLUDING")) {
    option.strategy = Strategy::kExcluding;
  } else if (Accept("OVERWRITING")) {
    option.strategy = Strategy::kOverwriting;
  } else {
    Fail("INCLUDING, EXCLUDING or OVERWRITING");
  }
  static constexpr std::pair<std::string_view, Feature> kFeatures[] = {
      {"ALL", Feature::kAll},
      {"CONSTRAINTS", Feature::kConstraints},
      {"OPTIONS", Feature::kOptions},
      {"DISTRIBUTION", Feature::kDistribution},
      {"METADATA", Feature::kMetadata},
      {"GENERATED", Feature::kGenerated},
      {"WATERMARKS", Feature::kWatermarks},
      {"PARTITIONS", Feature::kPartitions},
  };
  Repair({"CONSTRAINTS", "OPTIONS", "DISTRIBUTION", "METADATA", "GENERATED", "WATERMARKS",
          "PARTITIONS", "ALL"});
  bool found = false;
  for (const auto& [word, feature] : kFeatures) {
    if (found || !Accept(word)) continue;
    option.feature = feature;
    found = true;
  }
  if (!found) {
    Fail("ALL, CONSTRAINTS, DISTRIBUTION, GENERATED, METADATA, OPTIONS, PARTITIONS or WATERMARKS");
  }
  option.span = From(begin);
  return option;
}

std::optional<Identifier> Grammar::ParseLanguage() {
  if (!Accept("LANGUAGE")) return std::nullopt;
  Identifier language{Peek().value, false, Peek().span};
  if (!AtAny({"JAVA", "SCALA", "SQL", "PYTHON"})) {
    Fail("JAVA, SCALA, SQL or PYTHON");
    return std::nullopt;
  }
  Take();
  return language;
}

}  // namespace millrace::sql
