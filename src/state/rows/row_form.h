// SPDX-License-Identifier: Apache-2.0
// RowForm: how rows lie in bytes that a RowStore with other columns has written, so that rows
// outlive a change of the columns that are kept. Values are found by their place; what a store does
// not have any more is passed over, what it did not have is NULL.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_type.h"

namespace millrace {

struct RowForm {
  struct Piece {
    std::vector<int> columns;  // of the store that reads; none: it is passed over
    uint8_t width = 0;         // StoredWidth of its type
  };
  std::vector<Piece> pieces;  // in the order of the bytes
  std::vector<int> missing;   // columns of the store that the rows do not have
};

/// Forms by number, of a table whose rows were written in several.
struct RowForms {
  uint32_t current = 0;  // the number of what is written now, as the store has its columns
  std::map<uint32_t, RowForm> earlier;
};

/// Bytes that a value of the type takes where it is written as it is; 0: its length is in front.
uint8_t StoredWidth(const DataType& type);
/// Drops one value off the front; false if it is none.
[[nodiscard]] bool SkipValue(uint8_t width, std::string_view* bytes);

/// So many rows of a RowHistory are written together.
inline constexpr uint32_t kBlockRows = 4;
/// The head of a block: which of its rows there are, as bits, and the number of their form.
void WriteBlockHead(uint64_t rows, uint32_t form, std::string* out);
[[nodiscard]] bool ReadBlockHead(std::string_view* bytes, uint32_t* rows, uint32_t* form);
/// Drops off the front what RowHistory::WriteKey wrote of rows in a form, and tells their number.
[[nodiscard]] bool SkipHistory(const RowForm& form, std::string_view* bytes, uint64_t* rows);

}  // namespace millrace
