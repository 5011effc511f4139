// SPDX-License-Identifier: Apache-2.0
// What every kernel owes its callers: a slice of a column and single values as scalars give the
// rows that the whole column gives, and a row that fails is NULL. What the functions compute is
// checked against Flink in tests/sql/functions.
#include <algorithm>

#include "support/function_calls.h"

namespace millrace {
namespace {

struct LawCase {
  std::string name;
  std::vector<TestColumn> columns;
};

std::vector<std::string> Rows(const ResolvedCall& call, const std::vector<arrow::Datum>& args,
                              int64_t rows) {
  return RunForTest(call.kernel, call.arg_types, call.result, args, rows);
}

void CheckLaws(const LawCase& c) {
  SCOPED_TRACE(c.name);
  CallSite site;
  std::vector<arrow::Datum> whole;
  for (const TestColumn& column : c.columns) {
    site.args.push_back({.type = column.type});
    whole.push_back(ColumnForTest(column));
  }
  const ScalarFunction* function = BuiltinFunctions().Find(c.name);
  ASSERT_NE(function, nullptr);
  const auto call = function->resolve(site);
  ASSERT_TRUE(call.has_value()) << call.error().ToString();
  for (size_t i = 0; i < c.columns.size(); ++i) {
    ASSERT_TRUE(call->arg_types[i].ToArrow()->Equals(*c.columns[i].type.ToArrow()));
  }
  const int64_t rows = whole[0].length();
  const auto expected = Rows(*call, whole, rows);
  ASSERT_EQ(expected.size(), static_cast<size_t>(rows));

  std::vector<arrow::Datum> slices;
  for (const arrow::Datum& column : whole) {
    slices.emplace_back(column.make_array()->Slice(1, rows - 2));
  }
  const auto sliced = Rows(*call, slices, rows - 2);
  EXPECT_EQ(sliced, std::vector<std::string>(expected.begin() + 1, expected.end() - 1));

  for (int64_t row = 0; row < rows; ++row) {
    std::vector<arrow::Datum> scalars;
    std::vector<arrow::Datum> mixed;
    for (size_t i = 0; i < whole.size(); ++i) {
      scalars.emplace_back(whole[i].make_array()->GetScalar(row).ValueOrDie());
      mixed.push_back(i == 0 ? arrow::Datum(whole[i].make_array()->Slice(row, 1)) : scalars[i]);
    }
    const std::vector<std::string> one = {expected[static_cast<size_t>(row)]};
    EXPECT_EQ(Rows(*call, scalars, 1), one);
    EXPECT_EQ(Rows(*call, mixed, 1), one);
  }
}

const DataType kText = DataType::String();
const DataType kInt = DataType::Int();
const DataType kLong = DataType::BigInt();

const TestColumn kWords = {kText, R"(["abc", "a,b;é=1", null, "", "😀x", "{\"a\": [1, 2]}"])"};
const TestColumn kParts = {kText, R"(["b", ",", "x", "a", null, "$.a"])"};
const TestColumn kOthers = {kText, R"(["x", "é", "", "yy", "z", "w"])"};
const TestColumn kNumbers = {kInt, "[2, -1, 3, 0, 1, null]"};
const TestColumn kLongs = {kLong, "[2, -1, 3, 0, 256, null]"};
const TestColumn kLists = {DataType::Array(kInt), "[[3, 1, null, 1], [], null, [7], [2, 2], [5]]"};
const TestColumn kMoreLists = {DataType::Array(kInt), "[[1], [4], [2], null, [2, 9], [5]]"};
const TestColumn kTextLists = {DataType::Array(kText),
                               R"([["a", null], [], null, ["x"], ["q", "r"], [""]])"};
const TestColumn kMaps = {
    DataType::Map(kText.NotNull(), kInt),
    R"([[["b", 1]], [], null, [["a", 2], ["x", null]], [["k", 3]], [["$.a", 4]]])"};

TEST(KernelLawsTest, TextFunctions) {
  for (const char* name : {"UPPER",         "LOWER",          "INITCAP",     "TRIM",
                           "LTRIM",         "RTRIM",          "BTRIM",       "REVERSE",
                           "CHAR_LENGTH",   "ASCII",          "MD5",         "SHA256",
                           "HEX",           "UNHEX",          "TO_BASE64",   "FROM_BASE64",
                           "URL_ENCODE",    "URL_DECODE",     "INET_ATON",   "STR_TO_MAP",
                           "JSON_QUOTE",    "JSON_UNQUOTE",   "JSON_STRING", "JSON",
                           "IS JSON VALUE", "IS JSON OBJECT", "IS_ALPHA",    "IS_DIGIT",
                           "IS_DECIMAL",    "PRINTF",         "TYPEOF"}) {
    CheckLaws({name, {kWords}});
  }
  for (const char* name : {"CONCAT",       "CONCAT_WS",      "||",
                           "LTRIM",        "RTRIM",          "BTRIM",
                           "POSITION",     "LOCATE",         "INSTR",
                           "STARTSWITH",   "ENDSWITH",       "SPLIT",
                           "PARSE_URL",    "LIKE",           "SIMILAR TO",
                           "REGEXP",       "REGEXP_EXTRACT", "REGEXP_COUNT",
                           "REGEXP_INSTR", "REGEXP_SUBSTR",  "REGEXP_EXTRACT_ALL",
                           "JSON_VALUE",   "JSON_QUERY",     "JSON_EXISTS",
                           "ENCODE",       "JSON_ARRAY"}) {
    CheckLaws({name, {kWords, kParts}});
  }
  for (const char* name : {"REPLACE", "TRANSLATE", "REGEXP_REPLACE", "STR_TO_MAP", "CONCAT_WS",
                           "LIKE", "SIMILAR TO"}) {
    CheckLaws({name, {kWords, kParts, kOthers}});
  }
}

TEST(KernelLawsTest, TextAndNumberFunctions) {
  for (const char* name : {"SUBSTRING", "LEFT", "RIGHT", "REPEAT", "PRINTF"}) {
    CheckLaws({name, {kWords, kNumbers}});
  }
  CheckLaws({"LPAD", {kWords, kNumbers, kParts}});
  CheckLaws({"RPAD", {kWords, kNumbers, kParts}});
  CheckLaws({"OVERLAY", {kWords, kParts, kLongs}});
  CheckLaws({"SPLIT_INDEX", {kWords, kParts, kNumbers}});
  CheckLaws({"INSTR", {kWords, kParts, kNumbers, kNumbers}});
  CheckLaws({"ELT", {kLongs, kWords, kParts}});
  CheckLaws({"SHA2", {kWords, kLongs}});
  for (const char* name : {"CHR", "HEX", "INET_NTOA", "JSON_STRING"}) CheckLaws({name, {kLongs}});
}

TEST(KernelLawsTest, CollectionFunctions) {
  for (const char* name : {"CARDINALITY", "ELEMENT", "ARRAY_DISTINCT", "ARRAY_REVERSE",
                           "ARRAY_SORT", "ARRAY_MAX", "ARRAY_MIN", "ARRAY_CONCAT", "JSON_STRING"}) {
    CheckLaws({name, {kLists}});
  }
  for (const char* name :
       {"ARRAY_UNION", "ARRAY_EXCEPT", "ARRAY_INTERSECT", "ARRAY_CONCAT", "MAP_FROM_ARRAYS"}) {
    CheckLaws({name, {kLists, kMoreLists}});
  }
  for (const char* name : {"[]", "ARRAY_CONTAINS", "ARRAY_POSITION", "ARRAY_APPEND",
                           "ARRAY_PREPEND", "ARRAY_REMOVE", "ARRAY_SLICE", "ROW"}) {
    CheckLaws({name, {kLists, kNumbers}});
  }
  CheckLaws({"ARRAY", {kLists, kMoreLists}});
  CheckLaws({"ARRAY_SLICE", {kLists, kNumbers, kNumbers}});
  CheckLaws({"ARRAY_JOIN", {kTextLists, kParts}});
  CheckLaws({"ARRAY_JOIN", {kTextLists, kParts, kOthers}});
  CheckLaws({"ARRAY_SORT", {kTextLists}});
  for (const char* name : {"CARDINALITY", "MAP_KEYS", "MAP_VALUES", "MAP_ENTRIES", "JSON_STRING"}) {
    CheckLaws({name, {kMaps}});
  }
  CheckLaws({"[]", {kMaps, kParts}});
  CheckLaws({"MAP_UNION", {kMaps, kMaps}});
  CheckLaws({"MAP", {kOthers, kLists}});
  CheckLaws({"MAP", {kParts, kNumbers}});
  CheckLaws({"ROW", {kWords, kLists, kMaps}});
}

}  // namespace
}  // namespace millrace
