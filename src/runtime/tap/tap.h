// SPDX-License-Identifier: Apache-2.0
// Taps: looking at the rows on an edge of a running job. A TapPoint is where the output of one
// operator on one shard passes; a TapListener wants some of the rows of some points; the TapHub of
// a job knows all points and who matches a pattern.
//
// The job never waits for a listener and pays nothing while there is none: a shard reads one
// relaxed flag per batch. A listener has room for so many rows until it is read again; what does
// not fit is counted and gone. So a tap is a sample, and says how much it is a sample of. Batches
// are immutable, so what is kept shares the columns.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "data/schema.h"
#include "runtime/job_graph.h"

namespace millrace {

/// Rows of one edge, in order.
struct TapSample {
  size_t edge = 0;  // index into TapHub::edges()
  Batch batch;
};

/// Thread-safe. Made by TapHub::Listen, heard as long as it lives.
class TapListener {
 public:
  explicit TapListener(size_t room) : room_max_(room), room_(room) {}

  struct Taken {
    std::vector<TapSample> samples;
    uint64_t seen = 0;  // rows that passed since the last Take, these included
  };
  /// What was kept since the last call, and room for as much again.
  Taken Take();

 private:
  friend class TapPoint;
  void Offer(size_t edge, const Batch& batch);

  const size_t room_max_;
  std::mutex mutex_;
  size_t room_;
  Taken taken_;
};

/// The output of one operator on one shard. Offer is called by that shard, the others by anyone.
class TapPoint {
 public:
  explicit TapPoint(size_t edge) : edge_(edge) {}

  bool heard() const { return heard_.load(std::memory_order_relaxed); }
  void Offer(const Batch& batch);
  void Add(const std::weak_ptr<TapListener>& listener);

 private:
  const size_t edge_;
  std::atomic<bool> heard_{false};
  std::mutex mutex_;
  std::vector<std::weak_ptr<TapListener>> listeners_;
};

/// Which operators: those that match, or what feeds them.
enum class TapSide { kOutputs, kInputs };

class TapHub {
 public:
  struct Edge {
    std::string id;  // of the operator whose output this is
    std::string kind;
    std::string table;  // sources
    Schema schema;
    std::vector<std::string> readers;  // kinds and tables of what it feeds, for people
  };

  TapHub(const JobGraph& graph, int shards);

  const std::vector<Edge>& edges() const { return edges_; }
  /// Null for a node without output (a sink).
  TapPoint* point(int node, int shard);

  /// Tables and kinds of operators that a pattern can match, sorted.
  std::vector<std::string> Names() const;
  /// Edges whose operator's id, kind or table matches a glob (`*`, `?`, upper and lower case
  /// alike). A sink has no output: what feeds it is meant.
  std::vector<size_t> Match(std::string_view pattern, TapSide side) const;
  /// Rows of these edges from now on; at most `room` of them are kept between two Takes.
  std::shared_ptr<TapListener> Listen(const std::vector<size_t>& edges, size_t room);

 private:
  struct Node {
    std::vector<std::string> names;  // what a pattern is compared with
    bool has_output = true;
    std::vector<int> inputs;  // nodes
  };

  int shards_;
  std::vector<Node> nodes_;
  std::vector<int> edge_of_node_;  // -1: none
  std::vector<Edge> edges_;
  std::vector<std::unique_ptr<TapPoint>> points_;  // edge * shards + shard
};

/// `*` any text, `?` one character, case-insensitively.
bool GlobMatches(std::string_view pattern, std::string_view text);

}  // namespace millrace
