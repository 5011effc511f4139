// SPDX-License-Identifier: Apache-2.0
#include "connectors/print/print.h"

#include <arrow/array/builder_primitive.h>
#include <gtest/gtest.h>

namespace millrace {
namespace {

struct Lines final : LineWriter {
  Status Write(std::string_view lines) override {
    text += lines;
    ++writes;
    return OkStatus();
  }
  std::string text;
  int writes = 0;
};

TEST(PrintTest, ShowsRowsAsFlinkInOneWrite) {
  const auto connector = MakePrintConnector();
  Lines out;
  Lines error;
  TableContext table{.table = "t", .schema = Schema({{"n", DataType::Int()}})};
  table.env = {.output = &out, .error = &error};
  arrow::Int32Builder builder;
  ASSERT_TRUE(builder.Append(1).ok() && builder.AppendNull().ok());
  Batch batch{.num_rows = 2, .columns = {*builder.Finish()}};
  batch.kinds = std::make_shared<const std::vector<ChangeKind>>(
      std::vector<ChangeKind>{ChangeKind::kUpdateBefore, ChangeKind::kUpdateAfter});

  table.options = Options(connector->options(), {});
  auto sink = connector->MakeSink(table);
  ASSERT_TRUE((*sink)->Write({.batch = &batch}));
  EXPECT_EQ(out.text, "-U[1]\n+U[null]\n");
  EXPECT_EQ(out.writes, 1);

  table.options =
      Options(connector->options(), {{"print-identifier", {"id"}}, {"standard-error", {"true"}}});
  sink = connector->MakeSink(table);
  ASSERT_TRUE((*sink)->Write({.batch = &batch}));
  EXPECT_EQ(error.text, "id> -U[1]\nid> +U[null]\n");
}

}  // namespace
}  // namespace millrace
