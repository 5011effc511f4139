// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/source.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_primitive.h>
#include <gtest/gtest.h>

#include "connectors/filesystem/filesystem.h"
#include "env/simulated/clock.h"
#include "env/simulated/disk.h"

namespace millrace {
namespace {

class FileSourceTest : public testing::Test {
 protected:
  FileSourceTest() : disk_(&clock_) {
    EXPECT_TRUE(disk_.CreateDirectories("/in/sub/_hidden").has_value());
  }

  void Write(const std::string& path, std::string_view bytes) {
    ASSERT_TRUE(disk_.WriteAtomic(path, bytes));
  }

  std::unique_ptr<Source> Open(std::map<std::string, OptionValue> values = {},
                               std::vector<std::string> metadata = {},
                               std::map<std::string, OptionValue> extras = {}) {
    values.try_emplace("path", OptionValue{"/in"});
    TableContext table{.table = "t", .schema = Schema({{"s", DataType::String()}})};
    table.options = Options(connector_->options(), std::move(values));
    table.metadata_keys = std::move(metadata);
    table.extras = std::move(extras);
    table.env = {.clock = &clock_, .disk = &disk_};
    auto source = connector_->MakeSource(table);
    EXPECT_TRUE(source.has_value());
    return std::move(*source);
  }

  std::vector<std::string> Splits(Source* source) {
    std::vector<std::string> ids;
    const auto splits = source->Discover();
    for (const Split& split : *splits) ids.push_back(split.id);
    return ids;
  }

  SimulatedClock clock_;
  SimulatedDisk disk_;
  std::unique_ptr<Connector> connector_ = MakeFilesystemConnector();
};

TEST_F(FileSourceTest, FindsVisibleFilesSorted) {
  Write("/in/b", "");
  Write("/in/a", "");
  Write("/in/.c", "");
  Write("/in/_d", "");
  Write("/in/sub/e", "");
  Write("/in/sub/_hidden/f", "");
  EXPECT_EQ(Splits(Open().get()), (std::vector<std::string>{"/in/a", "/in/b", "/in/sub/e"}));
  EXPECT_EQ(Splits(Open({{"path", {"file:///in/a"}}}).get()), (std::vector<std::string>{"/in/a"}));
  EXPECT_EQ(Splits(Open({{"source.path.regex-pattern", {"/in/.*e"}}}).get()),
            (std::vector<std::string>{"/in/sub/e"}));
}

TEST_F(FileSourceTest, NamesAPathThatIsNotThere) {
  const auto found = Open({{"path", {"nowhere"}}})->Discover();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, "MR0507");
}

TEST_F(FileSourceTest, ReadsInChunksAndResumesAnywhere) {
  std::string text;
  for (int i = 0; text.size() < (3u << 20); ++i) text += std::to_string(i) + "\n";
  Write("/in/a", text);
  const auto source = Open();
  const auto reader = source->Open({"/in/a"});
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE((*reader)->Seek("1000"));
  std::string read;
  bool end_of_file = false;
  while (true) {
    const auto result = (*reader)->Read(8192);
    ASSERT_TRUE(result.has_value());
    if (result->kind == ReadResult::Kind::kEnd) break;
    const auto& chunk = std::get<RawChunk>(result->data);
    EXPECT_EQ(chunk.offset, 1000 + read.size());
    EXPECT_EQ(chunk.bytes->data()[chunk.bytes->size()], '\0');
    read += *chunk.bytes;
    end_of_file = chunk.end_of_file;
    EXPECT_EQ((*reader)->Position(), std::to_string(1000 + read.size()));
  }
  EXPECT_TRUE(end_of_file);
  EXPECT_EQ(read, text.substr(1000));
  EXPECT_EQ((*reader)->PositionAt(17), "17");
}

TEST_F(FileSourceTest, SkipsLinesAtTheStartButNotBehindAPosition) {
  Write("/in/a", "name,n\n# two\nann,1\nbob,2\n");
  const auto read = [&](const char* lines, const char* position) -> std::string {
    const auto source = Open({}, {}, {{"skip-lines", {lines}}});
    const auto reader = source->Open({"/in/a"});
    EXPECT_TRUE(reader.has_value());
    if (position != nullptr) EXPECT_TRUE((*reader)->Seek(position));
    const auto result = (*reader)->Read(8192);
    EXPECT_TRUE(result.has_value());
    if (result->kind != ReadResult::Kind::kData) return "end";
    const auto& chunk = std::get<RawChunk>(result->data);
    EXPECT_TRUE(chunk.end_of_file);
    return std::to_string(chunk.offset) + ":" + *chunk.bytes;
  };
  EXPECT_EQ(read("0", nullptr), "0:name,n\n# two\nann,1\nbob,2\n");
  EXPECT_EQ(read("1", nullptr), "7:# two\nann,1\nbob,2\n");
  EXPECT_EQ(read("2", nullptr), "13:ann,1\nbob,2\n");
  EXPECT_EQ(read("2", "19"), "19:bob,2\n");
  EXPECT_EQ(read("4", nullptr), "end");
  EXPECT_EQ(read("9", nullptr), "end");
}

TEST_F(FileSourceTest, RefusesAFileThatShrank) {
  Write("/in/a", "12345");
  const auto reader = Open()->Open({"/in/a"});
  const Status status = (*reader)->Seek("6");
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, "MR0508");
  EXPECT_FALSE((*reader)->Seek("junk").has_value());
}

TEST_F(FileSourceTest, GivesMetadata) {
  clock_.SetWallMillis(1234);
  Write("/in/sub/e", "12345");
  const auto source = Open({}, {"file.size", "file.name", "file.path", "file.modification-time"});
  const auto reader = source->Open({"/in/sub/e"});
  const auto result = (*reader)->Read(10);
  ASSERT_TRUE(result.has_value());
  ASSERT_EQ(result->metadata.size(), 4u);
  EXPECT_EQ(static_cast<const arrow::Int64Array&>(*result->metadata[0]).Value(0), 5);
  EXPECT_EQ(static_cast<const arrow::StringArray&>(*result->metadata[1]).GetView(0), "e");
  EXPECT_EQ(static_cast<const arrow::StringArray&>(*result->metadata[2]).GetView(0), "/in/sub/e");
  EXPECT_EQ(static_cast<const arrow::TimestampArray&>(*result->metadata[3]).Value(0), 1234);
}

TEST_F(FileSourceTest, WatchesADirectoryWhenTold) {
  const auto source = Open({{"source.monitor-interval", {"1 s"}}});
  EXPECT_FALSE(source->bounded());
  EXPECT_TRUE(Splits(source.get()).empty());
  Write("/in/new", "x");
  EXPECT_EQ(Splits(source.get()), (std::vector<std::string>{"/in/new"}));
}

TEST_F(FileSourceTest, RefusesOtherFileSystems) {
  TableContext table{.table = "t", .schema = Schema({{"s", DataType::String()}})};
  table.options = Options(connector_->options(), {{"path", {"s3://bucket/x"}}});
  EXPECT_EQ(connector_->Check(table, false).error().code, "MR0506");
}

}  // namespace
}  // namespace millrace
