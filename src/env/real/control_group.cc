// SPDX-License-Identifier: Apache-2.0
#include "env/real/control_group.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string_view>

namespace millrace {
namespace {

/// Version 1 says "no limit" by a number close to the greatest one.
constexpr uint64_t kNoLimit = 1ull << 60;

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::optional<uint64_t> ReadNumber(const std::string& path) {
  const std::string text = ReadText(path);
  uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || number >= kNoLimit) return std::nullopt;
  return number;
}

/// The path in "controllers:path" behind the first colon of a line of /proc/self/cgroup.
std::optional<std::string> PathOf(std::string_view lines, std::string_view controller) {
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const size_t first = line.find(':');
    if (first == std::string_view::npos) continue;
    const size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    if (line.substr(first + 1, second - first - 1) != controller) continue;
    return std::string(line.substr(second + 1));
  }
  return std::nullopt;
}

/// Looks at the group's file and at that of every group around it. In a container the path may be
/// one of the machine outside: then only the part of it that exists here counts.
std::optional<uint64_t> LeastUpwards(const std::string& mount, std::string path,
                                     const std::string& file) {
  std::optional<uint64_t> least;
  while (true) {
    if (path == "/") path.clear();
    if (const auto limit = ReadNumber(mount + path + "/" + file)) {
      least = least ? std::min(*least, *limit) : *limit;
    }
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return least;
    path.resize(slash);
  }
}

}  // namespace

std::optional<uint64_t> ControlGroupMemoryLimit(const std::string& root) {
  const std::string groups = ReadText(root + "/proc/self/cgroup");
  std::optional<uint64_t> least;
  const auto take = [&least](std::optional<uint64_t> limit) {
    if (limit) least = least ? std::min(*least, *limit) : *limit;
  };
  if (const auto path = PathOf(groups, "memory")) {
    take(LeastUpwards(root + "/sys/fs/cgroup/memory", *path, "memory.limit_in_bytes"));
  }
  if (const auto path = PathOf(groups, "")) {
    take(LeastUpwards(root + "/sys/fs/cgroup", *path, "memory.max"));
    take(LeastUpwards(root + "/sys/fs/cgroup/unified", *path, "memory.max"));
  }
  return least;
}

}  // namespace millrace
