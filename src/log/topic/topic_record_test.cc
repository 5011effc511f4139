// SPDX-License-Identifier: Apache-2.0
// Records, partitions of keys, windows of identities and small files: bytes there and back.
#include "log/topic/topic_record.h"

#include <gtest/gtest.h>

#include "env/simulated/disk.h"
#include "log/topic/checked_lines.h"
#include "log/topic/identity_window.h"
#include "log/topic/partitioner.h"
#include "log/topic/topic.h"

namespace millrace {
namespace {

TEST(TopicRecordTest, ThereAndBack) {
  const std::string binary("\0\xff\n", 3);
  const std::vector<TopicRecordView> records = {
      {},
      {.key = "k", .value = "v"},
      {.key = "", .value = ""},
      {.value = binary},
      {.key = binary, .headers = {{"a", "1"}, {"a", std::nullopt}, {"", ""}}},
      {.value = std::string_view("x"), .headers = {{"long", std::string_view(binary)}}},
  };
  const std::vector<BatchIdentity> identities = {
      {},
      {.producer_id = 7, .sequence = 1'000'000'000'000, .records = 3},
      {.idempotency_key = "abc", .records = 200},
      {.producer_id = 0, .sequence = 0, .idempotency_key = "d", .records = 1},
  };
  for (const TopicRecordView& record : records) {
    for (const BatchIdentity& identity : identities) {
      std::string bytes;
      EncodeTopicRecord(record, identity, &bytes);
      TopicRecordView found{.key = "old", .value = "old", .headers = {{"old", "old"}}};
      BatchIdentity found_identity;
      ASSERT_TRUE(DecodeTopicRecord(bytes, &found, &found_identity));
      EXPECT_EQ(found, record);
      EXPECT_EQ(found_identity.producer_id, identity.producer_id);
      EXPECT_EQ(found_identity.sequence, identity.sequence);
      EXPECT_EQ(found_identity.idempotency_key, identity.idempotency_key);
      EXPECT_EQ(found_identity.records, identity.records);
    }
  }
}

TEST(TopicRecordTest, RefusesOtherBytes) {
  TopicRecordView record;
  BatchIdentity identity;
  EXPECT_EQ(DecodeTopicRecord("", &record, &identity).error().code, "MR0805");
  EXPECT_FALSE(DecodeTopicRecord("\x20", &record, &identity).has_value());  // unknown flag
  EXPECT_FALSE(DecodeTopicRecord("\x01\x05"
                                 "a",
                                 &record, &identity)
                   .has_value());  // short key
  EXPECT_FALSE(DecodeTopicRecord(std::string_view("\0x", 2), &record, &identity).has_value());
  std::string bytes;
  EncodeTopicRecord({.key = "key", .headers = {{"name", "value"}}}, {}, &bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeTopicRecord(bytes.substr(0, size), &record, &identity).has_value());
  }
}

TEST(PartitionerTest, HashesAsTheJavaClient) {
  // From the tests of Kafka's own murmur2.
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("21")), -973932308);
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("foobar")), -790332482);
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("a-little-bit-long-string")), -985981536);
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("a-little-bit-longer-string")), -1486304829);
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8")),
            -58897971);
  EXPECT_EQ(static_cast<int32_t>(KafkaMurmur2("abc")), 479470107);
  EXPECT_EQ(PartitionOfKey("abc", 1), 0);
  EXPECT_EQ(PartitionOfKey("21", 10), static_cast<int32_t>((-973932308 & 0x7fffffff) % 10));
}

TEST(IdentityWindowTest, KnowsTheLastSequenceAndRecentKeys) {
  IdentityWindow window(2);
  window.Add({.producer_id = 1, .sequence = 5, .records = 3}, 100);
  EXPECT_EQ(window.Find({.producer_id = 1, .sequence = 5})->first_offset, 100);
  EXPECT_TRUE(window.Find({.producer_id = 1, .sequence = 4}).has_value());
  EXPECT_FALSE(window.Find({.producer_id = 1, .sequence = 6}).has_value());
  EXPECT_FALSE(window.Find({.producer_id = 2, .sequence = 1}).has_value());
  window.Add({.idempotency_key = "a", .records = 1}, 103);
  window.Add({.idempotency_key = "b", .records = 2}, 104);
  window.Add({.idempotency_key = "c", .records = 1}, 106);
  EXPECT_FALSE(window.Find({.idempotency_key = "a"}).has_value());
  EXPECT_EQ(window.Find({.idempotency_key = "b"})->records, 2);
  const std::string bytes = window.Encode(9, 107);
  IdentityWindow other(2);
  EXPECT_EQ(other.Decode(bytes, 8), std::nullopt);
  EXPECT_EQ(other.Decode(bytes.substr(0, bytes.size() - 1), 9), std::nullopt);
  EXPECT_EQ(other.Decode("", 9), std::nullopt);
  EXPECT_FALSE(other.Find({.idempotency_key = "b"}).has_value());
  EXPECT_EQ(other.Decode(bytes, 9), 107);
  EXPECT_EQ(other.Encode(9, 107), bytes);
}

TEST(CheckedLinesTest, ThereAndBack) {
  SimulatedDisk disk;
  const WordLines lines = {{"plain", "", "with blank", "100%", std::string("\0\n\xff", 3)}, {"x"}};
  ASSERT_TRUE(WriteCheckedLines(&disk, "/a", "title 1", lines));
  EXPECT_EQ(*ReadCheckedLines(&disk, "/a", "title 1"), lines);
  EXPECT_EQ(ReadCheckedLines(&disk, "/a", "title 2").error().code, "MR0805");
  std::string bytes = *disk.ReadAll("/a");
  bytes[10] ^= 1;
  ASSERT_TRUE(disk.WriteAtomic("/a", bytes));
  EXPECT_EQ(ReadCheckedLines(&disk, "/a", "title 1").error().code, "MR0805");
  ASSERT_TRUE(disk.WriteAtomic("/a", ""));
  EXPECT_FALSE(ReadCheckedLines(&disk, "/a", "title 1").has_value());
}

TEST(TopicNameTest, AsKafka) {
  for (const char* name : {"a", "Orders.v1", "x_y-z", "...", "0"}) EXPECT_TRUE(IsTopicName(name));
  for (const char* name : {"", ".", "..", "a/b", "a b", "ü", "a\n"}) {
    EXPECT_FALSE(IsTopicName(name)) << name;
  }
  EXPECT_TRUE(IsTopicName(std::string(249, 'a')));
  EXPECT_FALSE(IsTopicName(std::string(250, 'a')));
}

}  // namespace
}  // namespace millrace
