// SPDX-License-Identifier: Apache-2.0
// Rows that answer requests: grouped by id, NULL and unknown ids left alone.
#include "connectors/reply/sink.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "connectors/reply_board.h"

namespace millrace {
namespace {

std::shared_ptr<arrow::Array> Ids(const std::vector<std::optional<std::string>>& ids) {
  arrow::StringBuilder builder;
  for (const auto& id : ids) {
    EXPECT_TRUE((id ? builder.Append(*id) : builder.AppendNull()).ok());
  }
  return builder.Finish().ValueOrDie();
}

TEST(ReplySink, AnswersTheRequestsThatRowsName) {
  ReplyBoard board(7);
  std::vector<RequestReplies> ended;
  const auto keep = [&](RequestReplies replies) { ended.push_back(std::move(replies)); };
  const auto first = board.Post(1, 1000, keep);
  const auto second = board.Post(1, 1000, keep);
  TableContext table;
  table.metadata_keys = {"request-id"};
  table.services.replies = &board;
  const auto sink = std::move(*MakeReplyConnector()->MakeSink(table));

  const std::string bytes = "{1}{2}{3}{4}{5}";
  const std::vector<size_t> ends{3, 6, 9, 12, 15};
  const std::vector<std::shared_ptr<arrow::Array>> metadata{
      Ids({first.ids[0], second.ids[0], first.ids[0], std::nullopt, "stranger"})};
  const Batch batch{.num_rows = 5};
  ASSERT_TRUE(sink->Write({.batch = &batch, .bytes = bytes, .ends = ends, .metadata = metadata}));
  ASSERT_EQ(ended.size(), 2u);
  size_t rows = 0;
  for (const RequestReplies& replies : ended) rows += replies.rows[0].rows.size();
  EXPECT_EQ(rows, 3u);
  const bool both = ended[0].rows[0].rows == std::vector<std::string>{"{1}", "{3}"} ||
                    ended[1].rows[0].rows == std::vector<std::string>{"{1}", "{3}"};
  EXPECT_TRUE(both);
}

TEST(ReplySink, ATableMustSayWhomItAnswers) {
  const auto connector = MakeReplyConnector();
  TableContext table;
  EXPECT_EQ(connector->Check(table, /*for_write=*/true).error().code, "MR0506");
  table.metadata_keys = {"request-id"};
  EXPECT_TRUE(connector->Check(table, /*for_write=*/true));
}

}  // namespace
}  // namespace millrace
