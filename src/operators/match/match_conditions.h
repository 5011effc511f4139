// SPDX-License-Identifier: Apache-2.0
// MatchConditions: what DEFINE says of rows.
//
// A condition that reads nothing but the row it is about is computed for a whole batch at once
// (Begin). All others look back into the match that would take the row: they are asked one by one
// (Ask) and computed together (Answer). A row on which a condition fails is none of the element; it
// is noted as soon as somebody wants to know. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/batch.h"
#include "expr/evaluator.h"
#include "operators/match/match_aggregates.h"
#include "operators/match/match_values.h"

namespace millrace {

class MatchConditions {
 public:
  struct Failure {
    size_t row = 0;  // of the batch
    std::string reason;
  };

  /// `aggregates` gets the calls of all conditions.
  MatchConditions(const MatchNode::Fields& fields, size_t columns, const SessionContext* session,
                  MatchAggregates* aggregates);

  /// By element: whether its condition reads only the row it is about.
  const std::vector<bool>& pure() const { return pure_; }
  bool all_pure() const { return all_pure_; }

  Status Begin(const Batch& batch);
  /// For pure conditions.
  bool Holds(int element, size_t row) {
    const std::vector<Verdict>& verdicts = elements_[static_cast<size_t>(element)].verdicts;
    if (verdicts.empty() || verdicts[row] == Verdict::kTrue) return true;
    if (verdicts[row] == Verdict::kFailed) Note(element, row);
    return false;
  }

  /// Asks for another condition: `row` of the batch as the last row of `view`. `sums`: the slot
  /// with the aggregates of the view. Returns the number of the question among the element's.
  size_t Ask(int element, const MatchView& view, size_t row, uint32_t sums);
  Status Answer(const RowStore& rows);
  bool Answered(int element, size_t question);
  /// Forgets the questions.
  void Clear();

  std::vector<Failure> TakeFailures() { return std::exchange(failures_, {}); }

 private:
  enum class Verdict : uint8_t { kFalse, kTrue, kFailed };
  struct Element {
    const MatchExpressions* condition = nullptr;  // null: any row will do
    std::unique_ptr<Evaluator> evaluator;
    std::vector<size_t> calls;  // of MatchAggregates
    std::unique_ptr<MatchValues> values;
    std::vector<Verdict> verdicts;  // by row, or by question
    RowErrors errors;
    std::vector<size_t> rows;     // of the questions
    std::vector<uint32_t> slots;  // of their sums
  };
  static bool ReadsRowOnly(const MatchExpressions& condition, int element);
  static Status Judge(const Batch& batch, Element* element);
  void Note(int element, size_t place);

  std::vector<Element> elements_;
  std::vector<bool> pure_;
  bool all_pure_ = true;
  MatchAggregates* aggregates_;
  std::vector<Failure> failures_;
};

}  // namespace millrace
