// SPDX-License-Identifier: Apache-2.0
// Expression: a bound scalar expression over the columns of one input. Immutable, shared, typed by
// Flink's rules at binding time; evaluated in bulk by an Evaluator (evaluator.h), which is per
// shard.
#pragma once

#include <arrow/type_fwd.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/data_type.h"
#include "functions/function.h"

namespace millrace {

class Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

enum class ExpressionKind {
  kLiteral,
  kInputRef,
  kCall,  // a registry function with its resolved kernel
  kCast,
  kAnd,
  kOr,
  kCase,  // args: when, then, when, then, ..., else
  kCoalesce,
  kFieldAccess,  // args[0].field(index)
  kInSet,        // args[0] IN literals (hash set)
  kCurrentWatermark,
};

class Expression {
 public:
  static ExpressionPtr Literal(std::shared_ptr<arrow::Scalar> value, DataType type);
  static ExpressionPtr NullLiteral(DataType type);
  static ExpressionPtr BooleanLiteral(bool value);
  static ExpressionPtr InputRef(int index, DataType type, std::string name);
  /// `call` was resolved for exactly these argument types (casts inserted).
  static ExpressionPtr Call(const ScalarFunction* function, ResolvedCall call,
                            std::vector<ExpressionPtr> args, std::vector<std::string> options = {});
  /// No-op when only nullability differs. Fails if the cast does not exist.
  static Result<ExpressionPtr> Cast(ExpressionPtr arg, DataType to, bool try_cast = false,
                                    bool implicit = false);
  static ExpressionPtr And(std::vector<ExpressionPtr> args);
  static ExpressionPtr Or(std::vector<ExpressionPtr> args);
  static ExpressionPtr Case(std::vector<ExpressionPtr> args, DataType type);
  static ExpressionPtr Coalesce(std::vector<ExpressionPtr> args, DataType type);
  static ExpressionPtr FieldAccess(ExpressionPtr row, int field);
  static ExpressionPtr InSet(ExpressionPtr arg, std::vector<std::shared_ptr<arrow::Scalar>> values,
                             bool has_null);
  static ExpressionPtr CurrentWatermark(DataType type);

  ExpressionKind kind() const { return kind_; }
  const DataType& type() const { return type_; }
  const std::vector<ExpressionPtr>& args() const { return args_; }
  int index() const { return index_; }  // kInputRef, kFieldAccess
  const std::shared_ptr<arrow::Scalar>& literal() const { return literal_; }
  const ScalarFunction* function() const { return function_; }  // kCall
  const ScalarKernel& kernel() const { return kernel_; }        // kCall, kCast
  const std::vector<DataType>& kernel_arg_types() const { return kernel_arg_types_; }
  const std::vector<std::shared_ptr<arrow::Scalar>>& set_values() const { return set_values_; }
  bool set_has_null() const { return set_has_null_; }
  bool try_cast() const { return try_cast_; }
  Volatility volatility() const { return volatility_; }  // the least stable of the whole tree
  /// True if evaluating a row may add to RowErrors; then CASE, AND, OR and COALESCE select rows
  /// first.
  bool can_fail() const { return can_fail_; }

  /// SQL-like text, unique up to equality of meaning: used in explain, digests and default names.
  const std::string& ToString() const { return text_; }
  /// Largest input column index used + 1, and the set of used columns.
  void CollectInputs(std::vector<bool>* used) const;
  /// Same expression with every InputRef i replaced by replacements[i].
  ExpressionPtr Substitute(const std::vector<ExpressionPtr>& replacements) const;
  /// Same expression with InputRef i shifted to mapping[i] (mapping[i] < 0 is a broken invariant).
  ExpressionPtr Remap(const std::vector<int>& mapping) const;
  /// Same expression over map(argument), of the same types, for each argument.
  ExpressionPtr MapArgs(const std::function<ExpressionPtr(const ExpressionPtr&)>& map) const;

 private:
  Expression() = default;
  ExpressionPtr WithArgs(std::vector<ExpressionPtr> args) const;
  void Finish();

  ExpressionKind kind_ = ExpressionKind::kLiteral;
  DataType type_;
  std::vector<ExpressionPtr> args_;
  int index_ = -1;
  std::string name_;
  std::shared_ptr<arrow::Scalar> literal_;
  const ScalarFunction* function_ = nullptr;
  ScalarKernel kernel_;
  std::vector<DataType> kernel_arg_types_;
  std::vector<std::string> options_;
  std::vector<std::shared_ptr<arrow::Scalar>> set_values_;
  bool set_has_null_ = false;
  bool try_cast_ = false;
  Volatility volatility_ = Volatility::kImmutable;
  bool can_fail_ = false;
  std::string text_;
};

}  // namespace millrace
