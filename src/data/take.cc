// SPDX-License-Identifier: Apache-2.0
#include "data/take.h"

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/bit_util.h>

#include <cstring>
#include <vector>

#include "base/check.h"

namespace millrace {
namespace {

using Rows = std::span<const int32_t>;
using Data = std::shared_ptr<arrow::ArrayData>;

struct Wide {
  uint64_t half[2];
};

std::shared_ptr<arrow::Buffer> Allocate(int64_t bytes) {
  auto buffer = arrow::AllocateBuffer(bytes);
  CHECK(buffer.ok());
  (*buffer)->ZeroPadding();
  return std::move(buffer).ValueUnsafe();
}

std::shared_ptr<arrow::Buffer> AllocateBits(int64_t rows) {
  auto buffer = Allocate(arrow::bit_util::BytesForBits(rows));
  std::memset(buffer->mutable_data(), 0, static_cast<size_t>(buffer->size()));
  return buffer;
}

bool HasMissing(Rows rows) {
  for (const int32_t row : rows) {
    if (row < 0) return true;
  }
  return false;
}

std::shared_ptr<arrow::Buffer> TakeValidity(const arrow::ArrayData& in, Rows rows, bool missing) {
  if (!missing && !in.MayHaveNulls()) return nullptr;
  const uint8_t* valid = in.MayHaveNulls() ? in.buffers[0]->data() : nullptr;
  auto buffer = AllocateBits(static_cast<int64_t>(rows.size()));
  uint8_t* bits = buffer->mutable_data();
  for (size_t i = 0; i < rows.size(); ++i) {
    const int32_t row = rows[i];
    if (row >= 0 && (valid == nullptr || arrow::bit_util::GetBit(valid, in.offset + row))) {
      arrow::bit_util::SetBit(bits, static_cast<int64_t>(i));
    }
  }
  return buffer;
}

template <typename T>
std::shared_ptr<arrow::Buffer> TakeFixed(const arrow::ArrayData& in, Rows rows, bool missing) {
  auto buffer = Allocate(static_cast<int64_t>(rows.size() * sizeof(T)));
  T* out = reinterpret_cast<T*>(buffer->mutable_data());
  const T* values = in.GetValues<T>(1);
  if (!missing) {
    for (size_t i = 0; i < rows.size(); ++i) out[i] = values[rows[i]];
  } else {
    for (size_t i = 0; i < rows.size(); ++i) out[i] = rows[i] < 0 ? T{} : values[rows[i]];
  }
  return buffer;
}

std::shared_ptr<arrow::Buffer> TakeBits(const arrow::ArrayData& in, Rows rows) {
  auto buffer = AllocateBits(static_cast<int64_t>(rows.size()));
  const uint8_t* bits = in.buffers[1]->data();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] >= 0 && arrow::bit_util::GetBit(bits, in.offset + rows[i])) {
      arrow::bit_util::SetBit(buffer->mutable_data(), static_cast<int64_t>(i));
    }
  }
  return buffer;
}

/// New offsets and, through `visit(begin, length)`, the source range of each row.
template <typename Visit>
std::shared_ptr<arrow::Buffer> TakeOffsets(const arrow::ArrayData& in, Rows rows, Visit&& visit) {
  auto buffer = Allocate(static_cast<int64_t>((rows.size() + 1) * sizeof(int32_t)));
  int32_t* out = reinterpret_cast<int32_t*>(buffer->mutable_data());
  const int32_t* offsets = in.GetValues<int32_t>(1);
  int64_t total = 0;
  out[0] = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] >= 0) {
      const int32_t begin = offsets[rows[i]];
      const int32_t length = offsets[rows[i] + 1] - begin;
      visit(begin, length);
      total += length;
    }
    CHECK_LE(total, int64_t{2147483647});
    out[i + 1] = static_cast<int32_t>(total);
  }
  return buffer;
}

Data TakeBytes(const arrow::ArrayData& in, Rows rows, std::shared_ptr<arrow::Buffer> validity) {
  int64_t total = 0;
  auto offsets = TakeOffsets(in, rows, [&](int32_t, int32_t length) { total += length; });
  auto bytes = Allocate(total);
  if (total > 0) {
    const uint8_t* from = in.buffers[2]->data();
    uint8_t* to = bytes->mutable_data();
    const int32_t* source = in.GetValues<int32_t>(1);
    for (const int32_t row : rows) {
      if (row < 0) continue;
      const int32_t length = source[row + 1] - source[row];
      std::memcpy(to, from + source[row], static_cast<size_t>(length));
      to += length;
    }
  }
  return arrow::ArrayData::Make(in.type, static_cast<int64_t>(rows.size()),
                                {std::move(validity), std::move(offsets), std::move(bytes)});
}

Data TakeData(const arrow::ArrayData& in, Rows rows);

Data TakeList(const arrow::ArrayData& in, Rows rows, std::shared_ptr<arrow::Buffer> validity) {
  std::vector<int32_t> children;
  auto offsets = TakeOffsets(in, rows, [&](int32_t begin, int32_t length) {
    for (int32_t i = 0; i < length; ++i) children.push_back(begin + i);
  });
  return arrow::ArrayData::Make(in.type, static_cast<int64_t>(rows.size()),
                                {std::move(validity), std::move(offsets)},
                                {TakeData(*in.child_data[0], children)});
}

Data TakeStruct(const arrow::ArrayData& in, Rows rows, std::shared_ptr<arrow::Buffer> validity) {
  std::vector<int32_t> shifted(rows.begin(), rows.end());
  for (int32_t& row : shifted) {
    if (row >= 0) row += static_cast<int32_t>(in.offset);
  }
  std::vector<Data> children;
  for (const Data& child : in.child_data) children.push_back(TakeData(*child, shifted));
  return arrow::ArrayData::Make(in.type, static_cast<int64_t>(rows.size()), {std::move(validity)},
                                std::move(children));
}

Data TakeData(const arrow::ArrayData& in, Rows rows) {
  const auto length = static_cast<int64_t>(rows.size());
  const bool missing = HasMissing(rows);
  if (in.type->id() == arrow::Type::NA)
    return arrow::ArrayData::Make(in.type, length, {nullptr}, length);
  auto validity = TakeValidity(in, rows, missing);
  const auto fixed = [&](std::shared_ptr<arrow::Buffer> values) {
    return arrow::ArrayData::Make(in.type, length, {std::move(validity), std::move(values)});
  };
  switch (in.type->id()) {
    case arrow::Type::BOOL: return fixed(TakeBits(in, rows));
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return TakeBytes(in, rows, std::move(validity));
    case arrow::Type::LIST:
    case arrow::Type::MAP: return TakeList(in, rows, std::move(validity));
    case arrow::Type::STRUCT: return TakeStruct(in, rows, std::move(validity));
    default: break;
  }
  switch (in.type->byte_width()) {
    case 1: return fixed(TakeFixed<uint8_t>(in, rows, missing));
    case 2: return fixed(TakeFixed<uint16_t>(in, rows, missing));
    case 4: return fixed(TakeFixed<uint32_t>(in, rows, missing));
    case 8: return fixed(TakeFixed<uint64_t>(in, rows, missing));
    default: CHECK_EQ(in.type->byte_width(), 16); return fixed(TakeFixed<Wide>(in, rows, missing));
  }
}

template <typename T>
void PutFixed(const RowPiece& piece, uint8_t* out) {
  const T* values = piece.column->data()->GetValues<T>(1);
  for (size_t i = 0; i < piece.to.size(); ++i) {
    reinterpret_cast<T*>(out)[piece.to[i]] = values[piece.from[i]];
  }
}

void PutFixed(const RowPiece& piece, int width, uint8_t* out) {
  switch (width) {
    case 1: return PutFixed<uint8_t>(piece, out);
    case 2: return PutFixed<uint16_t>(piece, out);
    case 4: return PutFixed<uint32_t>(piece, out);
    case 8: return PutFixed<uint64_t>(piece, out);
    default: CHECK_EQ(width, 16); return PutFixed<Wide>(piece, out);
  }
}

/// Null if no row is NULL.
std::shared_ptr<arrow::Buffer> MergeValidity(std::span<const RowPiece> pieces, int64_t rows) {
  size_t merged = 0;
  bool may_be_null = false;
  for (const RowPiece& piece : pieces) {
    merged += piece.to.size();
    may_be_null = may_be_null || piece.column->null_count() != 0;
  }
  if (!may_be_null && static_cast<int64_t>(merged) == rows) return nullptr;
  auto buffer = AllocateBits(rows);
  for (const RowPiece& piece : pieces) {
    for (size_t i = 0; i < piece.to.size(); ++i) {
      if (piece.column->IsNull(piece.from[i])) continue;
      arrow::bit_util::SetBit(buffer->mutable_data(), piece.to[i]);
    }
  }
  return buffer;
}

/// The bytes of values without a buffer of other ones; 0 of others.
int WidthOf(const arrow::DataType& type) {
  const bool fixed = arrow::is_fixed_width(type.id()) && type.id() != arrow::Type::BOOL;
  return fixed ? type.byte_width() : 0;
}

std::shared_ptr<arrow::Array> MergeFixed(std::span<const RowPiece> pieces, int64_t rows,
                                         int width) {
  auto values = Allocate(rows * width);
  auto validity = MergeValidity(pieces, rows);
  if (validity != nullptr) {
    std::memset(values->mutable_data(), 0, static_cast<size_t>(values->size()));
  }
  for (const RowPiece& piece : pieces) PutFixed(piece, width, values->mutable_data());
  return arrow::MakeArray(arrow::ArrayData::Make(pieces[0].column->type(), rows,
                                                 {std::move(validity), std::move(values)}));
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> MergeRows(std::span<const RowPiece> pieces, int64_t rows) {
  const int width = WidthOf(*pieces[0].column->type());
  if (width != 0) return MergeFixed(pieces, rows, width);
  arrow::ArrayVector columns;
  std::vector<int32_t> from(static_cast<size_t>(rows), -1);
  int64_t begin = 0;
  for (const RowPiece& piece : pieces) {
    for (size_t i = 0; i < piece.to.size(); ++i) {
      from[static_cast<size_t>(piece.to[i])] = static_cast<int32_t>(begin) + piece.from[i];
    }
    begin += piece.column->length();
    columns.push_back(piece.column);
  }
  if (columns.size() == 1) return TakeRows(*columns[0], from);
  auto joined = arrow::Concatenate(columns);
  if (!joined.ok()) return InternalError("columns cannot be merged", joined.status().ToString());
  return TakeRows(**joined, from);
}

std::shared_ptr<arrow::Array> TakeRows(const arrow::Array& column, std::span<const int32_t> rows) {
  return arrow::MakeArray(TakeData(*column.data(), rows));
}

}  // namespace millrace
