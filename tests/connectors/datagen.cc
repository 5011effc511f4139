// SPDX-License-Identifier: Apache-2.0
#include "connectors/suite.h"

namespace millrace {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Datagen, SourceTest,
    testing::Values(
        ConnectorCase{.name = "datagen",
                      .connector = "datagen",
                      .options = {{"number-of-rows", {"1003"}},
                                  {"rows-per-second", {"1000000000"}},
                                  {"fields.s.length", {"5"}}},
                      .schema = Schema({{"n", DataType::Int()}, {"s", DataType::String()}}),
                      .extras = {{"seed", {"7"}}}},
        ConnectorCase{.name = "datagen_splits",
                      .connector = "datagen",
                      .options = {{"number-of-rows", {"100"}}, {"scan.parallelism", {"3"}}},
                      .schema = Schema({{"n", DataType::BigInt()}}),
                      .extras = {{"seed", {"7"}}}}),
    ConnectorCaseName);

}  // namespace
}  // namespace millrace
