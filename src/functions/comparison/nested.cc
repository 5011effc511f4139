// SPDX-License-Identifier: Apache-2.0
// Comparisons of ARRAY, MAP, MULTISET and ROW, and IS DISTINCT FROM for every type.
//
// Inside arrays and maps values compare as Java objects do: NULL equals NULL, NaN equals NaN, 0.0
// is not -0.0. A map's entries have no order.
#include <arrow/array.h>

#include <cstring>
#include <optional>

#include "base/check.h"
#include "data/decimal.h"
#include "functions/comparison/kernels.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

/// A value by its column and row.
struct Cell {
  const arrow::Array* column;
  int64_t row;

  bool IsNull() const { return column->IsNull(row); }
};

template <typename T>
T FixedValue(Cell cell) {
  return cell.column->data()->GetValues<T>(1)[cell.row];
}

template <typename T>
int Order(T a, T b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

/// Java's Double.compare: -0.0 before 0.0, NaN last and equal to itself.
template <typename T, typename Bits>
int OrderFloating(T a, T b) {
  if (a < b) return -1;
  if (a > b) return 1;
  const auto key = [](T value) {
    Bits bits;
    if (value != value) value = std::numeric_limits<T>::quiet_NaN();
    std::memcpy(&bits, &value, sizeof(bits));
    return bits;
  };
  return Order(key(a), key(b));
}

int CompareCells(const DataType& type, Cell a, Cell b);

int CompareLists(const DataType& element, Cell a, Cell b) {
  const auto& left = static_cast<const arrow::ListArray&>(*a.column);
  const auto& right = static_cast<const arrow::ListArray&>(*b.column);
  const int64_t shared = std::min(left.value_length(a.row), right.value_length(b.row));
  for (int64_t i = 0; i < shared; ++i) {
    const int order = CompareCells(element, {left.values().get(), left.value_offset(a.row) + i},
                                   {right.values().get(), right.value_offset(b.row) + i});
    if (order != 0) return order;
  }
  return Order(left.value_length(a.row), right.value_length(b.row));
}

/// 0 if equal as sets of entries, otherwise 1.
int CompareMaps(const DataType& key, const DataType& value, Cell a, Cell b) {
  const auto& left = static_cast<const arrow::MapArray&>(*a.column);
  const auto& right = static_cast<const arrow::MapArray&>(*b.column);
  if (left.value_length(a.row) != right.value_length(b.row)) return 1;
  for (int64_t i = left.value_offset(a.row); i < left.value_offset(a.row + 1); ++i) {
    bool found = false;
    for (int64_t j = right.value_offset(b.row); !found && j < right.value_offset(b.row + 1); ++j) {
      found = CompareCells(key, {left.keys().get(), i}, {right.keys().get(), j}) == 0 &&
              CompareCells(value, {left.items().get(), i}, {right.items().get(), j}) == 0;
    }
    if (!found) return 1;
  }
  return 0;
}

int CompareRows(const DataType& type, Cell a, Cell b) {
  const auto& left = static_cast<const arrow::StructArray&>(*a.column);
  const auto& right = static_cast<const arrow::StructArray&>(*b.column);
  for (size_t i = 0; i < type.fields().size(); ++i) {
    const auto field = static_cast<int>(i);
    const int order = CompareCells(type.fields()[i].type, {left.field(field).get(), a.row},
                                   {right.field(field).get(), b.row});
    if (order != 0) return order;
  }
  return 0;
}

int CompareNestedCells(const DataType& type, Cell a, Cell b) {
  switch (type.kind()) {
    case TypeKind::kArray: return CompareLists(type.element(), a, b);
    case TypeKind::kMap: return CompareMaps(type.key(), type.value(), a, b);
    case TypeKind::kMultiset: return CompareMaps(type.element(), DataType::Int(), a, b);
    default: CHECK(type.kind() == TypeKind::kRow); return CompareRows(type, a, b);
  }
}

int CompareValues(const DataType& type, Cell a, Cell b) {
  switch (a.column->type_id()) {
    case arrow::Type::BOOL:
      return Order<int>(static_cast<const arrow::BooleanArray&>(*a.column).Value(a.row),
                        static_cast<const arrow::BooleanArray&>(*b.column).Value(b.row));
    case arrow::Type::INT8: return Order(FixedValue<int8_t>(a), FixedValue<int8_t>(b));
    case arrow::Type::INT16: return Order(FixedValue<int16_t>(a), FixedValue<int16_t>(b));
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::TIME32: return Order(FixedValue<int32_t>(a), FixedValue<int32_t>(b));
    case arrow::Type::INT64:
    case arrow::Type::TIMESTAMP: return Order(FixedValue<int64_t>(a), FixedValue<int64_t>(b));
    case arrow::Type::FLOAT:
      return OrderFloating<float, int32_t>(FixedValue<float>(a), FixedValue<float>(b));
    case arrow::Type::DOUBLE:
      return OrderFloating<double, int64_t>(FixedValue<double>(a), FixedValue<double>(b));
    case arrow::Type::DECIMAL128: {
      Int128 left, right;
      std::memcpy(&left, static_cast<const arrow::FixedSizeBinaryArray&>(*a.column).GetValue(a.row),
                  sizeof(left));
      std::memcpy(&right,
                  static_cast<const arrow::FixedSizeBinaryArray&>(*b.column).GetValue(b.row),
                  sizeof(right));
      return Order(left, right);
    }
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return Order(static_cast<const arrow::BinaryArray&>(*a.column).GetView(a.row),
                   static_cast<const arrow::BinaryArray&>(*b.column).GetView(b.row));
    default: return CompareNestedCells(type, a, b);
  }
}

int CompareCells(const DataType& type, Cell a, Cell b) {
  if (type.kind() == TypeKind::kNull) return 0;
  const bool null_a = a.IsNull();
  const bool null_b = b.IsNull();
  if (null_a || null_b) return Order<int>(null_a, null_b);
  return CompareValues(type, a, b);
}

/// ROW = ROW: FALSE if a pair of fields differs, else NULL if one is unknown, else TRUE.
std::optional<bool> RowsEqual(const DataType& type, Cell a, Cell b) {
  const auto& left = static_cast<const arrow::StructArray&>(*a.column);
  const auto& right = static_cast<const arrow::StructArray&>(*b.column);
  bool unknown = false;
  for (size_t i = 0; i < type.fields().size(); ++i) {
    const DataType& field = type.fields()[i].type;
    const Cell x{left.field(static_cast<int>(i)).get(), a.row};
    const Cell y{right.field(static_cast<int>(i)).get(), b.row};
    if (field.kind() == TypeKind::kNull || x.IsNull() || y.IsNull()) {
      unknown = true;
    } else if (field.kind() == TypeKind::kRow) {
      const std::optional<bool> equal = RowsEqual(field, x, y);
      if (!equal)
        unknown = true;
      else if (!*equal)
        return false;
    } else if (CompareValues(field, x, y) != 0) {
      return false;
    }
  }
  if (unknown) return std::nullopt;
  return true;
}

std::optional<bool> CompareTwo(CompareOp op, const DataType& type, Cell a, Cell b) {
  if (type.kind() != TypeKind::kRow) return Satisfies(op, CompareValues(type, a, b));
  const std::optional<bool> equal = RowsEqual(type, a, b);
  if (!equal) return std::nullopt;
  return *equal == (op == CompareOp::kEqual);
}

}  // namespace

ScalarKernel NestedComparison(CompareOp op, const DataType& type) {
  return [op, type](KernelContext& ctx, const Arguments& args, int64_t length) {
    return RunKernel(ctx, args, length, [&](int64_t rows) {
      const NestedReader left(args[0]);
      const NestedReader right(args[1]);
      BoolWriter out(&ctx, rows);
      for (int64_t i = 0; i < rows; ++i) {
        if (left.IsNull(i) || right.IsNull(i)) {
          out.Null();
        } else {
          const auto result =
              CompareTwo(op, type, {&left.array(), left.row(i)}, {&right.array(), right.row(i)});
          result ? out.Set(*result) : out.Null();
        }
        out.EndRow();
      }
      return out.Finish(ctx.result_type.ToArrow());
    });
  };
}

ScalarKernel DistinctFrom(bool negated, const DataType& left, const DataType& right) {
  // NULLs are settled here; what is left is <> of two values, where a ROW counts by value.
  const bool nested = left.kind() == TypeKind::kRow;
  const ScalarKernel differs = nested ? nullptr : Comparison(CompareOp::kNotEqual, left, right);
  return [=](KernelContext& ctx, const Arguments& args, int64_t length) -> Result<arrow::Datum> {
    arrow::Datum values;
    if (!nested) {
      TRY_ASSIGN(values, differs(ctx, args, length));
    }
    return RunKernel(ctx, args, length, [&](int64_t rows) {
      const ValidityReader a(args[0]);
      const ValidityReader b(args[1]);
      std::optional<BoolReader> differ;
      std::optional<NestedReader> x, y;
      nested ? (x.emplace(args[0]), y.emplace(args[1]), void()) : void(differ.emplace(values));
      BoolWriter out(&ctx, rows);
      for (int64_t i = 0; i < rows; ++i) {
        bool distinct = a.IsNull(i) != b.IsNull(i);
        if (!a.IsNull(i) && !b.IsNull(i)) {
          distinct =
              nested ? CompareRows(left, {&x->array(), x->row(i)}, {&y->array(), y->row(i)}) != 0
                     : (*differ)[i];
        }
        out.Set(distinct != negated);
        out.EndRow();
      }
      return out.Finish(ctx.result_type.ToArrow());
    });
  };
}

}  // namespace millrace
