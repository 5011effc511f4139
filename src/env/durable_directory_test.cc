// SPDX-License-Identifier: Apache-2.0
#include "env/durable_directory.h"

#include <gtest/gtest.h>

#include "env/clock.h"
#include "env/simulated/disk.h"

namespace millrace {
namespace {

using Operation = SimulatedDisk::Operation;

/// Fails from the `left`-th sync of a directory on, as if the process had died there.
void DieAtSync(SimulatedDisk* disk, int left) {
  disk->SetFaults([left](Operation operation, const std::string&) mutable -> Status {
    if (operation != Operation::kSyncDirectory || left-- > 0) return OkStatus();
    return ExternalError("MR0801", "killed");
  });
}

void Go(SimulatedDisk* disk) { disk->SetFaults(nullptr); }

TEST(DurableDirectory, IsThereAfterAPowerLossWhereverTheFirstAttemptDied) {
  for (const std::string& path : {"/a", "/a/b/c", "/a/b/"}) {
    for (int syncs = 0; syncs < 4; ++syncs) {
      for (uint64_t seed = 1; seed <= 8; ++seed) {
        SimulatedDisk disk;
        DieAtSync(&disk, syncs);
        (void)CreateDurableDirectory(&disk, path);
        disk.Kill();
        Go(&disk);
        ASSERT_TRUE(CreateDurableDirectory(&disk, path));
        disk.Crash(MakeRandom(seed).get());
        const auto found = disk.Stat(path);
        EXPECT_TRUE(found && *found) << path << ", killed at sync " << syncs << ", seed " << seed;
      }
    }
  }
}

TEST(DurableDirectory, OneThatSomebodyElseMadeIsMadeDurable) {
  SimulatedDisk disk;
  ASSERT_TRUE(disk.CreateDirectories("/data"));
  ASSERT_TRUE(CreateDurableDirectory(&disk, "/data"));
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    disk.Crash(MakeRandom(seed).get());
    EXPECT_TRUE(disk.Stat("/data").value());
  }
}

TEST(DurableDirectory, AFailedSyncIsAnError) {
  SimulatedDisk disk;
  ASSERT_TRUE(disk.CreateDirectories("/data"));
  DieAtSync(&disk, 0);
  EXPECT_FALSE(CreateDurableDirectory(&disk, "/data"));
  EXPECT_FALSE(CreateDurableDirectory(&disk, "/data/more"));
}

TEST(DurableDirectory, AParentThatCannotBeReadIsNotOurs) {
  SimulatedDisk disk;
  ASSERT_TRUE(disk.CreateDirectories("/private/data"));
  disk.SetFaults([](Operation, const std::string& path) -> Status {
    if (path != "/private") return OkStatus();
    return ExternalError("MR0801", "permission denied");
  });
  EXPECT_TRUE(CreateDurableDirectory(&disk, "/private/data"));
  Go(&disk);
}

}  // namespace
}  // namespace millrace
