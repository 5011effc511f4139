// SPDX-License-Identifier: Apache-2.0
// OverReading: how the value of a key that was written in one layout is read by a run with another:
// what of it goes where, what is passed over, and what it does not have.
#pragma once

#include <vector>

#include "operators/over/over_layout.h"

namespace millrace {

struct OverReading {
  static constexpr int kNone = -1;

  OverReading(const OverLayout& written, const OverLayout& now);

  /// Of each sum that was written, its place among those of now, or kNone.
  std::vector<int> sums;
  /// Those of now that it does not have.
  std::vector<size_t> missing_sums;
  struct List {
    int place = kNone;  // among those of now
    bool counted = false;
    RowForm form;
  };
  std::vector<List> lists;
  std::vector<size_t> missing_lists;
  size_t reaches_written = 0;
  /// Of each RANGE frame of now, the place of its reach among those that were written, or kNone.
  std::vector<int> reaches;
};

}  // namespace millrace
