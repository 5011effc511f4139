// SPDX-License-Identifier: Apache-2.0
// The default of Accumulators::UpdateRunning, for accumulators without a loop of their own. Results
// are put off until the next update of one of their slots, so a batch of distinct keys costs one
// Update and one Finish.
#include <arrow/api.h>

#include <algorithm>
#include <vector>

#include "functions/aggregate.h"

namespace millrace {
namespace {

template <typename T>
std::span<const T> Part(std::span<const T> whole, size_t begin, size_t end) {
  return whole.empty() ? whole : whole.subspan(begin, end - begin);
}

/// Applies an update piece by piece and collects results between the pieces.
class PiecewiseUpdate {
 public:
  PiecewiseUpdate(Accumulators* accumulators, const AggregateInput& input,
                  const RunningResults& wanted)
      : accumulators_(accumulators), input_(input), wanted_(wanted) {
    uint32_t limit = 0;
    for (uint32_t slot : wanted.slots) limit = std::max(limit, slot + 1);
    pending_.resize(limit, false);
  }

  Result<std::shared_ptr<arrow::Array>> Run() {
    size_t asked = 0;
    for (size_t i = 0; i < input_.rows.size(); ++i) {
      for (; asked < wanted_.slots.size() && wanted_.after[asked] <= i; ++asked) {
        pending_[wanted_.slots[asked]] = true;
      }
      const uint32_t slot = input_.slots[i];
      if (slot < pending_.size() && pending_[slot]) TRY(Take(i, asked));
    }
    TRY(Take(input_.rows.size(), wanted_.slots.size()));
    if (pieces_.size() == 1) return pieces_[0];
    auto whole = arrow::Concatenate(pieces_);
    if (!whole.ok()) return InternalError("aggregate results", whole.status().ToString());
    return *whole;
  }

 private:
  /// Applies the rows before `row`, then takes the results before `result`.
  Status Take(size_t row, size_t result) {
    if (row > applied_) {
      TRY(accumulators_->Update({.args = input_.args,
                                 .rows = Part(input_.rows, applied_, row),
                                 .slots = Part(input_.slots, applied_, row),
                                 .signs = Part(input_.signs, applied_, row),
                                 .sequence = Part(input_.sequence, applied_, row)}));
    }
    applied_ = row;
    const auto slots = wanted_.slots.subspan(taken_, result - taken_);
    TRY_ASSIGN(auto piece, accumulators_->Finish(slots));
    pieces_.push_back(std::move(piece));
    for (uint32_t slot : slots) pending_[slot] = false;
    taken_ = result;
    return OkStatus();
  }

  Accumulators* accumulators_;
  const AggregateInput& input_;
  const RunningResults& wanted_;
  std::vector<bool> pending_;
  arrow::ArrayVector pieces_;
  size_t applied_ = 0;
  size_t taken_ = 0;
};

}  // namespace

Result<std::shared_ptr<arrow::Array>> Accumulators::UpdateRunning(const AggregateInput& input,
                                                                  const RunningResults& wanted) {
  return PiecewiseUpdate(this, input, wanted).Run();
}

}  // namespace millrace
