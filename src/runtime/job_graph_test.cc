// SPDX-License-Identifier: Apache-2.0
#include "runtime/job_graph.h"

#include <gtest/gtest.h>

#include "plan/nodes/aggregate_nodes.h"
#include "support/memory_connector.h"
#include "support/operator_harness.h"
#include "support/test_nodes.h"

namespace millrace {
namespace {

const Schema kRows({{"a", DataType::BigInt()},
                    {"b", DataType::BigInt()},
                    {"c", DataType::BigInt()}});

class JobGraphTest : public testing::Test {
 protected:
  PlanNodePtr Node(std::string kind, std::vector<PlanNodePtr> inputs,
                   std::vector<Distribution> distributions = {}) {
    return std::make_shared<TestNode>(
        std::move(inputs), TestNode::Fields{std::move(kind), "", std::move(distributions)}, kRows);
  }
  PlanNodePtr Sink(PlanNodePtr input, const std::string& table) {
    return std::make_shared<SinkNode>(std::move(input),
                                      MakeTable(table, input->schema(), &connector_));
  }
  /// "0 Scan, 1 Pass <- 0 local, ..."
  std::string Describe(const JobGraph& graph) {
    std::string text;
    for (const GraphNode& node : graph.nodes()) {
      text += (text.empty() ? "" : ", ") + std::to_string(node.index) + " ";
      text += node.role == GraphNode::Role::kSelect ? "Select" : std::string(node.plan->kind());
      for (const int id : node.inputs) {
        const GraphEdge& edge = graph.edges()[static_cast<size_t>(id)];
        constexpr const char* kKinds[] = {"local", "hash", "single"};
        text += " <- " + std::to_string(edge.from) + " " + kKinds[static_cast<int>(edge.kind)];
      }
    }
    return text;
  }

  MemoryStore store_;
  MemoryConnector connector_{&store_};
  TablePtr input_ = MakeTable("input", kRows, &connector_);
};

TEST_F(JobGraphTest, EqualSubPlansAreOneNodeButSinksStayApart) {
  const auto root = [&] { return Sink(Node("Pass", {ScanAll(input_)}), "out"); };
  const JobGraph graph = *JobGraph::Build({root(), root()}, 1);
  EXPECT_EQ(Describe(graph), "0 Scan, 1 Pass <- 0 local, 2 Sink <- 1 local, 3 Sink <- 1 local");
  EXPECT_NE(graph.nodes()[2].id, graph.nodes()[3].id);
}

TEST_F(JobGraphTest, ScansOfOneTableShareOneRead) {
  const auto scan = [&](std::vector<size_t> columns) {
    return std::make_shared<ScanNode>(input_, std::move(columns));
  };
  const JobGraph graph = *JobGraph::Build({Sink(scan({2}), "x"), Sink(scan({0, 2}), "y")}, 1);
  EXPECT_EQ(Describe(graph), "0 Scan, 1 Select <- 0 local, 2 Sink <- 1 local, 3 Sink <- 0 local");
  EXPECT_EQ(graph.nodes()[0].plan->schema().names(), (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(graph.nodes()[1].selection, std::vector<int>{1});
}

TEST_F(JobGraphTest, ExchangesStandWhereTheDistributionIsNotThereYet) {
  const auto by_a = Distribution::Hash({0});
  PlanNodePtr plan = Node("Pass", {ScanAll(input_)}, {by_a});
  plan = Node("Pass", {plan}, {Distribution::Single()});
  plan = Node("Pass", {plan}, {by_a});
  EXPECT_EQ(Describe(*JobGraph::Build({Sink(plan, "x")}, 2)),
            "0 Scan, 1 Pass <- 0 hash, 2 Pass <- 1 single, 3 Pass <- 2 local, 4 Sink <- 3 local");
  EXPECT_EQ(Describe(*JobGraph::Build({Sink(plan, "x")}, 1)),
            "0 Scan, 1 Pass <- 0 local, 2 Pass <- 1 local, 3 Pass <- 2 local, 4 Sink <- 3 local");
}

TEST_F(JobGraphTest, AJoinIsNotLeftHalfOnOneShard) {
  PlanNodePtr single = Node("One", {ScanAll(input_)}, {Distribution::Single()});
  PlanNodePtr join =
      Node("Both", {single, ScanAll(input_)}, {Distribution::Hash({0}), Distribution::Hash({0})});
  EXPECT_EQ(Describe(*JobGraph::Build({Sink(join, "x")}, 2)),
            "0 Scan, 1 One <- 0 single, 2 Both <- 1 hash <- 0 hash, 3 Sink <- 2 local");
}

TEST_F(JobGraphTest, NodesRunOnlyWhereDataCanCome) {
  PlanNodePtr plan = Node("Pass", {Node("Pass", {ScanAll(input_)})}, {Distribution::Hash({0})});
  JobGraph graph = *JobGraph::Build({Sink(plan, "x")}, 3);
  graph.SetReaders(0, {true, false, false});
  graph.DeriveActive();
  EXPECT_EQ(graph.nodes()[1].active, (std::vector<bool>{true, false, false}));
  EXPECT_EQ(graph.nodes()[2].active, (std::vector<bool>{true, true, true}));
}

class TwoPhasesTest : public JobGraphTest {
 protected:
  PlanNodePtr Group(PlanNodePtr input, AggregateCall call, bool two_phases = true) {
    Schema schema({kRows[1], call.output});
    return std::make_shared<GroupAggregateNode>(
        std::move(input),
        GroupAggregateNode::Fields{.keys = {1},
                                   .calls = {std::move(call)},
                                   .mini_batch = {.rows = 10, .latency_ms = 100},
                                   .two_phases = two_phases},
        schema);
  }
  PlanNodePtr Sums(PlanNodePtr input) {
    return Group(std::move(input), MakeCall(kRows, "SUM", {2}, "s"));
  }
};

TEST_F(TwoPhasesTest, RowsAreAddedUpBeforeTheExchange) {
  const PlanNodePtr sums = Sums(ScanAll(input_));
  const JobGraph graph = *JobGraph::Build({Sink(sums, "x")}, 2);
  EXPECT_EQ(Describe(graph),
            "0 Scan, 1 PartialGroupAggregate <- 0 local, 2 GroupAggregate <- 1 hash, "
            "3 Sink <- 2 local");
  EXPECT_EQ(graph.edges()[1].keys, std::vector<int>{0});
  // Its state is that of the group in one phase.
  const JobGraph alone = *JobGraph::Build({Sink(sums, "x")}, 1);
  EXPECT_EQ(Describe(alone), "0 Scan, 1 GroupAggregate <- 0 local, 2 Sink <- 1 local");
  EXPECT_EQ(graph.nodes()[2].id, alone.nodes()[1].id);
  const auto* whole = As<GroupAggregateNode>(graph.nodes()[2].plan);
  EXPECT_EQ(whole->calls()[0].state_tag, As<GroupAggregateNode>(sums)->calls()[0].state_tag);
}

TEST_F(TwoPhasesTest, NotWhereItCannotBeHadOrChangesNothing) {
  const std::string one_phase = "0 Scan, 1 GroupAggregate <- 0 hash, 2 Sink <- 1 local";
  EXPECT_EQ(Describe(*JobGraph::Build(
                {Sink(Group(ScanAll(input_), MakeCall(kRows, "SUM", {2}, "s"), false), "x")}, 2)),
            one_phase);
  EXPECT_EQ(Describe(*JobGraph::Build(
                {Sink(Group(ScanAll(input_), MakeCall(kRows, "LAST_VALUE", {2}, "l")), "x")}, 2)),
            one_phase);
  const PlanNodePtr placed = Node("Pass", {ScanAll(input_)}, {Distribution::Single()});
  EXPECT_EQ(Describe(*JobGraph::Build({Sink(Sums(placed), "x")}, 2)),
            "0 Scan, 1 Pass <- 0 single, 2 GroupAggregate <- 1 local, 3 Sink <- 2 local");
}

}  // namespace
}  // namespace millrace
