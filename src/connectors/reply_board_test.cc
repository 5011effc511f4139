// SPDX-License-Identifier: Apache-2.0
// Requests on the board: answers, deadlines, rows that were passed, and ids of other processes.
#include "connectors/reply_board.h"

#include <gtest/gtest.h>

#include <optional>

namespace millrace {
namespace {

using End = RequestReplies::End;
using Outcome = RowReply::Outcome;

class ReplyBoardTest : public ::testing::Test {
 protected:
  ReplyCallback Keep() {
    return [this](RequestReplies replies) {
      ++calls_;
      last_ = std::move(replies);
    };
  }

  ReplyBoard board_{0x1234};
  int calls_ = 0;
  std::optional<RequestReplies> last_;
};

TEST_F(ReplyBoardTest, EndsWhenEveryRowHasItsAnswer) {
  const auto posted = board_.Post(2, 1000, Keep());
  ASSERT_EQ(posted.ids.size(), 2u);
  EXPECT_NE(posted.ids[0], posted.ids[1]);
  board_.Answer(posted.ids[1], {"b1", "b2"});
  EXPECT_EQ(calls_, 0);
  board_.Answer(posted.ids[1], {"again"});  // the first answer counts
  board_.Answer(posted.ids[0], {"a"});
  ASSERT_EQ(calls_, 1);
  EXPECT_EQ(last_->end, End::kComplete);
  EXPECT_EQ(last_->rows[0].rows, std::vector<std::string>{"a"});
  EXPECT_EQ(last_->rows[1].rows, (std::vector<std::string>{"b1", "b2"}));
  EXPECT_EQ(board_.waiting(), 0u);
  board_.Answer(posted.ids[0], {"late"});
  board_.Expire(5000);
  EXPECT_EQ(calls_, 1);
}

TEST_F(ReplyBoardTest, DeadlinesEndRequestsInTheirOrder) {
  const auto early = board_.Post(1, 1000, Keep());
  const auto late = board_.Post(1, 2000, Keep());
  board_.Expire(999);
  EXPECT_EQ(calls_, 0);
  board_.Expire(1000);
  ASSERT_EQ(calls_, 1);
  EXPECT_EQ(last_->end, End::kDeadline);
  EXPECT_EQ(last_->rows[0].outcome, Outcome::kWaiting);
  EXPECT_EQ(board_.waiting(), 1u);
  board_.Answer(early.ids[0], {"too late"});
  EXPECT_EQ(calls_, 1);
  board_.Answer(late.ids[0], {"x"});
  EXPECT_EQ(calls_, 2);
}

TEST_F(ReplyBoardTest, IdsOfAnotherProcessAnswerNobody) {
  ReplyBoard before(0x9999);
  const auto old = before.Post(1, 1000, [](const RequestReplies&) {});
  const auto posted = board_.Post(1, 1000, Keep());
  board_.Answer(old.ids[0], {"x"});
  for (const char* bad : {"", "-", "0000000000001234", "0000000000001234-", "zz00000000001234-1",
                          "0000000000001234-zz", "0000000000001234-00000001x"}) {
    board_.Answer(bad, {"x"});
  }
  EXPECT_EQ(calls_, 0);
  board_.Answer(posted.ids[0], {"x"});
  EXPECT_EQ(calls_, 1);
}

TEST_F(ReplyBoardTest, ARowIsPassedWithTheSecondEpochBehindItsReading) {
  board_.SetAnswersAtOnce("job", true);
  board_.AddAnswerer("job");
  board_.OnEpoch("job", 7);
  const auto posted = board_.Post(1, 1000, Keep());
  board_.MarkRead("job", posted.ids[0]);
  board_.OnEpoch("job", 8);
  board_.OnEpoch("job", 8);  // every writer says it
  EXPECT_EQ(calls_, 0);
  board_.OnEpoch("job", 9);
  ASSERT_EQ(calls_, 1);
  EXPECT_EQ(last_->end, End::kComplete);
  EXPECT_EQ(last_->rows[0].outcome, Outcome::kPassed);
}

TEST_F(ReplyBoardTest, AJobThatHoldsRowsBackNeverPassesThem) {
  board_.AddAnswerer("job");
  const auto posted = board_.Post(1, 1000, Keep());
  board_.MarkRead("job", posted.ids[0]);
  for (uint64_t epoch = 1; epoch < 10; ++epoch) board_.OnEpoch("job", epoch);
  EXPECT_EQ(calls_, 0);
}

TEST_F(ReplyBoardTest, AllAnsweringJobsMustHavePassedTheRow) {
  for (const char* job : {"a", "b"}) {
    board_.SetAnswersAtOnce(job, true);
    board_.AddAnswerer(job);
  }
  const auto posted = board_.Post(1, 1000, Keep());
  board_.MarkRead("a", posted.ids[0]);
  for (uint64_t epoch = 1; epoch < 5; ++epoch) board_.OnEpoch("a", epoch);
  EXPECT_EQ(calls_, 0);
  board_.MarkRead("b", posted.ids[0]);
  board_.Answer(posted.ids[0], {"from b"});
  ASSERT_EQ(calls_, 1);
  EXPECT_EQ(last_->rows[0].outcome, Outcome::kAnswered);
}

TEST_F(ReplyBoardTest, StopEndsRequestsNowAndLater) {
  board_.Post(1, 1000, Keep());
  board_.Stop();
  EXPECT_EQ(calls_, 1);
  EXPECT_EQ(last_->end, End::kStopped);
  board_.Post(3, 1000, Keep());
  EXPECT_EQ(calls_, 2);
  EXPECT_EQ(last_->rows.size(), 3u);
}

TEST_F(ReplyBoardTest, WithdrawnRequestsAreNotCalled) {
  const auto posted = board_.Post(2, 1000, Keep());
  board_.Withdraw(posted);
  board_.Answer(posted.ids[0], {"x"});
  board_.Expire(2000);
  EXPECT_EQ(calls_, 0);
}

TEST_F(ReplyBoardTest, ReadOffsetIsThatOfTheSlowestJob) {
  EXPECT_EQ(board_.ReadOffset("t", 0), -1);
  board_.NoteRead("a", "t", 0, 10);
  board_.NoteRead("b", "t", 0, 4);
  EXPECT_EQ(board_.ReadOffset("t", 0), 4);
  EXPECT_EQ(board_.ReadOffset("t", 1), -1);
}

}  // namespace
}  // namespace millrace
