// SPDX-License-Identifier: Apache-2.0
#include "operators/over/over_reading.h"

#include <algorithm>

namespace millrace {
namespace {

int PlaceAmong(const std::vector<OverLayout::Item>& items, const OverLayout::Item& item) {
  const auto found = std::ranges::find(items, item);
  return found == items.end() ? OverReading::kNone : static_cast<int>(found - items.begin());
}

template <typename T>
bool Names(const std::vector<T>& places, size_t place) {
  return std::ranges::find(places, static_cast<int>(place)) != places.end();
}

}  // namespace

OverReading::OverReading(const OverLayout& written, const OverLayout& now)
    : reaches_written(written.reaches.size()) {
  for (const OverLayout::Item& item : written.sums) sums.push_back(PlaceAmong(now.sums, item));
  for (size_t i = 0; i < now.sums.size(); ++i) {
    if (!Names(sums, i)) missing_sums.push_back(i);
  }
  std::vector<int> places;
  for (const OverLayout::List& list : written.lists) {
    const OverLayout::List* same = now.FindList(list.table);
    List read{.counted = list.counted, .form = FormOf(list.columns, {})};
    if (same != nullptr && same->since == list.since) {
      read.place = static_cast<int>(same - now.lists.data());
      read.form = FormOf(list.columns, same->columns);
    }
    places.push_back(read.place);
    lists.push_back(std::move(read));
  }
  for (size_t i = 0; i < now.lists.size(); ++i) {
    if (!Names(places, i)) missing_lists.push_back(i);
  }
  for (const OverLayout::Item& item : now.reaches) {
    reaches.push_back(PlaceAmong(written.reaches, item));
  }
}

}  // namespace millrace
