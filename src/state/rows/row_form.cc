// SPDX-License-Identifier: Apache-2.0
#include "state/rows/row_form.h"

#include <algorithm>

#include "state/encoding.h"

namespace millrace {
namespace {

constexpr uint32_t kRowBits = (1U << kBlockRows) - 1;
constexpr uint32_t kLongForm = 15;  // from here on numbers of forms stand behind the byte

}  // namespace

uint8_t StoredWidth(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
    case TypeKind::kTinyInt: return 1;
    case TypeKind::kSmallInt: return 2;
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth: return 4;
    case TypeKind::kBigInt:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDayTime: return 8;
    case TypeKind::kDecimal: return 16;
    default: return 0;
  }
}

bool SkipValue(uint8_t width, std::string_view* bytes) {
  if (bytes->empty()) return false;
  const char form = bytes->front();
  bytes->remove_prefix(1);
  if (form == 1) return true;  // NULL
  uint64_t number = 0;
  std::string_view value;
  if (form != 0) return GetVarint(bytes, &number);
  if (width == 0) return GetBytes(bytes, &value);
  if (bytes->size() < width) return false;
  bytes->remove_prefix(width);
  return true;
}

/// Numbers that are small stand in the byte that the rows leave half empty.
void WriteBlockHead(uint64_t rows, uint32_t form, std::string* out) {
  out->push_back(static_cast<char>(rows | std::min(form, kLongForm) << kBlockRows));
  if (form >= kLongForm) PutVarint(form, out);
}

bool ReadBlockHead(std::string_view* bytes, uint32_t* rows, uint32_t* form) {
  if (bytes->empty()) return false;
  const auto head = static_cast<uint8_t>(bytes->front());
  bytes->remove_prefix(1);
  *rows = head & kRowBits;
  uint64_t number = head >> kBlockRows;
  if (number == kLongForm && !GetVarint(bytes, &number)) return false;
  *form = static_cast<uint32_t>(number);
  return true;
}

bool SkipHistory(const RowForm& form, std::string_view* bytes, uint64_t* rows) {
  uint64_t arrivals = 0;
  *rows = 0;
  if (!GetVarint(bytes, &arrivals)) return false;
  if (arrivals == 0) return true;
  uint32_t bits = 0;
  uint32_t number = 0;
  if (!GetVarint(bytes, rows) || !ReadBlockHead(bytes, &bits, &number)) return false;
  for (; bits != 0; bits &= bits - 1) {
    uint64_t distance = 0;
    if (!GetVarint(bytes, &distance)) return false;
    for (const RowForm::Piece& piece : form.pieces) {
      if (!SkipValue(piece.width, bytes)) return false;
    }
  }
  return true;
}

}  // namespace millrace
