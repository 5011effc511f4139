// SPDX-License-Identifier: Apache-2.0
// Row kernels: turn a lambda over values into a ScalarKernel, with scalars, offsets and NULLs
// handled.
//
//   MapRows<std::string_view, std::string_view, int32_t>(ctx, args, length,
//       [](auto& out, std::string_view text, int32_t n) { out.Set(text.substr(0, n)); });
//
// The first type is the result's value type, the others those of the arguments (see ReaderFor).
// MapRows gives NULL when an argument is NULL; MapRowsWithNull passes std::optional and leaves it
// to the lambda. For wide numeric columns prefer vector_kernel.h.
#pragma once

#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "functions/column_reader.h"
#include "functions/column_writer.h"
#include "functions/function.h"

namespace millrace {

using Arguments = std::vector<arrow::Datum>;

/// The scalar of a one-row column; spreads the error of row 0 over `length` rows.
Result<arrow::Datum> ScalarOfRow(KernelContext& ctx, std::shared_ptr<arrow::ArrayData> column,
                                 int64_t length);

/// Runs `make(rows)` once for all rows, or, when every argument is a scalar, for one row: the
/// result is then a scalar and an error of that row is an error of every row.
template <typename Make>
Result<arrow::Datum> RunKernel(KernelContext& ctx, const Arguments& args, int64_t length,
                               Make&& make) {
  if (!AllScalars(args) || args.empty()) return arrow::Datum(make(length));
  return ScalarOfRow(ctx, make(1), length);
}

namespace internal {

template <typename Out, typename... In, typename F, size_t... I>
std::shared_ptr<arrow::ArrayData> MapRowsImpl(KernelContext& ctx, const Arguments& args,
                                              int64_t rows, F& f, std::index_sequence<I...>) {
  Writer<Out> out(&ctx, rows);
  std::tuple<ReaderFor<In>...> readers{ReaderFor<In>(args[I])...};
  const bool nulls = (std::get<I>(readers).may_have_nulls() || ...);
  for (int64_t i = 0; i < rows; ++i) {
    if (nulls && (std::get<I>(readers).IsNull(i) || ...)) {
      out.Null();
    } else {
      f(out, std::get<I>(readers)[i]...);
    }
    out.EndRow();
  }
  return out.Finish(ctx.result_type.ToArrow());
}

template <typename Out, typename... In, typename F, size_t... I>
std::shared_ptr<arrow::ArrayData> MapRowsWithNullImpl(KernelContext& ctx, const Arguments& args,
                                                      int64_t rows, F& f,
                                                      std::index_sequence<I...>) {
  Writer<Out> out(&ctx, rows);
  std::tuple<ReaderFor<In>...> readers{ReaderFor<In>(args[I])...};
  for (int64_t i = 0; i < rows; ++i) {
    f(out, (std::get<I>(readers).IsNull(i) ? std::optional<In>()
                                           : std::optional<In>(std::get<I>(readers)[i]))...);
    out.EndRow();
  }
  return out.Finish(ctx.result_type.ToArrow());
}

}  // namespace internal

template <typename Out, typename... In, typename F>
Result<arrow::Datum> MapRows(KernelContext& ctx, const Arguments& args, int64_t length, F&& f) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    return internal::MapRowsImpl<Out, In...>(ctx, args, rows, f, std::index_sequence_for<In...>());
  });
}

template <typename Out, typename... In, typename F>
Result<arrow::Datum> MapRowsWithNull(KernelContext& ctx, const Arguments& args, int64_t length,
                                     F&& f) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    return internal::MapRowsWithNullImpl<Out, In...>(ctx, args, rows, f,
                                                     std::index_sequence_for<In...>());
  });
}

/// A ScalarKernel of a stateless lambda: RowKernel<Out, In...>([](auto& out, In...) {...}).
template <typename Out, typename... In, typename F>
ScalarKernel RowKernel(F f) {
  return [f](KernelContext& ctx, const Arguments& args, int64_t length) {
    return MapRows<Out, In...>(ctx, args, length, f);
  };
}

template <typename Out, typename... In, typename F>
ScalarKernel RowKernelWithNull(F f) {
  return [f](KernelContext& ctx, const Arguments& args, int64_t length) {
    return MapRowsWithNull<Out, In...>(ctx, args, length, f);
  };
}

/// The state of a call site, made by `make() -> std::unique_ptr<T>` on the first call.
template <typename T, typename Make>
T& StateOf(KernelContext& ctx, Make&& make) {
  if (*ctx.state == nullptr) *ctx.state = make();
  return static_cast<T&>(**ctx.state);
}

}  // namespace millrace
