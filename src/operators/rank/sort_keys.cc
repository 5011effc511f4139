// SPDX-License-Identifier: Apache-2.0
// A column is one byte that says whether it is NULL and on which side NULL lies, then the value so
// that its bytes order like it: numbers big-endian with the sign turned, texts with 0 escaped and
// an end mark. Descending: all bits of the value turned.
#include "operators/rank/sort_keys.h"

#include <arrow/api.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace millrace {
namespace {

constexpr char kNullFirst = 0;
constexpr char kValue = 1;
constexpr char kNullLast = 2;

/// Little-endian two's complement to bytes in order.
void AppendInteger(const uint8_t* value, int width, std::string* out) {
  out->push_back(static_cast<char>(value[width - 1] ^ 0x80));
  for (int i = width - 2; i >= 0; --i) out->push_back(static_cast<char>(value[i]));
}

/// -0.0 is 0.0; NaN comes behind all others.
template <typename Float, typename Bits>
void AppendFloat(const uint8_t* value, std::string* out) {
  Float number;
  std::memcpy(&number, value, sizeof(number));
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  Bits bits = number == 0 ? 0 : std::bit_cast<Bits>(number);
  if (number != number) bits = ~kSign;
  bits = (bits & kSign) != 0 ? ~bits : bits | kSign;
  for (int i = sizeof(Bits) - 1; i >= 0; --i) out->push_back(static_cast<char>(bits >> (8 * i)));
}

void AppendText(std::string_view text, std::string* out) {
  for (const char c : text) {
    out->push_back(c);
    if (c == 0) out->push_back(static_cast<char>(0xFF));
  }
  out->push_back(0);
  out->push_back(0);
}

/// Appends values of one column that are not NULL.
class ColumnAppender {
 public:
  explicit ColumnAppender(const arrow::Array& column) : column_(column), id_(column.type_id()) {
    if (id_ == arrow::Type::STRING || id_ == arrow::Type::BINARY || id_ == arrow::Type::BOOL)
      return;
    width_ = column.type()->byte_width();
    values_ = column.data()->buffers[1]->data() + column.offset() * width_;
  }
  void Append(int64_t row, std::string* out) const {
    switch (id_) {
      case arrow::Type::STRING:
      case arrow::Type::BINARY:
        return AppendText(static_cast<const arrow::BinaryArray&>(column_).GetView(row), out);
      case arrow::Type::BOOL:
        return out->push_back(static_cast<const arrow::BooleanArray&>(column_).Value(row) ? 1 : 0);
      case arrow::Type::FLOAT: return AppendFloat<float, uint32_t>(values_ + row * width_, out);
      case arrow::Type::DOUBLE: return AppendFloat<double, uint64_t>(values_ + row * width_, out);
      default: return AppendInteger(values_ + row * width_, width_, out);
    }
  }

 private:
  const arrow::Array& column_;
  arrow::Type::type id_;
  int width_ = 0;
  const uint8_t* values_ = nullptr;
};

}  // namespace

SortKeys::SortKeys(std::vector<SortKey> order, const Schema& schema) : order_(std::move(order)) {
  for (const SortKey& key : order_) types_.push_back(schema[static_cast<size_t>(key.column)].type);
}

void SortKeys::Encode(std::span<const std::shared_ptr<arrow::Array>> columns, int64_t rows) {
  bytes_.clear();
  offsets_.assign(1, 0);
  offsets_.reserve(static_cast<size_t>(rows) + 1);
  std::vector<ColumnAppender> appenders;
  for (const SortKey& key : order_)
    appenders.emplace_back(*columns[static_cast<size_t>(key.column)]);
  for (int64_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < order_.size(); ++i) {
      const SortKey& key = order_[i];
      if (columns[static_cast<size_t>(key.column)]->IsNull(row)) {
        bytes_.push_back(key.nulls_first ? kNullFirst : kNullLast);
        continue;
      }
      // Where there is no NULL, no byte is needed to tell.
      if (types_[i].nullable()) bytes_.push_back(kValue);
      const size_t begin = bytes_.size();
      appenders[i].Append(row, &bytes_);
      if (!key.descending) continue;
      for (size_t at = begin; at < bytes_.size(); ++at) bytes_[at] = static_cast<char>(~bytes_[at]);
    }
    offsets_.push_back(bytes_.size());
  }
}

}  // namespace millrace
