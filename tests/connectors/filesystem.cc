// SPDX-License-Identifier: Apache-2.0
#include "connectors/suite.h"

namespace millrace {
namespace {

void MakeFiles(Machine* machine) {
  std::string large;
  for (int i = 0; large.size() < (5u << 20) / 2; ++i) large += std::to_string(i) + "\n";
  EXPECT_TRUE(machine->disk.CreateDirectories("/in/sub").has_value());
  EXPECT_TRUE(machine->disk.WriteAtomic("/in/large", large).has_value());
  EXPECT_TRUE(machine->disk.WriteAtomic("/in/empty", "").has_value());
  EXPECT_TRUE(machine->disk.WriteAtomic("/in/sub/small", "no line feed").has_value());
}

INSTANTIATE_TEST_SUITE_P(Filesystem, SourceTest,
                         testing::Values(ConnectorCase{
                             .name = "filesystem",
                             .connector = "filesystem",
                             .options = {{"path", {"/in"}}},
                             .schema = Schema({{"s", DataType::String()}}),
                             .prepare = MakeFiles}),
                         ConnectorCaseName);

INSTANTIATE_TEST_SUITE_P(
    Filesystem, SinkTest,
    testing::Values(ConnectorCase{.name = "filesystem",
                                  .connector = "filesystem",
                                  .options = {{"path", {"/out"}}},
                                  .schema = Schema({{"n", DataType::Int()}})},
                    ConnectorCase{
                        .name = "filesystem_small_files",
                        .connector = "filesystem",
                        .options = {{"path", {"/out"}}, {"sink.rolling-policy.file-size", {"1 b"}}},
                        .schema = Schema({{"n", DataType::Int()}})}),
    ConnectorCaseName);

}  // namespace
}  // namespace millrace
