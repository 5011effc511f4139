// SPDX-License-Identifier: Apache-2.0
// Rows of the embedded log as a source: positions, metadata per record, waking, the ReplyBoard.
#include "connectors/http/source.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "connectors/http_topic.h"
#include "connectors/reply_board.h"
#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/topic_store.h"

namespace millrace {
namespace {

class HttpSourceTest : public ::testing::Test {
 protected:
  HttpSourceTest() : board_(7) {
    TopicStoreSettings settings;
    settings.sync_threads = 0;
    topics_ = std::move(*TopicStore::Open(&disk_, &clock_, "topics", settings));
    connector_ = MakeHttpConnector();
    table_.table = "a table";
    table_.schema = Schema({{"id", DataType::BigInt()}});
    table_.options = Options(connector_->options(), {});
    table_.data_dir = "job";
    table_.env.clock = &clock_;
    table_.services.topics = topics_.get();
    table_.services.replies = &board_;
    table_.metadata_keys = {"request-id", "offset"};
    table_.wake = [this] { ++wakes_; };
  }

  void Append(std::string_view value, std::string_view id = {}) {
    TopicRecordView record{.value = value};
    if (!id.empty()) record.headers.push_back({kRequestIdHeader, id});
    ASSERT_TRUE(topics_->EnsureTopic(HttpTopicName("a table"), partitions_));
    ASSERT_TRUE(topics_->Append(HttpTopicName("a table"), std::span(&record, 1), {}, nullptr));
  }

  std::unique_ptr<SplitReader> Open() {
    source_ = std::move(*connector_->MakeSource(table_));
    const auto splits = source_->Discover();
    EXPECT_TRUE(splits) << splits.error().ToString();
    EXPECT_EQ(splits->size(), 1u);
    return std::move(*source_->Open((*splits)[0]));
  }

  SimulatedClock clock_;
  SimulatedDisk disk_;
  std::unique_ptr<TopicStore> topics_;
  ReplyBoard board_;
  std::unique_ptr<Connector> connector_;
  TableContext table_;
  std::unique_ptr<Source> source_;
  int32_t partitions_ = 1;
  int wakes_ = 0;
};

TEST_F(HttpSourceTest, ReadsRecordsWithTheirMetadata) {
  const auto reader = Open();
  EXPECT_EQ(reader->Read(10)->kind, ReadResult::Kind::kIdle);
  Append("{\"id\":1}", "r-1");
  Append("{\"id\":22}");
  EXPECT_EQ(wakes_, 2);
  auto read = reader->Read(10);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->kind, ReadResult::Kind::kData);
  const auto& chunk = std::get<RawChunk>(read->data);
  EXPECT_EQ(*chunk.bytes, "{\"id\":1}{\"id\":22}");
  ASSERT_EQ(chunk.records.size(), 2u);
  EXPECT_EQ(chunk.records[1], (std::pair<uint32_t, uint32_t>{8, 9}));
  ASSERT_EQ(read->metadata.size(), 2u);
  const auto& ids = static_cast<const arrow::StringArray&>(*read->metadata[0]);
  EXPECT_EQ(ids.GetView(0), "r-1");
  EXPECT_TRUE(ids.IsNull(1));
  EXPECT_EQ(static_cast<const arrow::Int64Array&>(*read->metadata[1]).Value(1), 1);
  EXPECT_EQ(reader->Position(), "2");
}

TEST_F(HttpSourceTest, GoesOnFromAPosition) {
  Append("a");
  Append("b");
  Append("c");
  const auto reader = Open();
  ASSERT_TRUE(reader->Seek("1"));
  const auto read = reader->Read(1);
  EXPECT_EQ(*std::get<RawChunk>(read->data).bytes, "b");
  EXPECT_EQ(reader->Position(), "2");
  EXPECT_FALSE(reader->Seek("x"));
}

TEST_F(HttpSourceTest, APositionBehindWhatAPowerLossLeftIsTheEnd) {
  Append("a");
  const auto reader = Open();
  ASSERT_TRUE(reader->Seek("5"));
  EXPECT_EQ(reader->Position(), "1");
  Append("b");
  const auto read = reader->Read(10);
  EXPECT_EQ(*std::get<RawChunk>(read->data).bytes, "b");
}

TEST_F(HttpSourceTest, TellsTheBoardWhatWasRead) {
  const auto posted = board_.Post(1, 1000, [](const RequestReplies&) {});
  board_.SetAnswersAtOnce("job", true);
  board_.AddAnswerer("job");
  const auto reader = Open();
  Append("x", posted.ids[0]);
  ASSERT_TRUE(reader->Read(10));
  EXPECT_EQ(board_.ReadOffset(HttpTopicName("a table"), 0), 1);
  board_.OnEpoch("job", 1);
  board_.OnEpoch("job", 2);
  EXPECT_EQ(board_.waiting(), 0u) << "the row was passed without an answer";
}

TEST_F(HttpSourceTest, NobodyIsWokenOnceTheReaderIsGone) {
  Open().reset();
  Append("a");
  EXPECT_EQ(wakes_, 0);
}

TEST_F(HttpSourceTest, PartitionsDoNotChange) {
  partitions_ = 4;
  Append("a");
  const auto source = std::move(*connector_->MakeSource(table_));
  const auto splits = source->Discover();
  ASSERT_FALSE(splits);
  EXPECT_EQ(splits.error().code, "MR0503");
}

TEST(HttpTopic, NamesOfTablesAreTopicNames) {
  EXPECT_EQ(HttpTopicName("Payments-1.x"), "http.Payments-1.x");
  EXPECT_EQ(HttpTopicName("a_b c"), "http.a_5fb_20c");
  EXPECT_EQ(HttpTopicName("ä"), "http._c3_a4");
}

}  // namespace
}  // namespace millrace
