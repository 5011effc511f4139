// SPDX-License-Identifier: Apache-2.0
// Sequences, and the types that hold other types.
#include <arrow/buffer.h>
#include <arrow/type.h>

#include <cstring>

#include "base/check.h"
#include "connectors/datagen/generator.h"
#include "data/decimal.h"

namespace millrace {
namespace {

constexpr int64_t kCollectionLength = 3;

/// start + row number, in whatever type the column has.
class SequenceGenerator final : public ColumnGenerator {
 public:
  SequenceGenerator(const DataType& type, const FieldOptions& field, uint64_t key)
      : ColumnGenerator(type.ToArrow(), key, 0),
        kind_(type.kind()),
        scale_(type.is_decimal() ? type.scale() : 0),
        start_(field.start) {}

  std::shared_ptr<arrow::ArrayData> Generate(const RowRange& rows) const override {
    switch (kind_) {
      case TypeKind::kTinyInt: return Fixed<int8_t>(rows);
      case TypeKind::kSmallInt: return Fixed<int16_t>(rows);
      case TypeKind::kInt: return Fixed<int32_t>(rows);
      case TypeKind::kBigInt: return Fixed<int64_t>(rows);
      case TypeKind::kFloat: return Fixed<float>(rows);
      case TypeKind::kDouble: return Fixed<double>(rows);
      case TypeKind::kDecimal: return Fixed<Int128>(rows, PowerOfTen(scale_));
      default: return Text(rows);
    }
  }

 private:
  int64_t ValueAt(const RowRange& rows, int64_t i) const {
    return start_ + static_cast<int64_t>(rows.first + static_cast<uint64_t>(i) * rows.stride);
  }

  template <typename T>
  std::shared_ptr<arrow::ArrayData> Fixed(const RowRange& rows, T factor = 1) const {
    auto buffer = AllocateValues(rows.count, sizeof(T));
    for (int64_t i = 0; i < rows.count; ++i) {
      const T value = static_cast<T>(static_cast<T>(ValueAt(rows, i)) * factor);
      std::memcpy(buffer->mutable_data() + i * static_cast<int64_t>(sizeof(T)), &value, sizeof(T));
    }
    return arrow::ArrayData::Make(type_, rows.count, {nullptr, std::move(buffer)}, 0);
  }

  std::shared_ptr<arrow::ArrayData> Text(const RowRange& rows) const {
    auto offsets = AllocateValues(rows.count + 1, sizeof(int32_t));
    std::string text;
    for (int64_t i = 0; i < rows.count; ++i) {
      text += std::to_string(ValueAt(rows, i));
      reinterpret_cast<int32_t*>(offsets->mutable_data())[i + 1] =
          static_cast<int32_t>(text.size());
    }
    return arrow::ArrayData::Make(
        type_, rows.count,
        {nullptr, std::move(offsets), arrow::Buffer::FromString(std::move(text))}, 0);
  }

  TypeKind kind_;
  int scale_;
  int64_t start_;
};

/// ARRAY, MAP and MULTISET: element k of row r is row r * length + k of the children.
class CollectionGenerator final : public ColumnGenerator {
 public:
  CollectionGenerator(const DataType& type, const FieldOptions& field, uint64_t key,
                      std::vector<std::unique_ptr<ColumnGenerator>> children)
      : ColumnGenerator(type.ToArrow(), key, field.null_rate),
        length_(field.length > 0 ? field.length : kCollectionLength),
        children_(std::move(children)) {}

  std::shared_ptr<arrow::ArrayData> Generate(const RowRange& rows) const override {
    CHECK(rows.stride == 1);
    auto offsets = AllocateValues(rows.count + 1, sizeof(int32_t));
    for (int64_t i = 0; i <= rows.count; ++i) {
      reinterpret_cast<int32_t*>(offsets->mutable_data())[i] = static_cast<int32_t>(i * length_);
    }
    RowRange elements = rows;
    elements.first *= static_cast<uint64_t>(length_);
    elements.count *= length_;
    std::shared_ptr<arrow::ArrayData> child;
    if (children_.size() == 2) {
      child = arrow::ArrayData::Make(
          type_->field(0)->type(), elements.count, {nullptr},
          {children_[0]->Generate(elements), children_[1]->GenerateColumn(elements)}, 0);
    } else {
      child = children_[0]->GenerateColumn(elements);
    }
    return arrow::ArrayData::Make(type_, rows.count, {nullptr, std::move(offsets)},
                                  {std::move(child)}, 0);
  }

 private:
  int64_t length_;
  std::vector<std::unique_ptr<ColumnGenerator>> children_;
};

class RowGenerator final : public ColumnGenerator {
 public:
  RowGenerator(const DataType& type, const FieldOptions& field, uint64_t key,
               std::vector<std::unique_ptr<ColumnGenerator>> children)
      : ColumnGenerator(type.ToArrow(), key, field.null_rate), children_(std::move(children)) {}

  std::shared_ptr<arrow::ArrayData> Generate(const RowRange& rows) const override {
    std::vector<std::shared_ptr<arrow::ArrayData>> columns;
    for (const auto& child : children_) columns.push_back(child->GenerateColumn(rows));
    return arrow::ArrayData::Make(type_, rows.count, {nullptr}, std::move(columns), 0);
  }

 private:
  std::vector<std::unique_ptr<ColumnGenerator>> children_;
};

}  // namespace

std::unique_ptr<ColumnGenerator> MakeSequenceGenerator(const DataType& type,
                                                       const FieldOptions& field, uint64_t key) {
  return std::make_unique<SequenceGenerator>(type, field, key);
}

std::unique_ptr<ColumnGenerator> MakeNestedGenerator(const std::string& name, const DataType& type,
                                                     const Options& options, uint64_t key) {
  const FieldOptions field = ReadFieldOptions(options, name);
  std::vector<std::unique_ptr<ColumnGenerator>> children;
  const auto add = [&](const std::string& child, const DataType& child_type) {
    children.push_back(MakeColumnGenerator(name + "." + child, child_type, options,
                                           BitsOf(key, children.size() + 1)));
  };
  switch (type.kind()) {
    case TypeKind::kArray: add("element", type.element()); break;
    case TypeKind::kMultiset:
      add("element", type.element());
      add("count", DataType::Int());
      break;
    case TypeKind::kMap:
      add("key", type.key());
      add("value", type.value());
      break;
    default:
      CHECK(type.kind() == TypeKind::kRow);
      for (const DataType::Field& child : type.fields()) add(child.name, child.type);
      return std::make_unique<RowGenerator>(type, field, key, std::move(children));
  }
  return std::make_unique<CollectionGenerator>(type, field, key, std::move(children));
}

}  // namespace millrace
