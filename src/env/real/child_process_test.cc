// SPDX-License-Identifier: Apache-2.0
#include "env/child_process.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

using Talk = ChildProcess::Talk;
constexpr int64_t kLongMs = 60'000;

std::unique_ptr<ChildProcess> Start(const std::string& script, ChildProcessSpec spec = {}) {
  spec.arguments = {"sh", "-c", script};
  auto child = MakeRealProcessLauncher()->Start(spec);
  EXPECT_TRUE(child.has_value());
  return *std::move(child);
}

std::string ReceiveText(ChildProcess* child, size_t size) {
  std::string text(size, '\0');
  EXPECT_EQ(child->Receive(text.data(), size, kLongMs), Talk::kDone);
  return text;
}

TEST(ChildProcessTest, BytesGoBothWays) {
  const auto child = Start("exec cat <&3 >&3");
  EXPECT_EQ(child->Send("hello", kLongMs), Talk::kDone);
  EXPECT_EQ(ReceiveText(child.get(), 5), "hello");
  EXPECT_GT(child->waited_ns(), 0);
}

TEST(ChildProcessTest, HasItsVariables) {
  const auto child = Start("printf %s \"$GIVEN\" >&3", {.variables = {{"GIVEN", "value"}}});
  EXPECT_EQ(ReceiveText(child.get(), 5), "value");
}

TEST(ChildProcessTest, SaysHowItEnded) {
  char byte = 0;
  const auto exits = Start("exit 7");
  EXPECT_EQ(exits->Receive(&byte, 1, kLongMs), Talk::kEnded);
  EXPECT_EQ(exits->End(), "exit status 7");
  const auto dies = Start("kill -SEGV $$");
  EXPECT_EQ(dies->Receive(&byte, 1, kLongMs), Talk::kEnded);
  EXPECT_TRUE(dies->End().starts_with("signal 11")) << dies->End();
  ChildProcessSpec spec;
  spec.arguments = {"/no/such/program"};
  const auto missing = *MakeRealProcessLauncher()->Start(spec);
  EXPECT_EQ(missing->Receive(&byte, 1, kLongMs), Talk::kEnded);
  EXPECT_EQ(missing->End(), "exit status 127");
}

TEST(ChildProcessTest, OneThatDoesNotGetOnIsSilent) {
  char byte = 0;
  const auto sleeps = Start("exec sleep 600");
  EXPECT_EQ(sleeps->Receive(&byte, 1, 100), Talk::kSilent);
  EXPECT_EQ(sleeps->End(), "killed");
}

TEST(ChildProcessTest, ProgressIsASignOfLife) {
  // All together it takes longer than silence may last.
  const auto works = Start(
      "for i in 1 2 3 4 5 6 7; do sleep 0.5; printf \"\\\\00$i\" | "
      "dd of=/proc/self/fd/4 conv=notrunc 2>/dev/null; done; printf x >&3");
  char byte = 0;
  EXPECT_EQ(works->Receive(&byte, 1, 3000), Talk::kDone);
  EXPECT_EQ(byte, 'x');
  EXPECT_EQ(works->progress(), 7u);
}

TEST(ChildProcessTest, MemoryIsLimited) {
  const auto child = Start("ulimit -v >&3", {.memory_max = 1 << 30});
  EXPECT_EQ(ReceiveText(child.get(), 7), "1048576");
}

}  // namespace
}  // namespace millrace
