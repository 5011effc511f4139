// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/completer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace millrace {
namespace {

using Words = std::vector<std::string>;

bool Has(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class CompleterTest : public ::testing::Test {
 protected:
  CompleterTest() : compiler_(Options()), completer_(registries_, &compiler_) {
    DiagnosticList diagnostics;
    compiler_.Compile(R"(CREATE TABLE payments (id BIGINT, amount DOUBLE, `order no` INT)
                           WITH ('connector' = 'datagen');
                         CREATE TABLE people (name STRING) WITH ('connector' = 'datagen');)",
                      &diagnostics);
    EXPECT_FALSE(diagnostics.has_errors());
  }

  std::vector<std::string> At(const std::string& before, const std::string& after = "") {
    return completer_.Complete(before, after).words;
  }

 private:
  CompilerOptions Options() {
    RegisterBuiltinConnectors(&connectors_);
    RegisterBuiltinFormats(&formats_);
    RegisterBuiltinModelBackends(&models_);
    registries_ = {&BuiltinFunctions(), &BuiltinAggregates(), &connectors_, &formats_, &models_};
    CompilerOptions options;
    options.registries = registries_;
    return options;
  }

 protected:
  ConnectorRegistry connectors_;
  FormatRegistry formats_;
  ModelBackendRegistry models_;
  Registries registries_;
  Compiler compiler_;
  Completer completer_;
};

TEST_F(CompleterTest, StatementsAtTheStart) {
  EXPECT_TRUE(Has(At(""), "INSERT INTO"));
  EXPECT_EQ(At("sel"), (Words{"select"}));
}

TEST_F(CompleterTest, TablesBehindFrom) {
  EXPECT_EQ(At("SELECT * FROM "), (Words{"payments", "people", "TABLE("}));
  EXPECT_EQ(At("SELECT * FROM pay"), (Words{"payments"}));
  EXPECT_EQ(completer_.Complete("SELECT * FROM pay", "").prefix, 3U);
}

TEST_F(CompleterTest, ColumnsOfTheTablesInUse) {
  EXPECT_EQ(At("SELECT am", " FROM payments"), (Words{"amount"}));
  const Words words = At("SELECT ", " FROM people");
  EXPECT_TRUE(Has(words, "name"));
  EXPECT_FALSE(Has(words, "amount"));
  EXPECT_EQ(At("SELECT p.", " FROM payments AS p"), (Words{"id", "amount", "`order no`"}));
  EXPECT_EQ(At("SELECT `ord", " FROM payments"), (Words{"order no`"}));
}

TEST_F(CompleterTest, FunctionsAndKeywordsAsTyped) {
  EXPECT_EQ(At("SELECT upp"), (Words{"upper("}));
  EXPECT_EQ(At("SELECT * FROM people WHE"), (Words{"WHEN", "WHERE"}));
}

TEST_F(CompleterTest, OptionsOfTheConnectorAndItsFormat) {
  const std::string table = "CREATE TABLE t (a INT) WITH (";
  EXPECT_EQ(At(table + "'con"), (Words{"connector'"}));
  EXPECT_EQ(At(table + "'connector' = 'file"), (Words{"filesystem'"}));
  EXPECT_TRUE(Has(At(table + "'connector' = 'filesystem', 'pa"), "path'"));
  EXPECT_TRUE(Has(At(table + "'connector' = 'filesystem', 'format' = 'json', 'json.ig"),
                  "json.ignore-parse-errors'"));
  EXPECT_EQ(At("SELECT * FROM people WHERE name IN ('"), Words{});
}

TEST_F(CompleterTest, SettingsAndTheirValues) {
  EXPECT_EQ(At("SET 'pipeline.na"), (Words{"pipeline.name'"}));
  EXPECT_EQ(At("SET 'millrace.over.emit' = 'on"), (Words{"on-arrival'"}));
}

TEST_F(CompleterTest, NothingInComments) {
  EXPECT_EQ(At("SELECT 1 -- fro"), Words{});
  EXPECT_EQ(At("SELECT 1 -- note\nFROM peo"), (Words{"people"}));
}

}  // namespace
}  // namespace millrace
