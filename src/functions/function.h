// SPDX-License-Identifier: Apache-2.0
// ScalarFunction: the seam every SQL scalar function and operator is written against.
//
// A function resolves a call site (argument types, literals) to a result type, the argument types
// it wants (the binder inserts implicit casts) and a kernel. Kernels are pure: they see columns and
// give a column; they hold no locks and may be called from any shard, each shard with its own
// KernelState. Operators are functions too: "+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">",
// ">=", "||", "NOT", "IS NULL", "IS NOT NULL", "IS TRUE", "LIKE", "SIMILAR TO", "IS DISTINCT FROM",
// "[]" and so on. AND, OR, CASE, COALESCE, IF, NULLIF and CAST are expression nodes (expr/), since
// they evaluate by row.
#pragma once

#include <arrow/datum.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/data_type.h"

namespace millrace {

/// What a session fixes for all expressions of one pipeline.
struct SessionContext {
  std::string time_zone = "UTC";  // table.local-time-zone: IANA id or offset such as +08:00
  /// Milliseconds since the epoch; CURRENT_TIMESTAMP and friends read it per batch. Set by the
  /// shard.
  int64_t now_ms = 0;
  uint64_t random_seed = 0;  // RAND, UUID: seeds come through here, never from the system
};

/// Rows of the batch at hand that an expression failed on. The value there is NULL until the row is
/// routed (dead letter) or fails the job.
class RowErrors {
 public:
  struct Entry {
    int64_t row;
    std::string code;
    std::string message;
  };
  void Add(int64_t row, std::string_view code, std::string message);
  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }
  void Clear() { entries_.clear(); }
  /// Ascending by row; the first error added for a row stays, later ones of that row go.
  void SortByRow();

 private:
  std::vector<Entry> entries_;  // first error of a row wins after SortByRow
};

/// Per call site and shard: compiled patterns, parsed formats, random generators.
struct KernelState {
  virtual ~KernelState() = default;
};

struct KernelContext {
  const SessionContext& session;
  const std::vector<DataType>& arg_types;  // after implicit casts
  const DataType& result_type;
  RowErrors* errors;                    // row numbers are those of this call's rows
  std::unique_ptr<KernelState>* state;  // null at first; the kernel may fill it
};

/// Computes `length` rows. Every argument is a scalar or an array of that length (arrays may have
/// an offset); the result is an array of that length, or a scalar when all arguments are scalars.
/// Never throws. A row that fails gets ctx.errors->Add(row, ..) and NULL; a Result error is for
/// broken invariants only.
using ScalarKernel = std::function<Result<arrow::Datum>(
    KernelContext& ctx, const std::vector<arrow::Datum>& args, int64_t length)>;

struct Argument {
  DataType type;
  std::shared_ptr<arrow::Scalar> literal;  // null unless the argument is a constant
  bool bare_null = false;                  // the literal NULL without a type
  bool is_json = false;  // a call of JSON_OBJECT, JSON_ARRAY or JSON: nested as it is
};

/// One call as the binder sees it.
struct CallSite {
  std::vector<Argument> args;
  /// RETURNING type of JSON_VALUE and the like.
  std::optional<DataType> returning;
  /// Words of special syntax in order, e.g. {"NULL ON EMPTY", "ERROR ON ERROR"}, {"YEAR"} for
  /// EXTRACT,
  /// {"BOTH"} for TRIM. The function documents what it takes.
  std::vector<std::string> options;
  const SessionContext* session = nullptr;
};

struct ResolvedCall {
  DataType result;
  std::vector<DataType> arg_types;  // one per argument: the type it is implicitly cast to
  ScalarKernel kernel;
  bool can_fail = true;  // false: this call cannot, although the function may
};

enum class Volatility {
  kImmutable,  // same arguments, same result: may be folded
  kSession,    // depends on session or current time: not folded, the same within one batch
  kVolatile,   // RAND, UUID: a new value per row
};

struct FunctionDoc {
  std::string group;      // "string", "math", "time", "json", "conditional", "comparison", ...
  std::string signature;  // "SUBSTRING(string FROM start [FOR length])"
  std::string summary;    // one or two sentences
  std::string example;    // an expression, e.g. "UPPER('abc')"
  std::string result;     // as SELECT prints it, e.g. "ABC"; checked by a test
};

struct ScalarFunction {
  std::string name;  // upper case, or the operator's symbol
  std::vector<std::string> aliases;
  Volatility volatility = Volatility::kImmutable;
  bool can_fail = false;  // true: evaluated only for rows that need it (CASE, AND, OR)
  FunctionDoc doc;
  /// Fails with MR03xx: message says what was found and what is accepted; the binder adds the
  /// place.
  std::function<Result<ResolvedCall>(const CallSite&)> resolve;
};

/// All functions by name (case-insensitive). Filled once at start, then read by any thread.
class FunctionRegistry {
 public:
  void Register(ScalarFunction function);
  const ScalarFunction* Find(std::string_view name) const;
  std::vector<std::string> Names() const;          // sorted, aliases included
  std::vector<const ScalarFunction*> All() const;  // sorted by name

 private:
  std::vector<std::shared_ptr<ScalarFunction>> functions_;
  std::vector<std::pair<std::string, const ScalarFunction*>> by_name_;  // sorted by upper-case name
};

/// Registers every function of functions/*/ (functions/builtin.cc).
void RegisterBuiltinFunctions(FunctionRegistry* registry);
/// The registry of all built-in functions, made on first use.
const FunctionRegistry& BuiltinFunctions();

}  // namespace millrace
