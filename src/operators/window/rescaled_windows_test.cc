// SPDX-License-Identifier: Apache-2.0
// Windows whose keys move to other shards, while the shards do not stand at the same watermark: an
// input that was idle may have moved the watermark of one of them and not yet of the other.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "data/key_codec.h"
#include "operators/window/window_times.h"
#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema RescaledInputSchema() {
  return Schema({{"k", DataType::String()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

PlanNodePtr CountNode(const WindowSpec& spec) {
  const Schema input = RescaledInputSchema();
  WindowAggregateNode::Fields fields;
  fields.keys = {0};
  fields.calls = {MakeCall(input, "COUNT", {}, "n")};
  fields.window = spec;
  fields.time_column = 1;
  fields.emit_end = true;
  const Schema schema({input[0], fields.calls[0].output, {"window_end", DataType::Timestamp(3)}});
  return std::make_shared<WindowAggregateNode>(InputNode(input), fields, schema);
}

/// The operator on one of several shards.
class Instance final : public Output {
 public:
  Instance(PlanNodePtr node, int shard, int shards)
      : node_(std::move(node)), shard_(shard), shards_(shards) {
    OperatorContext context;
    context.session = &session_;
    context.state = &state_;
    context.metrics = &metrics_;
    context.shard = shard;
    context.shards = shards;
    operator_ = *BuiltinOperators().Make(node_, context);
  }

  void Push(Batch batch) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      rows.push_back(FormatRow(node_->schema(), batch, row));
    }
  }
  void Push(Watermark) override {}
  bool full() const override { return false; }

  void Row(const std::string& key, int64_t time, EventTime before) {
    Batch batch = BatchBuilder(RescaledInputSchema()).Row({key, time}).Watermark(before).Build();
    EXPECT_TRUE(operator_->OnBatch(0, std::move(batch), this));
  }
  void Advance(EventTime time) { EXPECT_TRUE(operator_->OnWatermark(0, Watermark{time}, this)); }

  /// Goes on with the state of all these, as the runtime hands it over when shards have changed.
  void TakeOver(const std::vector<std::unique_ptr<Instance>>& before) {
    for (size_t index = 0; index < state_.tables().size(); ++index) {
      StateTable& table = *state_.tables()[index];
      bool merging = false;
      for (const auto& from : before) {
        EXPECT_TRUE(from->state_.tables()[index]->Snapshot([&](const StateChange& change) {
          if (change.key_group < 0) return merging ? table.Merge(change) : table.Apply(change);
          if (ShardOf(change.key_group, shards_) != shard_) return OkStatus();
          return table.Apply(change);
        }));
        merging = true;
      }
    }
    EXPECT_TRUE(operator_->OnRestore());
  }

  std::vector<std::string> rows;

 private:
  PlanNodePtr node_;
  int shard_;
  int shards_;
  SessionContext session_;
  OperatorMetrics metrics_;
  StateStore state_{true};
  std::unique_ptr<Operator> operator_;
};

struct Row {
  std::string key;
  int64_t time = 0;
  int group = 0;
  EventTime before = kMinWatermark;
  EventTime after = kMinWatermark;
};

std::vector<Row> RandomRows(std::mt19937_64& random, int count) {
  std::vector<Row> rows;
  int64_t now = 0;
  EventTime watermark = kMinWatermark;
  for (int i = 0; i < count; ++i) {
    now += static_cast<int64_t>(random() % 400);
    Row row{.key = "k" + std::to_string(random() % 20), .before = watermark};
    row.time = now - static_cast<int64_t>(random() % 6000);
    EncodedKeys keys;
    KeyCodec({0}, {DataType::String()})
        .Encode(BatchBuilder(RescaledInputSchema()).Row({row.key, row.time}).Build(), &keys);
    row.group = KeyGroupOf(keys.hashes[0]);
    row.after = watermark = std::max(watermark, row.time - 3000);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Which shards there are, and where the input stands when their number changes.
std::vector<std::string> Run(const PlanNodePtr& node, const std::vector<Row>& rows,
                             const std::vector<int>& shards, const std::vector<size_t>& changes,
                             std::mt19937_64& random) {
  std::vector<std::unique_ptr<Instance>> instances;
  std::vector<std::string> out;
  const auto collect = [&] {
    for (const auto& instance : instances) {
      out.insert(out.end(), instance->rows.begin(), instance->rows.end());
    }
  };
  size_t row = 0;
  for (size_t part = 0; part < shards.size(); ++part) {
    std::vector<std::unique_ptr<Instance>> next;
    for (int shard = 0; shard < shards[part]; ++shard) {
      next.push_back(std::make_unique<Instance>(node, shard, shards[part]));
      if (part > 0) next.back()->TakeOver(instances);
    }
    collect();
    instances = std::move(next);
    const size_t end = part < changes.size() ? changes[part] : rows.size();
    for (; row < end; ++row) {
      const int owner = ShardOf(rows[row].group, shards[part]);
      instances[static_cast<size_t>(owner)]->Row(rows[row].key, rows[row].time, rows[row].before);
    }
    // Only one of them is told how far the input is.
    if (row > 0) instances[random() % instances.size()]->Advance(rows[row - 1].after);
  }
  for (const auto& instance : instances) instance->Advance(kMaxWatermark);
  collect();
  return Sorted(std::move(out));
}

void ExpectTheSameOnAnyShards(const WindowSpec& spec) {
  const PlanNodePtr node = CountNode(spec);
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    std::mt19937_64 random(seed);
    const std::vector<Row> rows = RandomRows(random, 400);
    const auto expected = Run(node, rows, {1}, {}, random);
    ASSERT_GT(expected.size(), 50u);
    const size_t first = random() % rows.size();
    const size_t second = first + random() % (rows.size() - first);
    EXPECT_EQ(Run(node, rows, {2, 1, 3}, {first, second}, random), expected)
        << spec.ToString() << ", seed " << seed;
    EXPECT_EQ(Run(node, rows, {1, 4, 2}, {first, second}, random), expected)
        << spec.ToString() << ", seed " << seed;
  }
}

TEST(RescaledWindowsTest, Tumble) {
  ExpectTheSameOnAnyShards({.kind = WindowKind::kTumble, .size = 10'000});
}

TEST(RescaledWindowsTest, Hop) {
  ExpectTheSameOnAnyShards({.kind = WindowKind::kHop, .size = 10'000, .slide = 2'000});
}

TEST(RescaledWindowsTest, Cumulate) {
  ExpectTheSameOnAnyShards({.kind = WindowKind::kCumulate, .size = 10'000, .slide = 2'000});
}

}  // namespace
}  // namespace millrace
