// SPDX-License-Identifier: Apache-2.0
// CREATE FUNCTION: Flink's form, which names a class, and the form with a signature, whose body is
// an expression or a Python function. A body given as text is parsed in place, so that what is
// wrong in it is shown where it stands.
#include "sql/parse/grammar.h"

namespace millrace::sql {

StatementPtr Grammar::ParseCreateFunction(CreateMode mode, bool temporary, bool system) {
  auto function = std::make_shared<CreateFunction>();
  Take();
  function->mode = mode;
  function->temporary = temporary;
  function->system = system;
  function->if_not_exists = IfNotExists();
  function->name = ParseName("the name of the function");
  if (system && !temporary && !failed()) {
    Report("MR0119", "a system function must be temporary: CREATE TEMPORARY SYSTEM FUNCTION",
           function->name.span);
  }
  if (AtSymbol("(")) {
    function->has_parameters = true;
    function->parameters = ParseParameters();
    if (Accept("RETURNS")) ParseReturns(function.get());
  }
  function->language = ParseLanguage();
  ParseFunctionBody(function.get());
  if (At("USING") && function->language && function->language->text == "PYTHON") {
    FailWith("MR0119", "a Python function takes no USING", Peek().span);
    last().next_step = "Say where its files are with SET 'python.files' = 'folder-or-file';";
  }
  if (Accept("USING")) {
    do {
      if (failed()) break;
      FunctionResource resource;
      resource.kind = {Peek().value, false, Peek().span};
      if (!Accept("JAR") && !Accept("ARTIFACT")) Fail("JAR or ARTIFACT");
      resource.path = ExpectString("a path");
      function->resources.push_back(std::move(resource));
    } while (AcceptSymbol(","));
  }
  if (Accept("WITH")) function->options = ParseOptions();
  return function;
}

std::vector<ColumnDefinition> Grammar::ParseParameters() {
  if (AtSymbol("(") && SymbolAt(1, ")")) {
    Take();
    Take();
    return {};
  }
  return ParseTableElements(ColumnContext::kModel).columns;
}

void Grammar::ParseReturns(CreateFunction* function) {
  if (AtAny({"TABLE"}) && SymbolAt(1, "(")) {
    Take();
    function->returns_table = true;
    function->table_columns = ParseTableElements(ColumnContext::kModel).columns;
    return;
  }
  function->returns = ParseType(true);
}

void Grammar::ParseFunctionBody(CreateFunction* function) {
  const auto is_language = [&](std::string_view language) {
    return function->language && function->language->text == language;
  };
  if (function->has_parameters && Accept("RETURN")) {
    if (function->language && !is_language("SQL")) {
      Report("MR0119", "RETURN is the body of a SQL function; another language says AS '..'",
             function->language->span);
    }
    function->body = ParseExpr();
    if (!function->language) function->language = ParseLanguage();
    return;
  }
  Expect("AS");
  const Token text = Peek();
  if (function->has_parameters && text.kind != TokenKind::kString && !AtEnd()) {
    FailWith("MR0101", "found `" + TextOf(text.span) + "`, expected a text: AS '..', or RETURN",
             text.span);
    last().next_step = "Write CREATE FUNCTION f(x INT) RETURN x + 1;";
    return;
  }
  function->class_name = ExpectString(is_language("SQL")      ? "the expression of the function"
                                      : is_language("PYTHON") ? "'module.function'"
                                                              : "the class of the function");
  if (!function->language) function->language = ParseLanguage();
  if (failed()) return;
  if (function->has_parameters && !function->language) {
    Report("MR0119", "a function with parameters says its language: LANGUAGE SQL or PYTHON",
           function->class_name.span);
    return;
  }
  if (!is_language("SQL") || !function->has_parameters) return;
  Grammar body(*this, text);
  function->body = body.ParseSingleExpression();
  EndInner(body);
}

}  // namespace millrace::sql
