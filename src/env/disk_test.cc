// SPDX-License-Identifier: Apache-2.0
// One suite over every implementation of Disk.
#include "env/disk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "env/simulated/disk.h"

namespace millrace {
namespace {

struct Kind {
  const char* name;
  bool real;
};

class DiskTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (GetParam().real) {
      char path[] = "/tmp/millrace-disk-XXXXXX";
      ASSERT_NE(mkdtemp(path), nullptr);
      root_ = path;
      disk_ = MakeRealDisk();
    } else {
      root_ = "/data";
      disk_ = std::make_unique<SimulatedDisk>();
      ASSERT_TRUE(disk_->CreateDirectories(root_));
    }
  }
  void TearDown() override { EXPECT_TRUE(disk_->RemoveTree(root_)); }

  std::string Path(const std::string& name) const { return root_ + "/" + name; }
  void Write(const std::string& name, std::string_view bytes) {
    auto file = disk_->OpenForAppend(Path(name), std::nullopt);
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE((*file)->Append(bytes) && (*file)->Sync() && (*file)->Close());
  }
  std::vector<std::string> List(bool recursive) {
    std::vector<std::string> names;
    const auto files = disk_->List(root_, recursive);
    EXPECT_TRUE(files.has_value());
    for (const FileInfo& file : *files) {
      names.push_back(file.path.substr(root_.size() + 1) + (file.directory ? "/" : ""));
    }
    return names;
  }

  std::string root_;
  std::unique_ptr<Disk> disk_;
};

TEST_P(DiskTest, ReadsWhatWasWritten) {
  Write("a", "hello world");
  EXPECT_EQ(*disk_->ReadAll(Path("a")), "hello world");
  auto file = disk_->OpenForRead(Path("a"));
  ASSERT_TRUE(file.has_value());
  char bytes[16];
  EXPECT_EQ(*(*file)->ReadAt(6, 5, bytes), 5u);
  EXPECT_EQ(std::string_view(bytes, 5), "world");
  EXPECT_EQ(*(*file)->ReadAt(9, 16, bytes), 2u);
  EXPECT_EQ(*(*file)->ReadAt(100, 16, bytes), 0u);
  EXPECT_EQ(*(*file)->Size(), 11u);
}

TEST_P(DiskTest, AppendsBehindWhatIsKept) {
  Write("a", "0123456789");
  auto file = disk_->OpenForAppend(Path("a"), 4);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ((*file)->size(), 4u);
  ASSERT_TRUE((*file)->Append("xy") && (*file)->Close());
  EXPECT_EQ(*disk_->ReadAll(Path("a")), "0123xy");
  EXPECT_FALSE(disk_->OpenForAppend(Path("a"), 100).has_value());
  auto fresh = disk_->OpenForAppend(Path("a"), std::nullopt);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(*disk_->ReadAll(Path("a")), "");
}

TEST_P(DiskTest, NamesWhatIsMissing) {
  const auto missing = disk_->OpenForRead(Path("nothing"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, "MR0801");
  EXPECT_EQ(missing.error().domain, ErrorDomain::kExternal);
  EXPECT_NE(missing.error().message.find(Path("nothing")), std::string::npos);
  EXPECT_FALSE(missing.error().detail.empty());
  EXPECT_FALSE(disk_->OpenForAppend(Path("no/such/dir"), std::nullopt).has_value());
  EXPECT_FALSE(disk_->Rename(Path("nothing"), Path("b")).has_value());
  EXPECT_TRUE(disk_->Remove(Path("nothing")).has_value());
  EXPECT_FALSE(disk_->List(Path("nothing"), false).has_value());
  EXPECT_EQ(*disk_->Stat(Path("nothing")), std::nullopt);
  EXPECT_FALSE(disk_->OpenForRead(root_).has_value());
}

TEST_P(DiskTest, ListsSortedByNameAndDepth) {
  ASSERT_TRUE(disk_->CreateDirectories(Path("d/e")));
  Write("b", "");
  Write("a", "x");
  Write("d/e/f", "");
  EXPECT_EQ(List(false), (std::vector<std::string>{"a", "b", "d/"}));
  EXPECT_EQ(List(true), (std::vector<std::string>{"a", "b", "d/", "d/e/", "d/e/f"}));
  const auto info = disk_->Stat(Path("a"));
  ASSERT_TRUE(info.has_value() && info->has_value());
  EXPECT_EQ((*info)->size, 1u);
  EXPECT_FALSE((*info)->directory);
  EXPECT_TRUE((*disk_->Stat(Path("d")))->directory);
}

TEST_P(DiskTest, RenamesOverAnotherFile) {
  Write("a", "new");
  Write("b", "old");
  ASSERT_TRUE(disk_->Rename(Path("a"), Path("b")));
  EXPECT_EQ(List(false), (std::vector<std::string>{"b"}));
  EXPECT_EQ(*disk_->ReadAll(Path("b")), "new");
}

TEST_P(DiskTest, AnOpenFileFollowsItsRename) {
  auto file = disk_->OpenForAppend(Path("a"), std::nullopt);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(disk_->Rename(Path("a"), Path("b")));
  ASSERT_TRUE((*file)->Append("late"));
  EXPECT_EQ(*disk_->ReadAll(Path("b")), "late");
}

TEST_P(DiskTest, WritesAtomically) {
  ASSERT_TRUE(disk_->WriteAtomic(Path("a"), "one"));
  ASSERT_TRUE(disk_->WriteAtomic(Path("a"), "two"));
  EXPECT_EQ(*disk_->ReadAll(Path("a")), "two");
  EXPECT_EQ(List(false), (std::vector<std::string>{"a"}));
}

TEST_P(DiskTest, LocksOncePerFile) {
  auto lock = disk_->Lock(Path("lock"));
  ASSERT_TRUE(lock.has_value());
  const auto second = disk_->Lock(Path("lock"));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, "MR0803");
  EXPECT_TRUE(second.error().detail.starts_with("process "));
  if (GetParam().real) {
    EXPECT_EQ(second.error().detail, "process " + std::to_string(getpid()));
  }
  lock->reset();
  EXPECT_TRUE(disk_->Lock(Path("lock")).has_value());
}

TEST_P(DiskTest, RemovesTrees) {
  ASSERT_TRUE(disk_->CreateDirectories(Path("d/e/f")));
  Write("d/e/g", "x");
  ASSERT_TRUE(disk_->RemoveTree(Path("d")));
  EXPECT_TRUE(List(true).empty());
  EXPECT_TRUE(disk_->RemoveTree(Path("d")).has_value());
}

INSTANTIATE_TEST_SUITE_P(All, DiskTest,
                         testing::Values(Kind{"Real", true}, Kind{"Simulated", false}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace millrace
