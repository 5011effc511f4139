// SPDX-License-Identifier: Apache-2.0
// Arrays and maps as kernels handle them: a result is a choice of elements from the arguments'
// children, so a kernel only collects element numbers, and one gather makes the child, whatever its
// type. Elements compare by their key encoding: NULL equals NULL, and nested values work alike.
#pragma once

#include <arrow/array/array_base.h>

#include <memory>
#include <string_view>
#include <vector>

#include "data/data_type.h"
#include "data/key_codec.h"
#include "functions/kernel_support.h"

namespace millrace {

/// An ARRAY or MAP argument: which elements of its child belong to a row.
class ListArgument {
 public:
  explicit ListArgument(const arrow::Datum& datum);

  bool IsNull(int64_t row) const { return reader_.IsNull(row); }
  int32_t begin(int64_t row) const;
  int32_t end(int64_t row) const;
  int32_t size(int64_t row) const { return end(row) - begin(row); }
  /// All elements (for a MAP the keys), and a MAP's values. Element numbers index these.
  const std::shared_ptr<arrow::Array>& elements() const { return elements_; }
  const std::shared_ptr<arrow::Array>& values() const { return values_; }

 private:
  NestedReader reader_;
  const int32_t* offsets_ = nullptr;
  std::shared_ptr<arrow::Array> elements_;
  std::shared_ptr<arrow::Array> values_;
};

/// The key encoding of every row of a column.
class ElementKeys {
 public:
  ElementKeys(const std::shared_ptr<arrow::Array>& column, const DataType& type);
  std::string_view operator[](int64_t row) const { return keys_.key(static_cast<size_t>(row)); }

 private:
  EncodedKeys keys_;
};

/// A plain argument as a column, and the row of it that stands for row i.
class ColumnArgument {
 public:
  explicit ColumnArgument(const arrow::Datum& datum);
  const std::shared_ptr<arrow::Array>& column() const { return column_; }
  bool IsNull(int64_t row) const { return column_->IsNull(row * step_); }
  int32_t row(int64_t i) const { return static_cast<int32_t>(i * step_); }

 private:
  std::shared_ptr<arrow::Array> column_;
  int64_t step_ = 1;
};

/// Several columns of one type end to end: row i of column c is element start(c) + i.
class ElementPool {
 public:
  /// Returns the start of the added column.
  int32_t Add(std::shared_ptr<arrow::Array> column);
  Result<std::shared_ptr<arrow::Array>> Finish(const DataType& type) const;

 private:
  std::vector<std::shared_ptr<arrow::Array>> columns_;
  int64_t size_ = 0;
};

/// Builds an ARRAY or MAP column: per row Null or any number of Add, then EndRow.
class ListWriter {
 public:
  void Add(int32_t element) { elements_.push_back(element); }
  /// MAP: a key and a value of the two pools.
  void Add(int32_t key, int32_t value) {
    elements_.push_back(key);
    values_.push_back(value);
  }
  void Null() { null_ = true; }
  /// Drops what the row has so far and makes it NULL.
  void Discard();
  void EndRow();
  size_t row_start() const { return static_cast<size_t>(ends_.back()); }
  std::vector<int32_t>& elements() { return elements_; }
  std::vector<int32_t>& values() { return values_; }

  std::shared_ptr<arrow::ArrayData> FinishArray(const DataType& type, const arrow::Array& pool);
  std::shared_ptr<arrow::ArrayData> FinishMap(const DataType& type, const arrow::Array& keys,
                                              const arrow::Array& values);

 private:
  std::shared_ptr<arrow::Buffer> Offsets() const;
  std::shared_ptr<arrow::Buffer> Validity() const;

  std::vector<int32_t> elements_;
  std::vector<int32_t> values_;
  std::vector<int32_t> ends_ = {0};
  std::vector<bool> valid_;
  bool null_ = false;
  int64_t null_count_ = 0;
};

/// RunKernel for kernels that can fail as a whole.
template <typename Make>
Result<arrow::Datum> RunFallible(KernelContext& ctx, const Arguments& args, int64_t length,
                                 Make&& make) {
  const bool column = !AllScalars(args) || args.empty();
  TRY_ASSIGN(std::shared_ptr<arrow::ArrayData> made, make(column ? length : int64_t{1}));
  if (column) return arrow::Datum(std::move(made));
  return ScalarOfRow(ctx, std::move(made), length);
}

/// MR0301 unless argument `index` is an ARRAY (or a bare NULL, which no function can type).
Status CheckArray(std::string_view name, const CallSite& site, size_t index,
                  std::string_view accepted);
Status CheckMap(std::string_view name, const CallSite& site, size_t index,
                std::string_view accepted);
/// MR0302 unless the call has `min` to `max` arguments.
Status CheckCount(std::string_view name, const CallSite& site, size_t min, size_t max,
                  std::string_view accepted);
/// The type a needle is cast to: the element's, if that is possible without CAST.
Result<DataType> NeedleType(std::string_view name, const CallSite& site, size_t index,
                            std::string_view accepted);
/// The ARRAY type all arguments are cast to.
Result<DataType> CommonArray(std::string_view name, const CallSite& site,
                             std::string_view accepted);
/// Whether ARRAY_SORT, ARRAY_MAX and ARRAY_MIN can order the type.
bool IsOrdered(const DataType& type);

inline bool FirstNullable(const CallSite& site) {
  return site.args[0].bare_null || site.args[0].type.nullable();
}

void RegisterArrayAccess(FunctionRegistry* registry);
void RegisterArrayChange(FunctionRegistry* registry);
void RegisterArrayConstructors(FunctionRegistry* registry);
void RegisterArrayJoin(FunctionRegistry* registry);
void RegisterArrayOrder(FunctionRegistry* registry);
void RegisterArraySearch(FunctionRegistry* registry);
void RegisterArraySets(FunctionRegistry* registry);
void RegisterMapFunctions(FunctionRegistry* registry);

}  // namespace millrace
