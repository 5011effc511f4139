// SPDX-License-Identifier: Apache-2.0
// MatchPartitions: the open matches of all partitions, with the rows that they have taken.
//
// A row is kept once, however many matches have it: a partition has one list of rows, matches say
// where in it they begin. A partition without open matches has no state at all. If conditions look
// back, a batch is gone through in rounds, a row of every partition each, so that all questions of
// a round are answered together.
//
// Partitions lie on the disk until a row of theirs comes. There a match may take too long, which
// nobody sees: it is ended when the partition is loaded, and some are looked at now and then. Those
// of which a complete match waits until an earlier one has taken too long stay in memory; a table
// names them, so that they are there again after a start. One thread.
#pragma once

#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "data/key_codec.h"
#include "operators/match/match_conditions.h"
#include "operators/match/match_stepper.h"
#include "operators/operator.h"

namespace millrace {

/// A match that goes out.
struct FoundMatch {
  OpenMatch match;
  uint32_t partition = 0;
  EventTime time = 0;  // of the row that completed it, or when an earlier match had taken too long
  int64_t row = -1;    // of the batch; -1: none
};

class MatchPartitions {
 public:
  /// `node` and `context.state` outlive the object.
  MatchPartitions(const MatchNode& node, const OperatorContext& context);

  /// Takes in rows in the order of `times`, and appends what is found in the order in which it goes
  /// out.
  Status Process(const Batch& batch, std::span<const EventTime> times,
                 std::vector<FoundMatch>* found);
  /// Ends the matches that have taken too long at `time`.
  Status Expire(EventTime time, std::vector<FoundMatch>* found);
  /// The same for some partitions that are on the disk, all in turn.
  Status Sweep(EventTime time, std::vector<FoundMatch>* found);
  /// When there is something to end; kMaxWatermark if never.
  EventTime next_deadline() const {
    return deadlines_.empty() ? kMaxWatermark : deadlines_.top().time;
  }
  /// Drops the rows that no match has any more, among them those of matches that were found.
  void Release();
  Status Restored();

  const RowStore& rows() const { return rows_; }
  /// The rows of a match that was found since Release.
  MatchView ViewOf(const FoundMatch& found) const;

 private:
  static constexpr size_t kNoQuestion = static_cast<size_t>(-1);
  struct Partition {
    OpenMatches matches;
    std::optional<EventTime> deadline;  // of those in deadlines_ the one that counts
    bool touched = false;
    bool waits = false;  // named in waiting_
  };
  struct Deadline {
    EventTime time = 0;
    uint64_t hash = 0;  // of the key: an order that every shard has
    uint32_t partition = 0;
    bool operator>(const Deadline& other) const {
      return time != other.time ? time > other.time : hash > other.hash;
    }
  };
  /// A condition's question, and the aggregates that the match would have.
  struct Question {
    size_t number = kNoQuestion;
    uint32_t sums = 0;
  };
  /// A row on its way through its partition.
  struct Turn {
    uint32_t partition = 0;
    size_t row = 0;
    size_t questions = 0;  // where its questions begin; by match, then by element
  };

  Status ProcessInOrder(std::span<const EventTime> times, std::vector<FoundMatch>* found);
  Status ProcessInRounds(std::span<const EventTime> times, const Batch& batch,
                         std::vector<FoundMatch>* found);
  bool MayBegin(size_t row);
  uint32_t PartitionOf(size_t row);
  uint64_t NextNumber(uint32_t partition) const;
  Status ExpirePartition(uint32_t partition, EventTime time, std::vector<FoundMatch>* found);
  Status AskAll(Turn* turn);
  Status Advance(const Turn& turn, EventTime time, std::vector<FoundMatch>* found);
  MatchStepper::Callbacks CallbacksOf(const Turn& turn);
  std::vector<uint32_t> BeginsWith(const OpenMatch& match, int element, uint64_t number) const;
  Question& QuestionOf(const Turn& turn, size_t place, int element) {
    return questions_[turn.questions + place * fields_.pattern.size() +
                      static_cast<size_t>(element)];
  }
  void Touch(uint32_t partition);
  void SetDeadline(uint32_t partition);
  bool MustStay(uint32_t partition) const;
  void NameIfWaiting(uint32_t partition);
  Status Load(const EncodedKeys& keys);
  Status SetUpLoaded();
  Status SetUp(uint32_t partition);
  void Evict(uint32_t partition);
  Status ReportFailures(const Batch& batch);
  Status RebuildSums(uint32_t partition);
  void Write(uint32_t partition, std::string* out) const;
  Status Read(uint32_t partition, std::string_view bytes);

  const MatchNode& node_;
  const MatchNode::Fields& fields_;
  OperatorContext context_;
  KeyCodec codec_;
  RowStore rows_;
  MatchAggregates aggregates_;
  MatchConditions conditions_;
  MatchStepper stepper_;
  KeyTable keys_;
  RowHistory history_;
  KeyTable waiting_;                   // the keys of partitions that must be in memory
  std::vector<Partition> partitions_;  // by slot of keys_
  std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
  std::vector<uint32_t> touched_;

  // Of the batch at hand.
  EncodedKeys encoded_;
  std::vector<uint32_t> stored_;  // its rows in rows_
  std::vector<bool> kept_;        // some match has taken it
  std::vector<Question> questions_;
  std::vector<OpenMatch> complete_;
};

}  // namespace millrace
