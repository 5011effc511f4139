// SPDX-License-Identifier: Apache-2.0
#include "formats/record_suite.h"

namespace millrace {
namespace {

Schema WideCsv() {
  return Schema({{"i", DataType::Int()},
                 {"s", DataType::String()},
                 {"d", DataType::Double()},
                 {"n", DataType::Decimal(20, 3)},
                 {"ts", DataType::Timestamp(3)},
                 {"y", DataType::Bytes()},
                 {"a", DataType::Array(DataType::Int())},
                 {"r", DataType::Row({{"p", DataType::Int()}, {"q", DataType::String()}})}});
}

INSTANTIATE_TEST_SUITE_P(
    Csv, RecordFormatTest,
    testing::Values(
        RecordFormatCase{
            .name = "wide",
            .format = "csv",
            .options = {{"null-literal", {"NUL"}}},
            .schema = WideCsv(),
            .lines = "1,\"a,\"\"b\"\"\nc\",1.5,1.5,\"2024-01-02 03:04:05\",AQI=,1;2,5;z\n"
                     "NUL,NUL,NUL,NUL,NUL,NUL,NUL,NUL;NUL\n"
                     "-5,\xC3\xA9,NaN,1E+3,\"1969-12-31 23:59:59.999\",,NUL;1,0;q\n",
            .bad_line = "1,a,1.5,1.5,2024,AQI=,1;x,5;z"},
        RecordFormatCase{.name = "tabs",
                         .format = "csv",
                         .options = {{"field-delimiter", {"\\t"}}, {"escape-character", {"\\"}}},
                         .schema = Schema({{"s", DataType::String()}, {"i", DataType::Int()}}),
                         .lines = "a,b\t1\n\"a\\\\b\"\t2\n",
                         .bad_line = "a\tb"}),
    RecordFormatName);

}  // namespace
}  // namespace millrace
