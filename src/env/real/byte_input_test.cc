// SPDX-License-Identifier: Apache-2.0
// An input that is a pipe: what is there, its end, and who is woken when something comes.
#include "env/byte_input.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <semaphore>

namespace millrace {
namespace {

class ByteInputTest : public testing::Test {
 protected:
  ByteInputTest() {
    EXPECT_EQ(pipe(ends_.data()), 0);
    input_ = MakeByteInput(ends_[0]);
  }
  ~ByteInputTest() override {
    input_.reset();
    Close();
    close(ends_[0]);
  }
  void Send(std::string_view text) {
    EXPECT_EQ(write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void Close() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  ByteInput::Got Read() { return *input_->Read(100, 0, &text_); }

  std::array<int, 2> ends_{-1, -1};
  std::unique_ptr<ByteInput> input_;
  std::string text_;
};

TEST_F(ByteInputTest, GivesWhatIsThereAndTheEnd) {
  EXPECT_EQ(Read(), ByteInput::Got::kNothing);
  Send("ab");
  EXPECT_EQ(Read(), ByteInput::Got::kBytes);
  Send("c");
  EXPECT_EQ(Read(), ByteInput::Got::kBytes);
  EXPECT_EQ(text_, "abc");
  Close();
  EXPECT_EQ(Read(), ByteInput::Got::kEnd);
}

TEST_F(ByteInputTest, WakesWhoFoundNothing) {
  std::counting_semaphore<> woken(0);
  ASSERT_TRUE(input_->SetWake([&woken] { woken.release(); }));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Read(), ByteInput::Got::kNothing);
    EXPECT_FALSE(woken.try_acquire());
    Send("x");
    woken.acquire();
    EXPECT_EQ(Read(), ByteInput::Got::kBytes);
  }
  EXPECT_EQ(Read(), ByteInput::Got::kNothing);
  Close();
  woken.acquire();
  EXPECT_EQ(Read(), ByteInput::Got::kEnd);
}

TEST_F(ByteInputTest, NobodyIsWokenAfterwards) {
  std::counting_semaphore<> woken(0);
  ASSERT_TRUE(input_->SetWake([&woken] { woken.release(); }));
  EXPECT_EQ(Read(), ByteInput::Got::kNothing);  // it waits in its poll now, or will
  ASSERT_TRUE(input_->SetWake(nullptr));
  Send("x");
  EXPECT_EQ(Read(), ByteInput::Got::kBytes);
  EXPECT_FALSE(woken.try_acquire());
}

}  // namespace
}  // namespace millrace
