// SPDX-License-Identifier: Apache-2.0
#include "functions/collection/lists.h"

#include <arrow/array/array_nested.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>

#include "base/check.h"
#include "data/take.h"
#include "functions/coercion.h"

namespace millrace {

ListArgument::ListArgument(const arrow::Datum& datum) : reader_(datum) {
  const arrow::Array& array = reader_.array();
  if (array.type_id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapArray&>(array);
    offsets_ = map.raw_value_offsets();
    elements_ = map.keys();
    values_ = map.items();
  } else {
    const auto& list = static_cast<const arrow::ListArray&>(array);
    offsets_ = list.raw_value_offsets();
    elements_ = list.values();
  }
}

int32_t ListArgument::begin(int64_t row) const { return offsets_[reader_.row(row)]; }
int32_t ListArgument::end(int64_t row) const { return offsets_[reader_.row(row) + 1]; }

ElementKeys::ElementKeys(const std::shared_ptr<arrow::Array>& column, const DataType& type) {
  Batch batch;
  batch.num_rows = column->length();
  batch.columns = {column};
  KeyCodec({0}, {type.Nullable()}).Encode(batch, &keys_);
}

ColumnArgument::ColumnArgument(const arrow::Datum& datum) {
  if (datum.is_scalar()) {
    auto made = arrow::MakeArrayFromScalar(*datum.scalar(), 1);
    CHECK(made.ok());
    column_ = std::move(made).ValueUnsafe();
    step_ = 0;
  } else {
    column_ = datum.make_array();
  }
}

int32_t ElementPool::Add(std::shared_ptr<arrow::Array> column) {
  const int64_t start = size_;
  size_ += column->length();
  CHECK(size_ < 2147483647);
  columns_.push_back(std::move(column));
  return static_cast<int32_t>(start);
}

Result<std::shared_ptr<arrow::Array>> ElementPool::Finish(const DataType& type) const {
  if (columns_.size() == 1) return columns_[0];
  auto joined =
      columns_.empty() ? arrow::MakeEmptyArray(type.ToArrow()) : arrow::Concatenate(columns_);
  if (!joined.ok()) return InternalError("cannot join elements", joined.status().ToString());
  return *std::move(joined);
}

void ListWriter::Discard() {
  if (!values_.empty()) values_.resize(row_start());
  elements_.resize(row_start());
  null_ = true;
}

void ListWriter::EndRow() {
  ends_.push_back(static_cast<int32_t>(elements_.size()));
  valid_.push_back(!null_);
  if (null_) ++null_count_;
  null_ = false;
}

std::shared_ptr<arrow::Buffer> ListWriter::Offsets() const {
  const size_t bytes = ends_.size() * sizeof(int32_t);
  auto buffer = AllocateColumn(static_cast<int64_t>(bytes));
  std::memcpy(buffer->mutable_data(), ends_.data(), bytes);
  return buffer;
}

std::shared_ptr<arrow::Buffer> ListWriter::Validity() const {
  if (null_count_ == 0) return nullptr;
  auto buffer = AllocateColumn(arrow::bit_util::BytesForBits(static_cast<int64_t>(valid_.size())));
  std::memset(buffer->mutable_data(), 0, static_cast<size_t>(buffer->size()));
  for (size_t i = 0; i < valid_.size(); ++i) {
    if (valid_[i]) arrow::bit_util::SetBit(buffer->mutable_data(), static_cast<int64_t>(i));
  }
  return buffer;
}

std::shared_ptr<arrow::ArrayData> ListWriter::FinishArray(const DataType& type,
                                                          const arrow::Array& pool) {
  return arrow::ArrayData::Make(type.ToArrow(), static_cast<int64_t>(valid_.size()),
                                {Validity(), Offsets()}, {TakeRows(pool, elements_)->data()},
                                null_count_);
}

std::shared_ptr<arrow::ArrayData> ListWriter::FinishMap(const DataType& type,
                                                        const arrow::Array& keys,
                                                        const arrow::Array& values) {
  const auto arrow_type = std::static_pointer_cast<arrow::MapType>(type.ToArrow());
  auto pairs = arrow::ArrayData::Make(
      arrow_type->value_type(), static_cast<int64_t>(elements_.size()), {nullptr},
      {TakeRows(keys, elements_)->data(), TakeRows(values, values_)->data()}, 0);
  return arrow::ArrayData::Make(arrow_type, static_cast<int64_t>(valid_.size()),
                                {Validity(), Offsets()}, {std::move(pairs)}, null_count_);
}

Status CheckCount(std::string_view name, const CallSite& site, size_t min, size_t max,
                  std::string_view accepted) {
  if (site.args.size() >= min && site.args.size() <= max) return OkStatus();
  return WrongArgumentCount(name, site, accepted);
}

Status CheckArray(std::string_view name, const CallSite& site, size_t index,
                  std::string_view accepted) {
  if (!site.args[index].bare_null && site.args[index].type.kind() == TypeKind::kArray) {
    return OkStatus();
  }
  return NoSignature(name, site, accepted);
}

Status CheckMap(std::string_view name, const CallSite& site, size_t index,
                std::string_view accepted) {
  if (!site.args[index].bare_null && site.args[index].type.kind() == TypeKind::kMap) {
    return OkStatus();
  }
  return NoSignature(name, site, accepted);
}

Result<DataType> NeedleType(std::string_view name, const CallSite& site, size_t index,
                            std::string_view accepted) {
  const DataType& element = site.args[0].type.element();
  const Argument& needle = site.args[index];
  if (needle.bare_null) return element.Nullable();
  const bool both_text = element.is_character() && needle.type.is_character();
  // Flink rounds any number to the DECIMAL of the elements; one that is too large is NULL.
  if (element.kind() == TypeKind::kDecimal && needle.type.is_numeric()) {
    return element.Nullable(needle.type.nullable());
  }
  const bool widening = !element.is_numeric() || element.EqualIgnoringNull(needle.type) ||
                        CommonType(std::vector<DataType>{element, needle.type})
                            .value_or(DataType::Null())
                            .EqualIgnoringNull(element);
  if (!both_text && (!CanImplicitlyCast(needle.type, element) || !widening)) {
    return NoSignature(name, site, accepted);
  }
  return element.Nullable(needle.type.nullable());
}

Result<DataType> CommonArray(std::string_view name, const CallSite& site,
                             std::string_view accepted) {
  std::vector<DataType> elements;
  for (size_t i = 0; i < site.args.size(); ++i) {
    TRY(CheckArray(name, site, i, accepted));
    elements.push_back(site.args[i].type.element());
  }
  const auto common = CommonType(elements);
  if (!common.has_value()) return NoSignature(name, site, accepted);
  return DataType::Array(*common);
}

bool IsOrdered(const DataType& type) {
  return type.is_numeric() || type.is_character() || type.is_timestamp() ||
         type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime;
}

}  // namespace millrace
