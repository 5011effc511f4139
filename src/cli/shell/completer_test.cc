// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/completer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

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
  EXPECT_THAT(At(""), Contains("INSERT INTO"));
  EXPECT_THAT(At("sel"), ElementsAre("select"));
}

TEST_F(CompleterTest, TablesBehindFrom) {
  EXPECT_THAT(At("SELECT * FROM "), ElementsAre("payments", "people", "TABLE("));
  EXPECT_THAT(At("SELECT * FROM pay"), ElementsAre("payments"));
  EXPECT_EQ(completer_.Complete("SELECT * FROM pay", "").prefix, 3U);
}

TEST_F(CompleterTest, ColumnsOfTheTablesInUse) {
  EXPECT_THAT(At("SELECT am", " FROM payments"), ElementsAre("amount"));
  EXPECT_THAT(At("SELECT ", " FROM people"), AllOf(Contains("name"), Not(Contains("amount"))));
  EXPECT_THAT(At("SELECT p.", " FROM payments AS p"), ElementsAre("id", "amount", "`order no`"));
  EXPECT_THAT(At("SELECT `ord", " FROM payments"), ElementsAre("order no`"));
}

TEST_F(CompleterTest, FunctionsAndKeywordsAsTyped) {
  EXPECT_THAT(At("SELECT upp"), ElementsAre("upper("));
  EXPECT_THAT(At("SELECT * FROM people WHE"), ElementsAre("WHERE", "WHEN"));
}

TEST_F(CompleterTest, OptionsOfTheConnectorAndItsFormat) {
  const std::string table = "CREATE TABLE t (a INT) WITH (";
  EXPECT_THAT(At(table + "'con"), ElementsAre("connector'"));
  EXPECT_THAT(At(table + "'connector' = 'file"), ElementsAre("filesystem'"));
  EXPECT_THAT(At(table + "'connector' = 'filesystem', 'pa"), Contains("path'"));
  EXPECT_THAT(At(table + "'connector' = 'filesystem', 'format' = 'json', 'json.ig"),
              Contains("json.ignore-parse-errors'"));
  EXPECT_THAT(At("SELECT * FROM people WHERE name IN ('"), IsEmpty());
}

TEST_F(CompleterTest, SettingsAndTheirValues) {
  EXPECT_THAT(At("SET 'pipeline.na"), ElementsAre("pipeline.name'"));
  EXPECT_THAT(At("SET 'millrace.over.emit' = 'on"), ElementsAre("on-arrival'"));
}

TEST_F(CompleterTest, NothingInComments) {
  EXPECT_THAT(At("SELECT 1 -- fro"), IsEmpty());
  EXPECT_THAT(At("SELECT 1 -- note\nFROM peo"), ElementsAre("people"));
}

}  // namespace
}  // namespace millrace
