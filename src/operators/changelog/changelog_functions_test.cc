// SPDX-License-Identifier: Apache-2.0
// Kinds of changes become a column, and a column becomes kinds, however the rows are cut.
#include <gtest/gtest.h>

#include "plan/nodes/changelog_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

TEST(ToChangelogTest, GivesEachChangeItsCode) {
  const auto node =
      std::make_shared<ToChangelogNode>(InputNode(Schema({{"k", DataType::String()}})), "op",
                                        ToChangelogNode::Codes{"I", std::nullopt, "U", "D"});
  EXPECT_EQ(node->schema()[0].name, "op");
  const Script script = {
      {.cells = {"a"}, .kind = ChangeKind::kInsert},
      {.cells = {"a"}, .kind = ChangeKind::kUpdateBefore},
      {.cells = {"b"}, .kind = ChangeKind::kUpdateAfter},
      {.cells = {"b"}, .kind = ChangeKind::kDelete},
  };
  EXPECT_EQ(RunEveryWay(node, script),
            (std::vector<std::string>{"+I[I, a]", "+I[U, b]", "+I[D, b]"}));
}

TEST(FromChangelogTest, MakesTheCodeTheKind) {
  const Schema input({{"k", DataType::String()}, {"op", DataType::String()}});
  const auto node =
      std::make_shared<FromChangelogNode>(InputNode(input), 1,
                                          FromChangelogNode::Kinds{{"c", ChangeKind::kInsert},
                                                                   {"r", ChangeKind::kInsert},
                                                                   {"b", ChangeKind::kUpdateBefore},
                                                                   {"a", ChangeKind::kUpdateAfter},
                                                                   {"d", ChangeKind::kDelete}});
  const Script script = {{.cells = {"x", "c"}},
                         {.cells = {"y", "r"}},
                         {.cells = {"x", "b"}},
                         {.cells = {"z", "a"}},
                         {.cells = {"y", "d"}}};
  EXPECT_EQ(RunEveryWay(node, script),
            (std::vector<std::string>{"+I[x]", "+I[y]", "-U[x]", "+U[z]", "-D[y]"}));
}

}  // namespace
}  // namespace millrace
