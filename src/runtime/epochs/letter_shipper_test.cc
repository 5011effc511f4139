// SPDX-License-Identifier: Apache-2.0
// Dead letters on their way to a topic: each at least once, none skipped by a crash, and in the
// words of Kafka Connect.
#include "runtime/epochs/letter_shipper.h"

#include <gtest/gtest.h>

#include "env/simulated/disk.h"
#include "runtime/epochs/letter_record.h"

namespace millrace {
namespace {

const std::string kPath = "/data/dead-letters/t.jsonl";

/// What a topic has, and how much of it was acknowledged.
struct Remote {
  std::vector<LetterRecord> records;
  bool answers = true;
  bool has_room = true;
};

class FakeTopic final : public LetterTopic {
 public:
  explicit FakeTopic(Remote* remote) : remote_(remote) {}
  bool HasRoom() const override { return remote_->has_room; }
  Status Send(const LetterRecord& letter) override {
    remote_->records.push_back(letter);
    return OkStatus();
  }
  void Mark(uint64_t number) override { marked_ = number; }
  Result<uint64_t> Pump() override {
    if (remote_->answers) arrived_ = marked_;
    return arrived_;
  }
  std::string Waiting() override { return "no broker"; }

 private:
  Remote* remote_;
  uint64_t marked_ = 0;
  uint64_t arrived_ = 0;
};

class LetterShipperTest : public testing::Test {
 protected:
  LetterShipperTest() { EXPECT_TRUE(disk_.CreateDirectories("/data/dead-letters")); }

  void Append(const std::string& id) {
    auto file = disk_.OpenForAppend(kPath, length_);
    ASSERT_TRUE(file);
    const std::string line = "{\"id\": \"" + id + "\", \"stage\": \"decode\"}\n";
    ASSERT_TRUE((*file)->Append(line));
    length_ += line.size();
  }
  std::unique_ptr<LetterShipper> Start() {
    auto shipper = std::make_unique<LetterShipper>(&disk_);
    EXPECT_TRUE(shipper->Add("t", kPath, length_, std::make_unique<FakeTopic>(&remote_)));
    return shipper;
  }
  void Pump(LetterShipper* shipper) { EXPECT_TRUE(shipper->Pump({{"t", length_}})); }
  std::vector<std::string> Ids() const {
    std::vector<std::string> ids;
    for (const LetterRecord& record : remote_.records) {
      for (const auto& [name, value] : record.headers) {
        if (name == "millrace.id") ids.push_back(value.value_or(""));
      }
    }
    return ids;
  }

  SimulatedDisk disk_;
  Remote remote_;
  uint64_t length_ = 0;
};

TEST_F(LetterShipperTest, WhatWasThereBeforeIsNotSent) {
  Append("old");
  const auto shipper = Start();
  Append("a");
  Append("b");
  Pump(shipper.get());
  EXPECT_TRUE(shipper->empty());
  EXPECT_EQ(Ids(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(LetterShipperTest, WhatWasNotAcknowledgedIsSentAgain) {
  auto shipper = Start();
  Append("a");
  Pump(shipper.get());
  remote_.answers = false;
  Append("b");
  Pump(shipper.get());
  EXPECT_FALSE(shipper->empty());
  EXPECT_EQ(shipper->Waiting(), "dead letters of table t wait for their topic: no broker");
  remote_.answers = true;
  shipper = Start();
  Pump(shipper.get());
  EXPECT_TRUE(shipper->empty());
  EXPECT_EQ(Ids(), (std::vector<std::string>{"a", "b", "b"}));
  shipper = Start();
  Pump(shipper.get());
  EXPECT_EQ(Ids().size(), 3u);
}

TEST_F(LetterShipperTest, AFullTopicIsWaitedFor) {
  const auto shipper = Start();
  remote_.has_room = false;
  Append("a");
  Pump(shipper.get());
  EXPECT_TRUE(Ids().empty());
  remote_.has_room = true;
  Pump(shipper.get());
  EXPECT_EQ(Ids(), std::vector<std::string>{"a"});
}

TEST_F(LetterShipperTest, AFileThatWasCutIsNoRiddle) {
  auto shipper = Start();
  Append("a");
  Pump(shipper.get());
  length_ = 0;  // of a discarded run
  shipper = Start();
  Append("b");
  Pump(shipper.get());
  EXPECT_EQ(Ids(), (std::vector<std::string>{"a", "b"}));
}

std::string HeaderOf(const LetterRecord& record, const std::string& wanted) {
  for (const auto& [name, value] : record.headers) {
    if (name == wanted) return value.value_or("(null)");
  }
  return "(none)";
}

TEST(LetterRecord, SpeaksAsKafkaConnect) {
  const LetterRecord record = LetterRecordOf(
      R"({"id": "5b", "table": "payments", "stage": "processing", "operator": "Calc", )"
      R"("code": "MR0701", "reason": "MR0701: division by zero", "split": "pay-ments-3", )"
      R"("position": "offset 71", "timestamp_ms": 1714557600000, "row": "+I[3]", "key": "c1", )"
      R"("headers": [{"name": "trace", "value": "7f"}, {"name": "bin", "value_base64": "/w=="}, )"
      R"({"name": "none"}], "raw": "{\"a\": 3}", "attempts": 2, "pipeline": "fraud", )"
      R"("epoch": 12, "at": "2026-01-31T12:00:00.123Z"})");
  EXPECT_EQ(record.key, "c1");
  EXPECT_EQ(record.value, "{\"a\": 3}");
  EXPECT_EQ(record.timestamp_ms, 1714557600000);
  EXPECT_EQ(HeaderOf(record, "trace"), "7f");
  EXPECT_EQ(HeaderOf(record, "bin"), "\xff");
  EXPECT_EQ(HeaderOf(record, "none"), "(null)");
  EXPECT_EQ(HeaderOf(record, "__connect.errors.topic"), "pay-ments");
  EXPECT_EQ(HeaderOf(record, "__connect.errors.partition"), "3");
  EXPECT_EQ(HeaderOf(record, "__connect.errors.offset"), "71");
  EXPECT_EQ(HeaderOf(record, "__connect.errors.stage"), "TRANSFORMATION");
  EXPECT_EQ(HeaderOf(record, "__connect.errors.class.name"), "Calc");
  EXPECT_EQ(HeaderOf(record, "__connect.errors.exception.class.name"), "MR0701");
  EXPECT_EQ(HeaderOf(record, "__connect.errors.exception.message"), "MR0701: division by zero");
  EXPECT_EQ(HeaderOf(record, "__connect.errors.connector.name"), "fraud");
  EXPECT_EQ(HeaderOf(record, "millrace.attempts"), "2");
  EXPECT_EQ(HeaderOf(record, "millrace.epoch"), "12");
}

TEST(LetterRecord, BytesAndFiles) {
  const LetterRecord record = LetterRecordOf(
      R"({"id": "5b", "stage": "decode", "split": "in-2.json", "position": "byte 7", )"
      R"("raw_base64": "/w==", "attempts": 1})");
  EXPECT_EQ(record.value, "\xff");
  EXPECT_FALSE(record.key);
  EXPECT_EQ(HeaderOf(record, "__connect.errors.topic"), "(none)");
  EXPECT_EQ(HeaderOf(record, "millrace.split"), "in-2.json");
  EXPECT_EQ(HeaderOf(record, "__connect.errors.stage"), "VALUE_CONVERTER");
}

TEST(LetterRecord, ALineThatIsNoneIsSentAsItIs) { EXPECT_EQ(LetterRecordOf("what").value, "what"); }

}  // namespace
}  // namespace millrace
