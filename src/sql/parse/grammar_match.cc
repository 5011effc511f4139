// SPDX-License-Identifier: Apache-2.0
// MATCH_RECOGNIZE. The whole standard grammar is read, also what the dialect refuses later, so that
// the refusal can name the part and its place.
#include "sql/parse/grammar.h"

namespace millrace::sql {

std::shared_ptr<MatchRecognize> Grammar::ParseMatchRecognize(TableRefPtr input) {
  auto match = std::make_shared<MatchRecognize>();
  Take();
  ExpectOpen("MATCH_RECOGNIZE");
  match->input = std::move(input);
  Adopt(match.get(), match->input);
  if (AcceptWords({"PARTITION", "BY"})) {
    do {
      if (failed()) break;
      match->partition_by.push_back(ParseExpr());
    } while (AcceptSymbol(","));
  }
  if (AcceptWords({"ORDER", "BY"})) match->order_by = ParseSortList();
  if (Accept("MEASURES")) match->measures = ParseMeasures();
  if (AcceptWords({"ONE", "ROW", "PER", "MATCH"})) {
    match->rows = MatchRecognize::Rows::kOneRow;
  } else if (AcceptWords({"ALL", "ROWS", "PER", "MATCH"})) {
    match->rows = MatchRecognize::Rows::kAllRows;
  }
  if (At("AFTER")) ParseMatchSkip(match.get());
  ParseMatchPattern(match.get());
  if (Accept("SUBSET")) {
    do {
      if (failed()) break;
      MatchRecognize::Subset subset;
      subset.name = ParseIdentifier("a pattern variable");
      ExpectSymbol("=", "the name of the subset");
      subset.variables = ParseNameList("a pattern variable");
      match->subsets.push_back(std::move(subset));
    } while (AcceptSymbol(","));
  }
  Expect("DEFINE");
  match->definitions = ParseDefinitions();
  Close();
  AdoptAll(match.get(), match->partition_by);
  AdoptSort(match.get(), match->order_by);
  Adopt(match.get(), match->within);
  Adopt(match.get(), match->pattern);
  for (const auto& measure : match->measures) Adopt(match.get(), measure.value);
  for (const auto& definition : match->definitions) Adopt(match.get(), definition.value);
  return match;
}

std::vector<MatchRecognize::Named> Grammar::ParseMeasures() {
  std::vector<MatchRecognize::Named> measures;
  do {
    if (failed()) break;
    MatchRecognize::Named measure;
    measure.value = ParseExpr();
    Expect("AS");
    measure.name = ParseNewName("the name of the measure");
    measures.push_back(std::move(measure));
  } while (AcceptSymbol(","));
  return measures;
}

std::vector<MatchRecognize::Named> Grammar::ParseDefinitions() {
  std::vector<MatchRecognize::Named> definitions;
  do {
    if (failed()) break;
    MatchRecognize::Named definition;
    definition.name = ParseIdentifier("a pattern variable");
    Expect("AS");
    definition.value = ParseExpr();
    definitions.push_back(std::move(definition));
  } while (NextInList());
  return definitions;
}

void Grammar::ParseMatchSkip(MatchRecognize* match) {
  uint32_t begin = Begin();
  ExpectWords({"AFTER", "MATCH", "SKIP"});
  if (Accept("PAST")) {
    ExpectWords({"LAST", "ROW"});
    match->skip = MatchRecognize::Skip::kPastLastRow;
  } else {
    Expect("TO");
    if (AtWords({"NEXT", "ROW"})) {
      Take();
      Take();
      match->skip = MatchRecognize::Skip::kToNextRow;
    } else {
      bool first = At("FIRST") && Peek(1).kind != TokenKind::kSymbol;
      match->skip = first ? MatchRecognize::Skip::kToFirst : MatchRecognize::Skip::kToLast;
      if (first || At("LAST")) Take();
      match->skip_variable = ParseIdentifier("NEXT ROW, FIRST or LAST and a pattern variable");
    }
  }
  match->skip_span = From(begin);
}

void Grammar::ParseMatchPattern(MatchRecognize* match) {
  Expect("PATTERN");
  ExpectOpen("PATTERN");
  match->anchored_start = AcceptSymbol("^");
  match->pattern = ParsePatternAlternation();
  if (Peek().kind == TokenKind::kWord && Peek().value == "$") {
    Take();
    match->anchored_end = true;
  }
  Close();
  if (!Accept("WITHIN")) return;
  if (At("INTERVAL")) {
    match->within = ParseInterval();
  } else {
    Fail("an interval after WITHIN");
  }
}

RowPatternPtr Grammar::ParsePatternAlternation() {
  Nest nest(this);
  uint32_t begin = Begin();
  RowPatternPtr first = ParsePatternSequence();
  if (!AtSymbol("|")) return first;
  auto node = std::make_shared<RowPattern>();
  node->kind = RowPattern::Kind::kAlternation;
  node->children.push_back(std::move(first));
  while (AcceptSymbol("|")) node->children.push_back(ParsePatternSequence());
  for (const RowPatternPtr& child : node->children) Adopt(node.get(), child);
  node->span = From(begin);
  return node;
}

RowPatternPtr Grammar::ParsePatternSequence() {
  uint32_t begin = Begin();
  auto node = std::make_shared<RowPattern>();
  node->kind = RowPattern::Kind::kConcatenation;
  do {
    if (failed()) break;
    node->children.push_back(ParsePatternFactor());
  } while (!AtSymbol(")") && !AtSymbol("|") && !AtSymbol(",") && !AtSymbol("-") && !AtEnd() &&
           !(Peek().kind == TokenKind::kWord && Peek().value == "$"));
  for (const RowPatternPtr& child : node->children) Adopt(node.get(), child);
  node->span = From(begin);
  if (node->children.size() == 1) return node->children[0];
  return node;
}

RowPatternPtr Grammar::ParsePatternFactor() {
  uint32_t begin = Begin();
  RowPatternPtr atom = ParsePatternAtom();
  auto node = std::make_shared<RowPattern>();
  node->kind = RowPattern::Kind::kQuantified;
  if (AcceptSymbol("*")) {
    node->min = 0;
  } else if (AcceptSymbol("+")) {
    node->min = 1;
  } else if (AcceptSymbol("?")) {
    node->min = 0;
    node->max = 1;
  } else if (AtSymbol("{") && !SymbolAt(1, "-")) {
    Open("{");
    node->min = 0;
    if (Peek().kind == TokenKind::kInteger) node->min = ExpectInteger("a number");
    if (AcceptSymbol(",")) {
      if (Peek().kind == TokenKind::kInteger) node->max = ExpectInteger("a number");
    } else if (!failed()) {
      node->max = node->min;
    }
    Close("}");
  } else {
    return atom;
  }
  node->reluctant = AcceptSymbol("?");
  node->children.push_back(std::move(atom));
  Adopt(node.get(), node->children[0]);
  node->span = From(begin);
  return node;
}

RowPatternPtr Grammar::ParsePatternAtom() {
  uint32_t begin = Begin();
  if (Open("(")) {
    RowPatternPtr inner = ParsePatternAlternation();
    Close();
    return inner;
  }
  auto node = std::make_shared<RowPattern>();
  if (AtSymbol("{") && SymbolAt(1, "-")) {
    Open("{");
    Take();
    node->kind = RowPattern::Kind::kExcluded;
    node->children.push_back(ParsePatternAlternation());
    ExpectSymbol("-");
    Close("}");
  } else if (At("PERMUTE") && SymbolAt(1, "(")) {
    Take();
    Open("(");
    node->kind = RowPattern::Kind::kPermute;
    do {
      if (failed()) break;
      node->children.push_back(ParsePatternAlternation());
    } while (NextInList());
    Close();
  } else {
    node->variable = ParseIdentifier("a pattern variable");
  }
  for (const RowPatternPtr& child : node->children) Adopt(node.get(), child);
  node->span = From(begin);
  return node;
}

}  // namespace millrace::sql
