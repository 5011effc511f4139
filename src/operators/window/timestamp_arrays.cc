// SPDX-License-Identifier: Apache-2.0
#include "operators/window/timestamp_arrays.h"

#include <arrow/api.h>

#include "base/check.h"

namespace millrace {
namespace {

/// A column of `count` rows whose row i holds value(i).
template <typename F>
std::shared_ptr<arrow::Array> Make(const DataType& type, int64_t count, F&& value) {
  auto buffer = arrow::AllocateBuffer(count * static_cast<int64_t>(sizeof(int64_t)));
  CHECK(buffer.ok());
  auto* ticks = reinterpret_cast<int64_t*>((*buffer)->mutable_data());
  const int64_t ticks_per_milli = TimestampTicksPerSecond(type.precision()) / 1000;
  for (int64_t i = 0; i < count; ++i) ticks[i] = value(i) * ticks_per_milli;
  std::shared_ptr<arrow::Buffer> shared = std::move(*buffer);
  return arrow::MakeArray(arrow::ArrayData::Make(type.ToArrow(), count, {nullptr, shared}, 0));
}

}  // namespace

std::shared_ptr<arrow::Array> MakeTimestamps(const DataType& type,
                                             std::span<const int64_t> millis) {
  return Make(type, static_cast<int64_t>(millis.size()),
              [&](int64_t i) { return millis[static_cast<size_t>(i)]; });
}

std::shared_ptr<arrow::Array> MakeTimestamps(const DataType& type, int64_t millis, int64_t count) {
  return Make(type, count, [&](int64_t) { return millis; });
}

}  // namespace millrace
