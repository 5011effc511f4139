// SPDX-License-Identifier: Apache-2.0
// Vector kernels: tight loops over raw number buffers that the compiler turns into SIMD.
//
// The operation is computed for every row, NULL rows included, so it must be total (no trap, no
// undefined behaviour); validity is the AND of the arguments' bitmaps. Scalar sides are hoisted out
// of the loop.
#pragma once

#include <arrow/util/bitmap_ops.h>

#include <algorithm>
#include <memory>

#include "functions/column_reader.h"
#include "functions/column_writer.h"
#include "functions/row_kernel.h"

namespace millrace {

/// The validity of an array at offset 0, shared when possible; null: all valid.
std::shared_ptr<arrow::Buffer> ValidityOf(const arrow::ArrayData& data);
/// AND of both; a scalar counts as valid.
std::shared_ptr<arrow::Buffer> IntersectValidity(const arrow::Datum& left,
                                                 const arrow::Datum& right);
/// `length` NULLs of the result type, or a NULL scalar when all arguments are scalars.
Result<arrow::Datum> NullResult(const KernelContext& ctx, const Arguments& args, int64_t length);
/// Packs bytes that are 0 or 1 into bits.
void PackBits(const uint8_t* bytes, int64_t count, uint8_t* bits);

namespace internal {

constexpr int64_t kPackRows = 512;
constexpr int64_t kBlockRows = 64;

/// values[i] = op(i). In blocks of a constant length and without aliasing, since that is what the
/// compiler asks for at -O2 before it uses SIMD.
template <typename T, typename Op>
void FillValues(T* values, int64_t rows, Op& op) {
  int64_t i = 0;
  for (; i + kBlockRows <= rows; i += kBlockRows) {
#pragma GCC ivdep
    for (int64_t j = 0; j < kBlockRows; ++j) values[i + j] = static_cast<T>(op(i + j));
  }
  for (; i < rows; ++i) values[i] = static_cast<T>(op(i));
}

/// Writes op(i) for all rows: numbers straight, bool through a byte buffer that is packed.
template <typename Out, typename Op>
std::shared_ptr<arrow::Buffer> FillColumn(int64_t rows, Op&& op) {
  if constexpr (std::is_same_v<Out, bool>) {
    auto buffer = AllocateColumn(arrow::bit_util::BytesForBits(rows));
    uint8_t* bits = buffer->mutable_data();
    uint8_t bytes[kPackRows];
    for (int64_t start = 0; start < rows; start += kPackRows) {
      const int64_t count = std::min(kPackRows, rows - start);
      auto shifted = [&op, start](int64_t i) { return op(start + i); };
      FillValues(bytes, count, shifted);
      PackBits(bytes, count, bits + (start >> 3));
    }
    return buffer;
  } else {
    auto buffer = AllocateColumn(rows * static_cast<int64_t>(sizeof(Out)));
    FillValues(reinterpret_cast<Out*>(buffer->mutable_data()), rows, op);
    return buffer;
  }
}

}  // namespace internal

/// out[i] = op(in[i]).
template <typename Out, typename In, typename Op>
Result<arrow::Datum> VectorUnary(KernelContext& ctx, const Arguments& args, int64_t length, Op op) {
  const ColumnReader<In> in(args[0]);
  if (in.all_null()) return NullResult(ctx, args, length);
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const In* __restrict values = in.values();
    auto buffer =
        internal::FillColumn<Out>(rows, [values, op](int64_t i) { return op(values[i]); });
    auto validity = args[0].is_scalar() ? nullptr : ValidityOf(*args[0].array());
    return arrow::ArrayData::Make(ctx.result_type.ToArrow(), rows,
                                  {std::move(validity), std::move(buffer)});
  });
}

/// out[i] = op(left[i], right[i]).
template <typename Out, typename Left, typename Right, typename Op>
Result<arrow::Datum> VectorBinary(KernelContext& ctx, const Arguments& args, int64_t length,
                                  Op op) {
  const ColumnReader<Left> left(args[0]);
  const ColumnReader<Right> right(args[1]);
  if (left.all_null() || right.all_null()) return NullResult(ctx, args, length);
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const Left* __restrict a = left.values();
    const Right* __restrict b = right.values();
    std::shared_ptr<arrow::Buffer> buffer;
    if (left.is_scalar()) {
      buffer = internal::FillColumn<Out>(rows, [x = *a, b, op](int64_t i) { return op(x, b[i]); });
    } else if (right.is_scalar()) {
      buffer = internal::FillColumn<Out>(rows, [a, y = *b, op](int64_t i) { return op(a[i], y); });
    } else {
      buffer = internal::FillColumn<Out>(rows, [a, b, op](int64_t i) { return op(a[i], b[i]); });
    }
    return arrow::ArrayData::Make(ctx.result_type.ToArrow(), rows,
                                  {IntersectValidity(args[0], args[1]), std::move(buffer)});
  });
}

template <typename Out, typename In, typename Op>
ScalarKernel VectorUnaryKernel(Op op) {
  return [op](KernelContext& ctx, const Arguments& args, int64_t length) {
    return VectorUnary<Out, In>(ctx, args, length, op);
  };
}

template <typename Out, typename Left, typename Right, typename Op>
ScalarKernel VectorBinaryKernel(Op op) {
  return [op](KernelContext& ctx, const Arguments& args, int64_t length) {
    return VectorBinary<Out, Left, Right>(ctx, args, length, op);
  };
}

}  // namespace millrace
