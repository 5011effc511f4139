// SPDX-License-Identifier: Apache-2.0
// Types. `INT ARRAY` and `INT MULTISET` are the same as ARRAY<INT> and MULTISET<INT>.
#include "sql/parse/grammar.h"

namespace millrace::sql {
namespace {

struct SimpleType {
  std::string_view word;
  TypeKind kind;
  bool precision;
  bool scale;
};
constexpr SimpleType kSimple[] = {
    {"BOOLEAN", TypeKind::kBoolean, false, false},
    {"STRING", TypeKind::kString, false, false},
    {"BYTES", TypeKind::kBytes, false, false},
    {"TINYINT", TypeKind::kTinyint, false, false},
    {"SMALLINT", TypeKind::kSmallint, false, false},
    {"INT", TypeKind::kInt, false, false},
    {"INTEGER", TypeKind::kInt, false, false},
    {"BIGINT", TypeKind::kBigint, false, false},
    {"FLOAT", TypeKind::kFloat, false, false},
    {"REAL", TypeKind::kFloat, false, false},
    {"DATE", TypeKind::kDate, false, false},
    {"VARIANT", TypeKind::kVariant, false, false},
    {"BITMAP", TypeKind::kBitmap, false, false},
    {"VARCHAR", TypeKind::kVarchar, true, false},
    {"DECIMAL", TypeKind::kDecimal, true, true},
    {"DEC", TypeKind::kDecimal, true, true},
    {"NUMERIC", TypeKind::kDecimal, true, true},
    {"VARBINARY", TypeKind::kVarbinary, true, false},
    {"TIMESTAMP_LTZ", TypeKind::kTimestampLtz, true, false},
};

/// What other systems call our types.
struct ForeignType {
  std::string_view word;
  std::string_view ours;
};
constexpr ForeignType kForeign[] = {
    {"TEXT", "STRING"},        {"INT64", "BIGINT"},
    {"INT32", "INT"},          {"LONG", "BIGINT"},
    {"FLOAT64", "DOUBLE"},     {"FLOAT32", "FLOAT"},
    {"BOOL", "BOOLEAN"},       {"BLOB", "BYTES"},
    {"BYTEA", "BYTES"},        {"INT8", "BIGINT"},
    {"INT4", "INT"},           {"INT2", "SMALLINT"},
    {"FLOAT8", "DOUBLE"},      {"FLOAT4", "FLOAT"},
    {"JSON", "STRING"},        {"JSONB", "STRING"},
    {"UUID", "STRING"},        {"SERIAL", "INT"},
    {"STRUCT", "ROW"},         {"NUMBER", "DECIMAL"},
    {"NVARCHAR", "STRING"},    {"TIMESTAMPTZ", "TIMESTAMP_LTZ"},
    {"DATETIME", "TIMESTAMP"}, {"VARCHAR2", "VARCHAR"},
};

}  // namespace

TypeNamePtr Grammar::ParseType(bool with_nullability) {
  Nest nest(this);
  uint32_t begin = Begin();
  int suffixes = 0;
  auto type = std::make_shared<TypeName>();
  ParseTypeBase(type.get());
  while (!failed()) {
    size_t ahead = AtWords({"NOT", "NULL"}) ? 2 : WordAt(0, "NULL") ? 1 : 0;
    bool array = WordAt(ahead, "ARRAY");
    if (!array && !WordAt(ahead, "MULTISET")) break;
    type->nullability = ParseNullability();
    Take();
    type->span = From(begin);
    auto outer = std::make_shared<TypeName>();
    outer->kind = array ? TypeKind::kArray : TypeKind::kMultiset;
    outer->elements.push_back(std::move(type));
    type = std::move(outer);
    if (++suffixes > kMaxNesting) {
      FailWith("MR0113", "this type is nested too deeply (more than 200 levels)", From(begin));
    }
  }
  if (with_nullability) type->nullability = ParseNullability();
  type->span = From(begin);
  if (AtSymbol("[") && SymbolAt(1, "]")) return ParseBrackets(std::move(type), begin);
  return type;
}

/// STRING[], as in other dialects.
TypeNamePtr Grammar::ParseBrackets(TypeNamePtr element, uint32_t begin) {
  const std::string text = TextOf(From(begin));
  Take();
  Take();
  Report("MR0105", "found `[]`, expected ARRAY<..> around the type", From(begin)).try_text =
      "ARRAY<" + text + ">";
  auto array = std::make_shared<TypeName>();
  array->kind = TypeKind::kArray;
  array->elements.push_back(std::move(element));
  array->span = From(begin);
  return array;
}

Nullability Grammar::ParseNullability() {
  if (AcceptWords({"NOT", "NULL"})) return Nullability::kNotNull;
  if (Accept("NULL")) return Nullability::kNullable;
  return Nullability::kUnspecified;
}

void Grammar::ParseTypeBase(TypeName* type) {
  if (ParseSimpleType(type)) return;
  if (Accept("CHAR") || Accept("CHARACTER")) {
    type->kind = Accept("VARYING") ? TypeKind::kVarchar : TypeKind::kChar;
    return ParsePrecision(type, false);
  }
  if (Accept("BINARY")) {
    type->kind = Accept("VARYING") ? TypeKind::kVarbinary : TypeKind::kBinary;
    return ParsePrecision(type, false);
  }
  if (Accept("DOUBLE")) {
    Accept("PRECISION");
    type->kind = TypeKind::kDouble;
    return;
  }
  if (Accept("TIME")) {
    type->kind = TypeKind::kTime;
    ParsePrecision(type, false);
    AcceptWords({"WITHOUT", "TIME", "ZONE"});
    return;
  }
  if (At("TIMESTAMP")) return ParseTimestampType(type);
  if (Accept("INTERVAL")) {
    type->kind = TypeKind::kInterval;
    type->interval = ParseIntervalQualifier();
    return;
  }
  if (Accept("ARRAY")) return ParseCollectionType(type, TypeKind::kArray, 1);
  if (Accept("MULTISET")) return ParseCollectionType(type, TypeKind::kMultiset, 1);
  if (At("MAP") && SymbolAt(1, "<")) {
    Take();
    return ParseCollectionType(type, TypeKind::kMap, 2);
  }
  if (At("ROW") || (At("STRUCTURED") && SymbolAt(1, "<"))) return ParseRowFields(type);
  if (Accept("RAW")) {
    type->kind = TypeKind::kRaw;
    ExpectOpen("RAW");
    type->arguments.push_back(ExpectString("a class name"));
    ExpectSymbol(",");
    type->arguments.push_back(ExpectString("a serializer"));
    return Close();
  }
  const Token& token = Peek();
  if (token.kind != TokenKind::kWord && token.kind != TokenKind::kQuotedIdentifier) {
    return Fail("a type");
  }
  for (const ForeignType& foreign : kForeign) {
    if (token.kind == TokenKind::kWord && foreign.word == token.value && !SymbolAt(1, ".")) {
      Diagnostic& diagnostic =
          Report("MR0102", "found `" + TextOf(token.span) + "`, expected a type", token.span);
      diagnostic.candidates.emplace_back(foreign.ours);
      diagnostic.try_text = foreign.ours;
      if (foreign.ours == "ROW" && SymbolAt(1, "<")) return ParseRowFields(type);
      Take();
      if (SymbolAt(0, "(")) ParsePrecision(type, true);
      return;
    }
  }
  if (Repair({"STRING",        "BOOLEAN", "TINYINT",  "SMALLINT", "INTEGER",  "BIGINT",
              "FLOAT",         "DOUBLE",  "DECIMAL",  "NUMERIC",  "VARCHAR",  "CHAR",
              "VARBINARY",     "BINARY",  "BYTES",    "DATE",     "TIME",     "TIMESTAMP",
              "TIMESTAMP_LTZ", "ARRAY",   "MULTISET", "ROW",      "INTERVAL", "INT"})) {
    return ParseTypeBase(type);
  }
  type->kind = TypeKind::kUserDefined;
  type->user_defined = ParseName("a type");
}

bool Grammar::ParseSimpleType(TypeName* type) {
  const Token& token = Peek();
  if (token.kind != TokenKind::kWord) return false;
  for (const SimpleType& simple : kSimple) {
    if (token.value != simple.word) continue;
    type->kind = simple.kind;
    Take();
    if (simple.precision) ParsePrecision(type, simple.scale);
    return true;
  }
  return false;
}

void Grammar::ParsePrecision(TypeName* type, bool scale) {
  if (!Open("(")) return;
  type->precision = ExpectInteger("a length or precision");
  if (scale && AcceptSymbol(",")) type->scale = ExpectInteger("a scale");
  Close();
}

void Grammar::ParseTimestampType(TypeName* type) {
  Take();
  type->kind = TypeKind::kTimestamp;
  ParsePrecision(type, false);
  if (AcceptWords({"WITHOUT", "TIME", "ZONE"})) return;
  if (AcceptWords({"WITH", "LOCAL", "TIME", "ZONE"})) {
    type->kind = TypeKind::kTimestampLtz;
  } else if (AtWords({"WITH", "TIME", "ZONE"})) {
    uint32_t begin = Begin();
    for (int i = 0; i < 3; ++i) Take();
    Diagnostic& diagnostic =
        Report("MR0111", "found WITH TIME ZONE, expected WITH LOCAL TIME ZONE", From(begin));
    diagnostic.try_text = "WITH LOCAL TIME ZONE";
    type->kind = TypeKind::kTimestampLtz;
  }
}

void Grammar::ParseCollectionType(TypeName* type, TypeKind kind, size_t elements) {
  type->kind = kind;
  if (AtSymbol("(")) return ParseCollectionInParentheses(type, elements);
  if (!Open("<")) {
    std::string name(TypeKindName(kind));
    return Fail("`<` and " + std::string(elements == 2 ? "the key type" : "the element type") +
                " after " + name);
  }
  for (size_t i = 0; i < elements && !failed(); ++i) {
    if (i > 0) ExpectSymbol(",", "the key type");
    type->elements.push_back(ParseType(true));
  }
  ExpectTypeClose();
}

/// ARRAY(INT), as in other dialects.
void Grammar::ParseCollectionInParentheses(TypeName* type, size_t elements) {
  uint32_t begin = Begin();
  Open("(");
  for (size_t i = 0; i < elements && !failed(); ++i) {
    if (i > 0) ExpectSymbol(",", "the key type");
    type->elements.push_back(ParseType(true));
  }
  Close();
  if (failed()) return;
  const std::string text = TextOf(From(begin));
  Report("MR0105", "found `(`, expected `<` and `>` around the types inside", From(begin))
      .try_text = "<" + text.substr(1, text.size() - 2) + ">";
}

void Grammar::ExpectTypeClose() {
  if (AtSymbol("<>")) return Fail("`,` or `>`");
  Close(">");
}

/// ROW<a INT, b STRING 'comment'>, ROW(..), ROW<>, STRUCTURED<'class', a INT>.
void Grammar::ParseRowFields(TypeName* type) {
  bool structured = Take().value == "STRUCTURED";
  type->kind = structured ? TypeKind::kStructured : TypeKind::kRow;
  if (AcceptSymbol("<>")) return;
  bool parenthesis = !structured && Open("(");
  if (!parenthesis && !Open("<")) return Fail("`<` and the fields");
  std::string_view closing = parenthesis ? ")" : ">";
  if (structured) {
    type->arguments.push_back(ExpectString("a class name"));
    if (!AcceptSymbol(",")) return ExpectTypeClose();
  }
  while (!failed() && !AtSymbol(closing)) {
    TypeField field;
    field.name = ParseNewName("a field name");
    if (AtSymbol(":")) {
      Report("MR0105", "found `:`, expected a type right after the field name", Peek().span)
          .try_text = " ";
      Take();
    }
    field.type = ParseType(true);
    field.comment = AcceptString();
    type->fields.push_back(std::move(field));
    if (!NextInList(closing)) break;
  }
  if (parenthesis) return Close(")");
  ExpectTypeClose();
}

}  // namespace millrace::sql
