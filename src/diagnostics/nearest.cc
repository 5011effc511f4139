// SPDX-License-Identifier: Apache-2.0
#include "diagnostics/nearest.h"

#include <algorithm>
#include <tuple>

#include "base/utf8.h"

namespace millrace {
namespace {

// ASCII letters folded; other code points as they are.
std::u32string Fold(std::string_view text) {
  std::u32string folded;
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    const bool upper = point.value >= U'A' && point.value <= U'Z';
    folded.push_back(upper ? point.value - U'A' + U'a' : point.value);
    text.remove_prefix(point.bytes);
  }
  return folded;
}

// Damerau-Levenshtein with adjacent transpositions; anything above `limit` comes back as limit + 1.
size_t Distance(const std::u32string& a, const std::u32string& b, size_t limit) {
  const size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > limit) return limit + 1;
  std::vector<size_t> two_back(b.size() + 1), back(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) back[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = back[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({back[j] + 1, row[j - 1] + 1, substitution});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_back[j - 2] + 1);
    }
    if (*std::min_element(row.begin(), row.end()) > limit) return limit + 1;
    std::swap(two_back, back);
    std::swap(back, row);
  }
  return std::min(back[b.size()], limit + 1);
}

bool IsSeparator(char32_t c) { return c == U'_' || c == U'-' || c == U'.' || c == U' '; }

std::vector<std::u32string> Parts(const std::u32string& name) {
  std::vector<std::u32string> parts(1);
  for (char32_t c : name) {
    if (!IsSeparator(c)) {
      parts.back().push_back(c);
    } else if (!parts.back().empty()) {
      parts.emplace_back();
    }
  }
  return parts;
}

// How many of `wanted`'s parts of three letters or more occur among `parts`.
size_t SharedParts(const std::u32string& wanted, const std::u32string& name) {
  const std::vector<std::u32string> parts = Parts(name);
  size_t shared = 0;
  for (const std::u32string& part : Parts(wanted)) {
    if (part.size() >= 3 && std::ranges::find(parts, part) != parts.end()) ++shared;
  }
  return shared;
}

struct Rank {
  size_t tier;  // 0 equal but for case, 1 a few letters off, 2 prefix, 3 shares a part
  size_t distance;
  size_t length_gap;  // a swapped or mistaken letter is likelier than one too few
  size_t position;
  bool operator<(const Rank& other) const {
    return std::tie(tier, distance, length_gap, position) <
           std::tie(other.tier, other.distance, other.length_gap, other.position);
  }
};

// Whether `name` is near `wanted`, and how near.
bool RankOf(const std::u32string& wanted, const std::u32string& name, size_t position, Rank* rank) {
  rank->position = position;
  const auto [shorter, longer] = std::minmax({wanted.size(), name.size()});
  rank->length_gap = longer - shorter;
  const size_t limit = std::max<size_t>(1, longer / 3);
  rank->distance = Distance(wanted, name, limit);
  // One letter for one other letter is no likeness: everything of one letter would be near.
  const bool replaced_whole = rank->distance >= longer;
  if (rank->distance == 0) {
    rank->tier = 0;
  } else if (rank->distance <= limit && !replaced_whole) {
    rank->tier = 1;
  } else if (wanted.size() >= 2 && name.size() >= 2 &&
             (name.starts_with(wanted) || wanted.starts_with(name))) {
    rank->tier = 2;
  } else if (const size_t shared = SharedParts(wanted, name); shared > 0) {
    rank->tier = 3;
    rank->distance = Parts(wanted).size() + Parts(name).size() - 2 * shared;
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::vector<std::string> NearestNames(std::string_view name, const std::vector<std::string>& world,
                                      size_t limit) {
  const std::u32string wanted = Fold(name);
  std::vector<Rank> ranks;
  if (wanted.empty()) return {};
  for (size_t i = 0; i < world.size(); ++i) {
    Rank rank{};
    if (RankOf(wanted, Fold(world[i]), i, &rank)) ranks.push_back(rank);
  }
  std::sort(ranks.begin(), ranks.end());
  std::vector<std::string> nearest;
  for (const Rank& rank : ranks) {
    if (nearest.size() == limit) break;
    if (std::ranges::find(nearest, world[rank.position]) == nearest.end()) {
      nearest.push_back(world[rank.position]);
    }
  }
  return nearest;
}

}  // namespace millrace
