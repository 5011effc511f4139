// SPDX-License-Identifier: Apache-2.0
#include "env/real/control_group.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "env/process_memory.h"

namespace millrace {
namespace {

namespace fs = std::filesystem;

class ControlGroupTest : public testing::Test {
 protected:
  ControlGroupTest() {
    std::string name = testing::TempDir() + "/groups-XXXXXX";
    root_ = mkdtemp(name.data());
  }
  ~ControlGroupTest() override { fs::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    const fs::path file = root_ + path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  std::string root_;
};

TEST_F(ControlGroupTest, NoneIsNoLimit) {
  EXPECT_EQ(ControlGroupMemoryLimit(root_), std::nullopt);
  Write("/proc/self/cgroup", "");
  EXPECT_EQ(ControlGroupMemoryLimit(root_), std::nullopt);
  Write("/proc/self/cgroup", "\n:\nnothing\n4:memory:/a\n0::/a\n");
  EXPECT_EQ(ControlGroupMemoryLimit(root_), std::nullopt);
}

TEST_F(ControlGroupTest, VersionOneTakesTheLeastAroundIt) {
  Write("/proc/self/cgroup", "9:name=systemd:/\n4:memory:/outer/inner\n0::/\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  Write("/sys/fs/cgroup/memory/outer/memory.limit_in_bytes", "536870912\n");
  EXPECT_EQ(ControlGroupMemoryLimit(root_), 536870912);
  Write("/sys/fs/cgroup/memory/outer/inner/memory.limit_in_bytes", "1073741824\n");
  EXPECT_EQ(ControlGroupMemoryLimit(root_), 536870912);
  Write("/sys/fs/cgroup/memory/outer/inner/memory.limit_in_bytes", "268435456\n");
  EXPECT_EQ(ControlGroupMemoryLimit(root_), 268435456);
}

TEST_F(ControlGroupTest, VersionTwo) {
  Write("/proc/self/cgroup", "0::/system.slice/millrace.service\n");
  Write("/sys/fs/cgroup/system.slice/millrace.service/memory.max", "max\n");
  EXPECT_EQ(ControlGroupMemoryLimit(root_), std::nullopt);
  Write("/sys/fs/cgroup/system.slice/memory.max", "805306368\n");
  EXPECT_EQ(ControlGroupMemoryLimit(root_), 805306368);
}

TEST_F(ControlGroupTest, InAContainerThePathIsThatOfTheMachine) {
  Write("/proc/self/cgroup", "4:memory:/docker/0a1b\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
  EXPECT_EQ(ControlGroupMemoryLimit(root_), 536870912);
}

TEST(ProcessMemoryTest, MemoryThatIsUsedIsSeenAndGivenBack) {
  const auto memory = MakeRealProcessMemory();
  EXPECT_GT(memory->LimitBytes(), 64ull << 20);
  const uint64_t before = memory->UsedBytes();
  EXPECT_GT(before, 0);
  constexpr size_t kBytes = 64 << 20;
  auto block = std::make_unique<std::string>(kBytes, 'x');
  EXPECT_GE(memory->UsedBytes(), before + kBytes * 9 / 10);
  block.reset();
  memory->ReturnFreed();
  EXPECT_LT(memory->UsedBytes(), before + kBytes / 2);
}

}  // namespace
}  // namespace millrace
