// SPDX-License-Identifier: Apache-2.0
// AggregateStates: the accumulators of all aggregate calls of one operator, addressed by slot.
// Applies FILTER clauses and picks each call's argument columns. One thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "plan/aggregate_call.h"

namespace millrace {

/// Rows of some columns that go to slots, in order. `columns` are those that the calls' numbers
/// refer to.
struct AggregateRows {
  std::span<const std::shared_ptr<arrow::Array>> columns;
  std::span<const int32_t> rows;
  std::span<const uint32_t> slots;
  std::span<const int8_t> signs;  // empty: all +1
  std::span<const int64_t>
      sequence;  // order for FIRST_VALUE and LAST_VALUE; needed if order_sensitive
};

/// The columns that AggregateStates::Finish makes.
std::vector<DataType> ResultTypes(const std::vector<AggregateCall>& calls);

class AggregateStates {
 public:
  using Columns = std::vector<std::shared_ptr<arrow::Array>>;

  /// `calls` outlive the object.
  explicit AggregateStates(const std::vector<AggregateCall>* calls);

  /// True if a call needs `sequence`.
  static bool OrderSensitive(const std::vector<AggregateCall>& calls);

  void Reserve(uint32_t count);
  void Reset(uint32_t slot);
  Status Update(const AggregateRows& rows) { return Update(rows, {}); }
  /// Of some calls only, if any are named.
  Status Update(const AggregateRows& rows, std::span<const uint32_t> only);
  /// Also gives one result column per call, with an entry per wanted result.
  Result<Columns> UpdateRunning(const AggregateRows& rows, const RunningResults& wanted);
  Status Merge(uint32_t into, const AggregateStates& other, uint32_t from);
  Result<Columns> Finish(std::span<const uint32_t> slots) const;
  /// Each call by its tag and length, so that a call which another version of the query has not is
  /// passed over, and one which it did not have starts empty.
  void Serialize(uint32_t slot, std::string* out) const;
  /// Takes all of the bytes.
  Status Deserialize(uint32_t slot, std::string_view* bytes);
  /// Each call as its length and itself, for state that says elsewhere which calls there are.
  void SerializeInOrder(uint32_t slot, std::string* out) const;
  /// One call; takes all of the bytes.
  Status DeserializeCall(size_t call, uint32_t slot, std::string_view bytes);

 private:
  /// The rows that pass a FILTER.
  struct Passed {
    std::vector<int32_t> rows;
    std::vector<uint32_t> slots;
    std::vector<int8_t> signs;
    std::vector<int64_t> sequence;
    std::vector<uint32_t> after;  // of the wanted results, counted in passed rows
  };
  const Passed& Filter(int column, const AggregateRows& rows, const RunningResults& wanted);
  AggregateInput InputOf(const AggregateCall& call, const AggregateRows& rows,
                         const Passed* passed);
  void WriteCall(size_t call, uint32_t slot, std::string* out) const;
  Status ReadCall(uint32_t tag, uint32_t slot, std::string_view bytes);

  const std::vector<AggregateCall>* calls_;
  std::vector<std::unique_ptr<Accumulators>> accumulators_;

  Columns args_;  // of the call at hand
  Passed passed_;
};

}  // namespace millrace
