// SPDX-License-Identifier: Apache-2.0
// OverLayout: what stands in the values and rows that an OVER writes, and in which order: calls,
// lists of rows, frames, each by what it means. Values say only which layout they have
// (OverLayouts), so that a query with other frames or calls finds its own in what an earlier one
// has written, and it costs a byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/rows/row_form.h"

namespace millrace {

struct OverLayout {
  /// Something with a meaning, and the number of the layout that it came with: what went and came
  /// back is not what it was.
  struct Item {
    uint64_t id = 0;
    uint32_t since = 0;
    bool operator==(const Item&) const = default;
  };
  struct Column {
    Item item;  // OverNode::column_tags
    uint8_t width = 0;
  };
  struct List {
    std::string table;
    uint32_t since = 0;
    bool counted = false;  // there is the number of its rows only
    std::vector<Column> columns;
  };
  std::vector<Item> sums;       // calls whose accumulators are written: AggregateCall::state_tag
  std::vector<List> lists;      // of rows, that of RANGE frames first
  std::vector<Item> reaches;    // of RANGE frames: their lengths
  std::vector<Column> waiting;  // of rows that wait for the watermark

  /// Takes what it has in common with an earlier layout; the rest is new since `number`.
  void NumberAfter(const OverLayout* earlier, uint32_t number);
  const List* FindList(std::string_view table) const;

  void Write(std::string* out) const;
  static Result<OverLayout> Read(std::string_view bytes);
};

/// How rows with the columns of one layout are read into a store with those of another.
RowForm FormOf(const std::vector<OverLayout::Column>& written,
               const std::vector<OverLayout::Column>& now);

}  // namespace millrace
