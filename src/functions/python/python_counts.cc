// SPDX-License-Identifier: Apache-2.0
#include "functions/python/python_counts.h"

#include <map>
#include <memory>
#include <mutex>

namespace millrace {
namespace {

struct Table {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<PythonCounts>> entries;
};

Table& TheTable() {
  static auto* const table = new Table;
  return *table;
}

}  // namespace

PythonCounts* PythonCountsOf(const std::string& function) {
  Table& table = TheTable();
  const std::lock_guard lock(table.mutex);
  auto& entry = table.entries[function];
  if (entry == nullptr) entry = std::make_unique<PythonCounts>(function);
  return entry.get();
}

std::vector<const PythonCounts*> AllPythonCounts() {
  Table& table = TheTable();
  const std::lock_guard lock(table.mutex);
  std::vector<const PythonCounts*> all;
  for (const auto& [function, entry] : table.entries) all.push_back(entry.get());
  return all;
}

}  // namespace millrace
