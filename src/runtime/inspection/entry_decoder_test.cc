// SPDX-License-Identifier: Apache-2.0
// What operators write is decoded by what their plans say.
#include "runtime/inspection/entry_decoder.h"

#include <gtest/gtest.h>

#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/changelog_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

const Schema kInput({{"k", DataType::String()},
                     {"v", DataType::BigInt()},
                     {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
constexpr int64_t kNoon = 1'714'564'800'000;  // 2024-05-01T12:00

/// An operator that was given rows, and its state as text.
class Kept {
 public:
  explicit Kept(PlanNodePtr node) : node_(std::move(node)) {
    context_.session = &session_;
    context_.state = &state_;
    context_.metrics = &metrics_;
    auto made = BuiltinOperators().Make(node_, context_);
    EXPECT_TRUE(made.has_value());
    operator_ = *std::move(made);
  }

  Kept& Row(CellRow cells) {
    BatchBuilder rows(kInput);
    rows.Row(std::move(cells)).Watermark(kMinWatermark);
    EXPECT_TRUE(operator_->OnBatch(0, rows.Build(), &nowhere_));
    while (operator_->more()) EXPECT_TRUE(operator_->Continue(&nowhere_));
    return *this;
  }

  /// "table: k = a, .. -> rows = 1, .." of the entries, cells left out.
  std::vector<std::string> Entries() {
    ColumnOrigins origins;
    auto decoder = EntryDecoder::Make(DescribeOperator(node_, &origins));
    EXPECT_TRUE(decoder) << decoder.error().ToString();
    std::vector<std::string> texts;
    for (StateTable* table : state_.tables()) {
      EXPECT_TRUE(table->Snapshot([&](const StateChange& change) {
        EXPECT_TRUE(decoder->Learn(table->name(), change.key, change.value));
        if (table->name() == "form") return OkStatus();
        const auto entry = decoder->Decode(table->name(), change.key, change.value);
        EXPECT_TRUE(entry) << entry.error().ToString();
        if (entry->key[0].name == "cell") return OkStatus();
        texts.push_back(std::string(table->name()) + ":" + Text(entry->key) + " ->" +
                        Text(entry->value));
        for (size_t size = 0; size < change.value.size(); ++size) {
          EXPECT_FALSE(decoder->Decode(table->name(), change.key, change.value.substr(0, size)) &&
                       table->name() == "waiting")
              << "a cut row was decoded";
        }
        return OkStatus();
      }));
    }
    return Sorted(texts);
  }

 private:
  class Nowhere final : public Output {
   public:
    void Push(Batch) override {}
    void Push(Watermark) override {}
    bool full() const override { return false; }
  };

  static std::string Text(const std::vector<DecodedValue>& values) {
    std::string text;
    for (const DecodedValue& value : values) {
      text += " " + value.name + "=" + (value.is_null ? "NULL" : value.text);
    }
    return text;
  }

  PlanNodePtr node_;
  SessionContext session_;
  OperatorMetrics metrics_;
  StateStore state_{true};
  OperatorContext context_;
  std::unique_ptr<Operator> operator_;
  Nowhere nowhere_;
};

std::vector<AggregateCall> Calls() {
  return {MakeCall(kInput, "COUNT", {}, "n"), MakeCall(kInput, "SUM", {1}, "s"),
          MakeCall(kInput, "COUNT", {1}, "d", false, /*distinct=*/true)};
}

Schema ResultOf(const std::vector<AggregateCall>& calls, const Schema& before) {
  Schema schema = before;
  for (const AggregateCall& call : calls) schema.Append(call.output);
  return schema;
}

TEST(EntryDecoderTest, Groups) {
  const auto calls = Calls();
  Kept kept(std::make_shared<GroupAggregateNode>(
      InputNode(kInput), GroupAggregateNode::Fields{.keys = {0}, .calls = calls},
      ResultOf(calls, Schema({kInput[0]}))));
  kept.Row({"a", 1, kNoon}).Row({"a", 1, kNoon}).Row({Cell(), 7, kNoon});
  EXPECT_EQ(
      kept.Entries(),
      (std::vector<std::string>{
          "groups: Values.k=NULL -> rows=1 COUNT(*)=1 SUM(Values.v)=7 COUNT(DISTINCT Values.v)=1",
          "groups: Values.k=a -> rows=2 COUNT(*)=2 SUM(Values.v)=2 COUNT(DISTINCT Values.v)=1"}));
}

TEST(EntryDecoderTest, Windows) {
  WindowAggregateNode::Fields fields;
  fields.keys = {0};
  fields.calls = {MakeCall(kInput, "SUM", {1}, "s")};
  fields.window = {.kind = WindowKind::kTumble, .size = 60'000};
  fields.time_column = 2;
  const Schema schema = ResultOf(fields.calls, Schema({kInput[0]}));
  Kept kept(std::make_shared<WindowAggregateNode>(InputNode(kInput), fields, schema));
  kept.Row({"a", 5, kNoon + 1000});
  EXPECT_EQ(kept.Entries(),
            (std::vector<std::string>{"windows: Values.k=a slice_start=2024-05-01T12:00 "
                                      "slice_end=2024-05-01T12:01 -> rows=1 SUM(Values.v)=5"}));
}

TEST(EntryDecoderTest, FramesAndWaitingRows) {
  OverNode::Fields fields;
  fields.partition_keys = {0};
  fields.order_column = 2;
  fields.on_arrival = true;
  fields.stages = {{.rows = true,
                    .preceding = 3,
                    .calls = {MakeCall(kInput, "SUM", {1}, "s", /*retracts=*/true)}}};
  Kept arrived(std::make_shared<OverNode>(InputNode(kInput), fields));
  arrived.Row({"a", 5, kNoon});
  const auto entries = arrived.Entries();
  EXPECT_EQ(entries,
            (std::vector<std::string>{"keys: Values.k=a -> rows of 'rows 3'=1 Values.v[0]=5"}));
  for (int v = 6; v < 10; ++v) arrived.Row({"a", v, kNoon});
  EXPECT_EQ(arrived.Entries(), (std::vector<std::string>{
                                   "keys: Values.k=a -> rows of 'rows 3'=3 Values.v[0]=9",
                                   "rows 3: Values.k=a block=0 -> Values.v[2]=7 Values.v[3]=8"}));
  fields.on_arrival = false;
  Kept waiting(std::make_shared<OverNode>(InputNode(kInput), fields));
  waiting.Row({"a", 5, kNoon});
  EXPECT_EQ(waiting.Entries(),
            (std::vector<std::string>{
                "waiting: time=2024-05-01T12:00 sequence=1099511627776 -> Values.k=a "
                "Values.v=5 Values.ts=2024-05-01T12:00"}));
}

TEST(EntryDecoderTest, LastRows) {
  Kept kept(std::make_shared<ChangelogNormalizeNode>(InputNode(kInput), std::vector<int>{0}));
  kept.Row({"a", 1, kNoon}).Row({"a", 2, kNoon});
  EXPECT_EQ(kept.Entries(), (std::vector<std::string>{"rows: Values.k=a -> Values.k=a Values.v=2 "
                                                      "Values.ts=2024-05-01T12:00"}));
}

}  // namespace
}  // namespace millrace
