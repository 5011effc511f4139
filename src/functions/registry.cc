// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/check.h"
#include "functions/function.h"

namespace millrace {
namespace {

std::string UpperAscii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

}  // namespace

void RowErrors::SortByRow() {
  if (entries_.size() < 2) return;
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.row < b.row; });
  entries_.erase(std::unique(entries_.begin(), entries_.end(),
                             [](const Entry& a, const Entry& b) { return a.row == b.row; }),
                 entries_.end());
}

void RowErrors::Add(int64_t row, std::string_view code, std::string message) {
  // Kernels visit rows in order, so the place is nearly always the end.
  auto place = entries_.end();
  while (place != entries_.begin() && std::prev(place)->row > row) --place;
  if (place != entries_.begin() && std::prev(place)->row == row) return;
  entries_.insert(place, Entry{row, std::string(code), std::move(message)});
}

void FunctionRegistry::Register(ScalarFunction function) {
  auto owned = std::make_shared<ScalarFunction>(std::move(function));
  std::vector<std::string> names = owned->aliases;
  names.push_back(owned->name);
  for (const std::string& name : names) {
    std::string upper = UpperAscii(name);
    auto place = std::lower_bound(
        by_name_.begin(), by_name_.end(), upper,
        [](const auto& entry, const std::string& wanted) { return entry.first < wanted; });
    CHECK(place == by_name_.end() || place->first != upper);
    by_name_.insert(place, {std::move(upper), owned.get()});
  }
  functions_.push_back(std::move(owned));
}

const ScalarFunction* FunctionRegistry::Find(std::string_view name) const {
  const std::string upper = UpperAscii(name);
  auto place = std::lower_bound(
      by_name_.begin(), by_name_.end(), upper,
      [](const auto& entry, const std::string& wanted) { return entry.first < wanted; });
  return place != by_name_.end() && place->first == upper ? place->second : nullptr;
}

std::vector<std::string> FunctionRegistry::Names() const {
  std::vector<std::string> names;
  names.reserve(by_name_.size());
  for (const auto& [name, function] : by_name_) names.push_back(name);
  return names;
}

std::vector<const ScalarFunction*> FunctionRegistry::All() const {
  std::vector<const ScalarFunction*> all;
  for (const auto& function : functions_) all.push_back(function.get());
  std::sort(all.begin(), all.end(),
            [](const ScalarFunction* a, const ScalarFunction* b) { return a->name < b->name; });
  return all;
}

}  // namespace millrace
