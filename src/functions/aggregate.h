// SPDX-License-Identifier: Apache-2.0
// AggregateFunction and Accumulators: columnar accumulators addressed by slot.
//
// An operator gives every key (or key and window) a dense slot number; one Accumulators object
// holds the state of one aggregate call for all slots. Updating is vectorised: row i of the batch
// goes to slots[i]. Retraction (sign < 0) is supported by those resolved with `needs_retraction`.
// One thread only.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/data_type.h"
#include "functions/function.h"

namespace millrace {

/// Rows to fold in. `rows[i]` of the argument columns goes to `slots[i]`; in order.
struct AggregateInput {
  std::span<const std::shared_ptr<arrow::Array>> args;
  std::span<const int32_t> rows;
  std::span<const uint32_t> slots;  // same length as rows
  std::span<const int8_t> signs;    // +1 add, -1 retract; empty: all +1
  std::span<const int64_t>
      sequence;  // order of arrival or rowtime for FIRST/LAST_VALUE; may be empty
};

/// Results wanted while an update runs: result j is that of slots[j] after the first after[j] rows
/// of the update. `after` ascends.
struct RunningResults {
  std::span<const uint32_t> after;
  std::span<const uint32_t> slots;  // same length as after
};

class Accumulators {
 public:
  virtual ~Accumulators() = default;
  /// Makes slots [0, count) valid; new ones start empty. Never shrinks.
  virtual void Reserve(uint32_t count) = 0;
  /// Puts one slot back to empty.
  virtual void Reset(uint32_t slot) = 0;
  virtual Status Update(const AggregateInput& input) = 0;
  /// Update, and one result per entry of `wanted` (changelogs and OVER need a result per row). The
  /// default cuts the update where a slot changes after its result was asked for.
  virtual Result<std::shared_ptr<arrow::Array>> UpdateRunning(const AggregateInput& input,
                                                              const RunningResults& wanted);
  /// Adds the state of slot `from` of `other` (same call) to slot `into`. Used by HOP slices.
  virtual Status Merge(uint32_t into, const Accumulators& other, uint32_t from) = 0;
  /// The results of the slots, in the aggregate's result type.
  virtual Result<std::shared_ptr<arrow::Array>> Finish(std::span<const uint32_t> slots) const = 0;
  /// Appends / reads back the absolute state of a slot (version-stable bytes).
  virtual void Serialize(uint32_t slot, std::string* out) const = 0;
  virtual Status Deserialize(uint32_t slot, std::string_view* bytes) = 0;
};

struct ResolvedAggregate {
  DataType result;
  std::vector<DataType> arg_types;
  std::function<std::unique_ptr<Accumulators>()> make;
};

struct AggregateCallSite {
  std::vector<Argument> args;  // COUNT(*): empty
  bool distinct = false;       // resolved by the wrapper in the registry, functions may ignore it
  bool needs_retraction = false;
  bool grouped = true;  // false: no GROUP BY, results are nullable
};

struct AggregateFunction {
  std::string name;
  std::vector<std::string> aliases;
  FunctionDoc doc;
  bool order_sensitive = false;     // FIRST_VALUE, LAST_VALUE
  bool distinct_is_plain = false;   // DISTINCT changes nothing: MIN, MAX
  bool distinct_is_by_row = false;  // DISTINCT compares all arguments, not the first
  std::function<Result<ResolvedAggregate>(const AggregateCallSite&)> resolve;
};

class AggregateRegistry {
 public:
  void Register(AggregateFunction function);
  const AggregateFunction* Find(std::string_view name) const;
  std::vector<std::string> Names() const;
  /// Finds, resolves, and wraps for DISTINCT. MR0202 for an unknown name.
  Result<ResolvedAggregate> Resolve(std::string_view name, const AggregateCallSite& site) const;
  std::vector<const AggregateFunction*> All() const;

 private:
  std::vector<std::shared_ptr<AggregateFunction>> functions_;
};

void RegisterBuiltinAggregates(AggregateRegistry* registry);
const AggregateRegistry& BuiltinAggregates();

}  // namespace millrace
