// SPDX-License-Identifier: Apache-2.0
#include "formats/record_suite.h"

namespace millrace {
namespace {

Schema WideJson() {
  return Schema({{"i", DataType::Int()},
                 {"s", DataType::String()},
                 {"d", DataType::Double()},
                 {"b", DataType::Boolean()},
                 {"n", DataType::Decimal(20, 3)},
                 {"ts", DataType::Timestamp(3)},
                 {"y", DataType::Bytes()},
                 {"a", DataType::Array(DataType::Row({{"x", DataType::BigInt()}}))},
                 {"m", DataType::Map(DataType::String(), DataType::Array(DataType::Int()))},
                 {"r", DataType::Row({{"p", DataType::String()}, {"q", DataType::Date()}})}});
}

constexpr const char* kJsonLines =
    "{\"i\":1,\"s\":\"a\\\"b\\n\",\"d\":1.5,\"b\":true,\"n\":1.5,\"ts\":\"2024-01-02 03:04:05\","
    "\"y\":\"AQI=\",\"a\":[{\"x\":1},null,{\"x\":null}],\"m\":{\"k\":[1,null],\"l\":[]},"
    "\"r\":{\"p\":\"z\",\"q\":\"2024-02-29\"}}\n"
    "{\"i\":null,\"s\":null,\"d\":null,\"b\":null,\"n\":null,\"ts\":null,\"y\":null,\"a\":null,"
    "\"m\":null,\"r\":null}\n"
    "{\"i\":-2147483648,\"s\":\"\xC3\xA9\xE2\x82\xAC\\uD83D\\uDE00\",\"d\":\"NaN\",\"b\":false,"
    "\"n\":-12345678901234567.891,\"ts\":\"1969-12-31 23:59:59.999\",\"y\":\"\",\"a\":[],\"m\":{},"
    "\"r\":{\"p\":null,\"q\":null}}\n";

INSTANTIATE_TEST_SUITE_P(
    Json, RecordFormatTest,
    testing::Values(RecordFormatCase{.name = "wide",
                                     .format = "json",
                                     .schema = WideJson(),
                                     .lines = kJsonLines,
                                     .bad_line = "{\"i\":1,\"a\":[{\"x\":1},{\"x\":[]}]}"},
                    RecordFormatCase{.name = "iso",
                                     .format = "json",
                                     .options = {{"timestamp-format.standard", {"ISO-8601"}}},
                                     .schema = Schema({{"l", DataType::TimestampLtz(6)}}),
                                     .lines = "{\"l\":\"2024-01-02T03:04:05.123456Z\"}\n",
                                     .bad_line = "{\"l\":\"2024-01-02T03:04:05\"}"}),
    RecordFormatName);

}  // namespace
}  // namespace millrace
