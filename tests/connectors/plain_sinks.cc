// SPDX-License-Identifier: Apache-2.0
// Sinks without state on the disk: blackhole, print and webhook.
#include "connectors/suite.h"

namespace millrace {
namespace {

INSTANTIATE_TEST_SUITE_P(Plain, SinkTest,
                         testing::Values(ConnectorCase{.name = "blackhole",
                                                       .connector = "blackhole",
                                                       .schema = Schema({{"n", DataType::Int()}})},
                                         ConnectorCase{.name = "print",
                                                       .connector = "print",
                                                       .schema = Schema({{"n", DataType::Int()}})},
                                         ConnectorCase{.name = "webhook",
                                                       .connector = "webhook",
                                                       .options = {{"url", {"http://localhost/"}},
                                                                   {"key", {"n"}}},
                                                       .schema = Schema({{"n", DataType::Int()}})}),
                         ConnectorCaseName);

}  // namespace
}  // namespace millrace
