// SPDX-License-Identifier: Apache-2.0
#include "connectors/suite.h"

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>

#include "data/row_format.h"
#include "support/memory_outbox.h"

namespace millrace {

const Connector* FindConnector(const std::string& name) {
  static const ConnectorRegistry registry = [] {
    ConnectorRegistry made;
    RegisterBuiltinConnectors(&made);
    return made;
  }();
  return registry.Find(name);
}

TableContext ContextOf(const ConnectorCase& test, Machine* machine) {
  const Connector* connector = FindConnector(test.connector);
  EXPECT_NE(connector, nullptr);
  TableContext table{.table = "t", .schema = test.schema, .pipeline = "p", .data_dir = "/data"};
  table.options = Options(connector->options(), test.options);
  EXPECT_TRUE(table.options.Validate("connector").empty());
  table.extras = test.extras;
  table.env = machine->environment();
  return table;
}

namespace {

/// The bytes and rows of a split as text, and the position behind each piece.
struct Reading {
  std::vector<std::string> pieces;
  std::vector<std::string> positions;
};

Reading ReadAll(const ConnectorCase& test, Machine* machine, Source* source, const Split& split,
                const std::string& from) {
  Reading reading;
  auto reader = source->Open(split);
  EXPECT_TRUE(reader.has_value());
  if (!from.empty()) EXPECT_TRUE((*reader)->Seek(from).has_value());
  while (true) {
    const auto result = (*reader)->Read(100);
    EXPECT_TRUE(result.has_value());
    if (!result || result->kind == ReadResult::Kind::kEnd) break;
    if (result->kind == ReadResult::Kind::kIdle) {
      EXPECT_GE(result->wait_nanos, 0);
      machine->clock.Advance(std::max<int64_t>(1, result->wait_nanos));
      continue;
    }
    std::string piece;
    if (const auto* chunk = std::get_if<RawChunk>(&result->data)) piece = *chunk->bytes;
    if (const auto* batch = std::get_if<Batch>(&result->data)) {
      for (int64_t row = 0; row < batch->num_rows; ++row) {
        piece += FormatRow(test.schema, *batch, row) + "\n";
      }
    }
    reading.pieces.push_back(std::move(piece));
    reading.positions.push_back((*reader)->Position());
  }
  const auto again = (*reader)->Read(100);
  EXPECT_TRUE(again.has_value() && again->kind == ReadResult::Kind::kEnd);
  return reading;
}

std::string Join(const std::vector<std::string>& pieces, size_t from = 0) {
  std::string joined;
  for (size_t i = from; i < pieces.size(); ++i) joined += pieces[i];
  return joined;
}

TEST_P(SourceTest, ASplitContinuesBehindEveryPosition) {
  Machine machine;
  if (GetParam().prepare) GetParam().prepare(&machine);
  const Connector* connector = FindConnector(GetParam().connector);
  const TableContext table = ContextOf(GetParam(), &machine);
  ASSERT_TRUE(connector->can_read() && connector->Check(table, false));
  auto source = connector->MakeSource(table);
  ASSERT_TRUE(source.has_value());
  EXPECT_TRUE((*source)->bounded());
  const auto splits = (*source)->Discover();
  ASSERT_TRUE(splits.has_value());
  ASSERT_FALSE(splits->empty());
  for (const Split& split : *splits) {
    const Reading whole = ReadAll(GetParam(), &machine, source->get(), split, "");
    for (size_t i = 0; i < whole.positions.size(); ++i) {
      const Reading rest = ReadAll(GetParam(), &machine, source->get(), split, whole.positions[i]);
      ASSERT_EQ(Join(rest.pieces), Join(whole.pieces, i + 1)) << whole.positions[i];
    }
  }
}

TEST_P(SourceTest, SplitsAreTheSameWheneverAsked) {
  Machine machine;
  if (GetParam().prepare) GetParam().prepare(&machine);
  const TableContext table = ContextOf(GetParam(), &machine);
  const auto ids = [&] {
    std::vector<std::string> found;
    auto source = FindConnector(GetParam().connector)->MakeSource(table);
    const auto splits = (*source)->Discover();
    for (const Split& split : *splits) found.push_back(split.id);
    return found;
  };
  EXPECT_EQ(ids(), ids());
}

TEST_P(SourceTest, RefusesAPositionThatIsNone) {
  Machine machine;
  if (GetParam().prepare) GetParam().prepare(&machine);
  auto source = FindConnector(GetParam().connector)->MakeSource(ContextOf(GetParam(), &machine));
  const auto splits = (*source)->Discover();
  auto reader = (*source)->Open(splits->front());
  EXPECT_FALSE((*reader)->Seek("no position").has_value());
}

class SinkRun {
 public:
  SinkRun(const ConnectorCase& test, Machine* machine) : machine_(machine) {
    if (test.prepare) test.prepare(machine);
    TableContext table = ContextOf(test, machine);
    table.outbox = &outbox_;
    const Connector* connector = FindConnector(test.connector);
    EXPECT_TRUE(connector->can_write() && connector->Check(table, true));
    auto writer = connector->MakeSink(table);
    EXPECT_TRUE(writer.has_value());
    writer_ = std::move(*writer);
  }
  SinkWriter* operator->() { return writer_.get(); }

  Status Write(int rows) {
    arrow::Int32Builder builder;
    std::string bytes;
    std::vector<size_t> ends;
    for (int i = 0; i < rows; ++i) {
      EXPECT_TRUE(builder.Append(i).ok());
      bytes += std::to_string(i);
      ends.push_back(bytes.size());
    }
    const Batch batch{.num_rows = rows, .columns = {*builder.Finish()}};
    return writer_->Write({.batch = &batch, .bytes = bytes, .ends = ends, .delimiter = "\n"});
  }
  /// Lets what is in flight arrive.
  void Settle() {
    outbox_.Decide();
    while (writer_->Draining()) machine_->http.Deliver();
  }

 private:
  Machine* machine_;
  MemoryOutbox outbox_;
  std::unique_ptr<SinkWriter> writer_;
};

TEST_P(SinkTest, RunsThroughEpochsWithAndWithoutRows) {
  Machine machine;
  SinkRun sink(GetParam(), &machine);
  ASSERT_TRUE(sink->Restore(""));
  for (uint64_t epoch = 1; epoch <= 4; ++epoch) {
    EXPECT_TRUE(sink->Ready());
    ASSERT_TRUE(sink.Write(static_cast<int>(epoch % 2) * 5));
    const auto state = sink->Prepare(epoch);
    ASSERT_TRUE(state.has_value());
    sink.Settle();
    EXPECT_TRUE(sink->Delivered(epoch));
    ASSERT_TRUE(sink->Commit(epoch) && sink->Commit(epoch));
  }
  ASSERT_TRUE(sink->Finish());
  EXPECT_FALSE(sink->Draining());
}

TEST_P(SinkTest, RestoresEveryStateItPrepared) {
  Machine machine;
  std::vector<std::string> states = {""};
  {
    SinkRun sink(GetParam(), &machine);
    for (uint64_t epoch = 1; epoch <= 3; ++epoch) {
      ASSERT_TRUE(sink.Write(3));
      auto state = sink->Prepare(epoch);
      ASSERT_TRUE(state.has_value());
      states.push_back(*state);
      ASSERT_TRUE(sink->Commit(epoch));
    }
  }
  SinkRun restored(GetParam(), &machine);
  ASSERT_TRUE(restored->Restore(states.back()) && restored->Commit(3));
  ASSERT_TRUE(restored.Write(1));
  restored.Settle();
  ASSERT_TRUE(restored->Prepare(4) && restored->Commit(4) && restored->Finish());
}

TEST_P(SinkTest, FinishesWithoutRows) {
  Machine machine;
  SinkRun sink(GetParam(), &machine);
  ASSERT_TRUE(sink->Restore("") && sink->Prepare(1) && sink->Commit(1) && sink->Finish());
  EXPECT_TRUE(sink->Delivered(1));
}

TEST_P(SinkTest, DiscardsWhatAnInterruptedRunLeft) {
  Machine machine;
  std::string state;
  {
    SinkRun sink(GetParam(), &machine);
    ASSERT_TRUE(sink.Write(3));
    state = *sink->Prepare(1);
    ASSERT_TRUE(sink.Write(3));
  }
  SinkRun fresh(GetParam(), &machine);
  ASSERT_TRUE(fresh->Discard(state) && fresh->Restore(""));
  ASSERT_TRUE(fresh.Write(1));
  fresh.Settle();
  ASSERT_TRUE(fresh->Finish());
}

}  // namespace
}  // namespace millrace
