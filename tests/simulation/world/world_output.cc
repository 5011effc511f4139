// SPDX-License-Identifier: Apache-2.0
// What readers see of a world's output, compared with the oracle.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "simulation/world/world.h"

namespace millrace {
namespace {

constexpr char kOutputPath[] = "/out";
constexpr char kLettersPath[] = "/data/dead-letters/";
/// By how much the numbers of rows of different splits differ at least.
constexpr int64_t kSplitNumbers = 10'000'000;

/// The record of a message: what stands between "+I[" and "]".
std::string RecordOf(const std::string& text) {
  const size_t bracket = text.find('[');
  const size_t end = text.find(']', bracket);
  if (bracket == std::string::npos || bracket < 2 || end == std::string::npos) return text;
  return text.substr(bracket - 2, end - bracket + 3);
}

/// Lines of a changelog without those that others take back.
std::vector<std::string> WhatRemains(const std::vector<std::string>& lines) {
  std::map<std::string, int64_t> counts;
  for (const std::string& line : lines) {
    const bool takes_back = line.starts_with("-U[") || line.starts_with("-D[");
    counts["+I" + line.substr(2)] += takes_back ? -1 : 1;
  }
  std::vector<std::string> remaining;
  for (const auto& [line, count] : counts) {
    for (int64_t i = 0; i < count; ++i) remaining.push_back(line);
    if (count < 0) remaining.push_back(line + " is taken back but was never there");
  }
  return remaining;
}

/// "missing 2: a, b; extra 1: c", at most five of each; empty when equal.
std::string Difference(std::vector<std::string> expected, std::vector<std::string> found,
                       bool complete) {
  std::ranges::sort(expected);
  std::ranges::sort(found);
  const auto describe = [](const char* what, const std::vector<std::string>& lines) {
    if (lines.empty()) return std::string();
    std::string text = std::string(what) + " " + std::to_string(lines.size()) + ":";
    for (size_t i = 0; i < std::min<size_t>(lines.size(), 5); ++i) text += " " + lines[i];
    return text + "; ";
  };
  std::vector<std::string> missing;
  std::vector<std::string> extra;
  if (complete) std::ranges::set_difference(expected, found, std::back_inserter(missing));
  std::ranges::set_difference(found, expected, std::back_inserter(extra));
  return describe("missing", missing) + describe("extra", extra);
}

/// The first two of a line.
std::pair<int64_t, int64_t> TwoNumbers(const std::string& line) {
  std::istringstream text(line.substr(std::min<size_t>(3, line.size())));
  int64_t first = 0;
  int64_t second = 0;
  char comma = 0;
  text >> first >> comma >> second;
  return {first, second};
}

std::vector<std::string> Numbers(const std::vector<int64_t>& numbers) {
  std::vector<std::string> texts;
  for (const int64_t number : numbers) texts.push_back(std::to_string(number));
  return texts;
}

/// The first rows of a key that are not in the order of their numbers; empty: all are.
std::string Disorder(const std::vector<std::string>& lines) {
  std::map<std::pair<int64_t, int64_t>, int64_t> last;  // by key and split
  for (const std::string& line : lines) {
    const auto [k, v] = TwoNumbers(line);
    auto [before, fresh] = last.try_emplace({k, v / kSplitNumbers}, v);
    if (!fresh && before->second > v) {
      return line + " comes behind " + std::to_string(before->second);
    }
    before->second = v;
  }
  return {};
}

}  // namespace

std::vector<std::string> World::LinesOf(const std::string& path) {
  std::vector<std::string> lines;
  std::istringstream text(disk_.ReadAll(path).value_or(""));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// A file that has its final name stays as it is: somebody may have read it.
std::vector<std::string> World::FileLines() {
  std::vector<std::string> lines;
  std::map<std::string, std::vector<std::string>> files_seen;
  const auto files = disk_.List(kOutputPath, /*recursive=*/true);
  for (const FileInfo& file : files.value_or(std::vector<FileInfo>())) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (file.directory || name.starts_with('.')) continue;
    files_seen[file.path] = LinesOf(file.path);
    std::ranges::copy(files_seen[file.path], std::back_inserter(lines));
  }
  for (const auto& [path, before] : files_seen_) {
    const auto now = files_seen.find(path);
    if (now == files_seen.end()) Violate(path + " was there, and is gone");
    if (now != files_seen.end() && now->second != before) Violate(path + " has changed");
  }
  files_seen_ = std::move(files_seen);
  return lines;
}

std::vector<std::string> World::Messages() const {
  std::vector<std::string> lines;
  for (const std::string& body : receiver_.applied()) lines.push_back(RecordOf(body));
  return lines;
}

/// Lines of committed records, partition by partition, as a key is in one of them.
std::vector<std::string> World::Committed() {
  std::vector<std::string> lines;
  for (const auto& partition : brokers_.Output()) {
    for (const auto& record : partition) {
      // A key whose row is gone: "[7]".
      lines.push_back(record.value ? *record.value : "-D" + record.key.value_or("[]"));
    }
  }
  return lines;
}

/// What a read_committed reader sees is at every time a prefix, per key, of what is expected.
void World::CheckCommitted(const std::vector<std::string>& lines, bool complete) {
  const Query& query = QueryAt(scenario_.query);
  std::vector<std::string> expected;
  std::map<std::pair<int64_t, int64_t>, std::vector<std::string>> sequences;
  for (const OutputRow& row : expected_.rows) {
    expected.push_back(LineOf(row));
    if (query.keeps_order) sequences[{*row[0], *row[1] / kSplitNumbers}].push_back(LineOf(row));
  }
  std::map<std::pair<int64_t, int64_t>, size_t> next;
  std::map<int64_t, std::string> last;  // of a changelog, by key
  std::string wrong;
  for (const std::string& line : lines) {
    const auto [first, second] = TwoNumbers(line);
    if (query.keeps_order) {
      const auto& sequence = sequences[{first, second / kSplitNumbers}];
      size_t& place = next[{first, second / kSplitNumbers}];
      if (place >= sequence.size() || sequence[place] != line) {
        wrong = line + " is committed as number " + std::to_string(place) + " of its key";
        break;
      }
      ++place;
    } else if (query.changelog) {
      const int64_t before = last.contains(first) ? TwoNumbers(last[first]).second : 0;
      if (query.versions && second != before + 1) {
        wrong = line + " is committed behind version " + std::to_string(before) + " of its key";
        break;
      }
      last[first] = line;
    }
  }
  if (wrong.empty() && !query.changelog) wrong = Difference(expected, lines, complete);
  if (wrong.empty() && query.changelog && complete) {
    std::vector<std::string> found;
    for (const auto& [key, line] : last) {
      if (!line.starts_with("-D")) found.push_back("+I" + line.substr(2));
    }
    wrong = Difference(expected, found, complete);
  }
  if (!wrong.empty()) Violate("committed: " + wrong);
  wrong = Difference(Numbers(expected_.failed), Numbers(FailedRows()), complete);
  if (!wrong.empty()) Violate("dead letters: " + wrong);
}

/// Rows that an expression could not take, by their v, as their dead letters say.
std::vector<int64_t> World::FailedRows() {
  std::vector<int64_t> failed;
  for (const std::string& line : LinesOf(std::string(kLettersPath) + "events.jsonl")) {
    // A torn line is cut by the next start.
    if (line.ends_with('}')) failed.push_back(TwoNumbers(RecordOf(line)).second);
  }
  return failed;
}

/// Messages that the sink gave up.
std::vector<std::string> World::GivenUp() {
  std::vector<std::string> lines;
  for (const std::string& line : LinesOf(std::string(kLettersPath) + "results.jsonl")) {
    if (line.ends_with('}')) lines.push_back(RecordOf(line));
  }
  return lines;
}

/// `complete`: everything must be there, else a part of it.
void World::CheckOutput(bool complete) {
  observing_ = true;
  const Query& query = QueryAt(scenario_.query);
  std::vector<std::string> expected;
  for (const OutputRow& row : expected_.rows) expected.push_back(LineOf(row));
  if (scenario_.sink == Scenario::Sink::kKafka) {
    CheckCommitted(Committed(), complete);
    observing_ = false;
    return;
  }
  const bool files = scenario_.sink == Scenario::Sink::kFiles;
  const std::vector<std::string> lines = files ? FileLines() : Messages();
  std::vector<std::string> given_up = GivenUp();
  std::vector<std::string> found = lines;
  const bool may_repeat = scenario_.sink == Scenario::Sink::kWebhookAtOnce;
  if (!given_up.empty() || may_repeat) {
    // What was given up may have been applied, too; at once means at least once.
    std::ranges::copy(given_up, std::back_inserter(found));
    std::ranges::sort(found);
    found.erase(std::ranges::unique(found).begin(), found.end());
  }
  std::string wrong;
  if (!query.changelog) {
    wrong = Difference(expected, found, complete);
  } else if (complete && given_up.empty() && !may_repeat) {
    wrong = Difference(expected, WhatRemains(found), complete);
  }
  if (wrong.empty() && !may_repeat) {
    std::vector<std::string> sorted = lines;
    std::ranges::sort(sorted);
    if (!query.changelog && std::ranges::adjacent_find(sorted) != sorted.end() &&
        query.keeps_order) {
      wrong = "a row is there twice: " + *std::ranges::adjacent_find(sorted);
    }
  }
  if (!wrong.empty()) Violate("output: " + wrong);
  wrong = Difference(Numbers(expected_.failed), Numbers(FailedRows()), complete);
  if (!wrong.empty()) Violate("dead letters: " + wrong);
  // One that was given up comes again if that was in no epoch yet.
  const bool ordered = !files && query.keeps_order && !scenario_.Has(Fault::kRescale) &&
                       scenario_.retries_max > 1 && given_up.empty() && !may_repeat;
  if (ordered) {
    if (const std::string disorder = Disorder(lines); !disorder.empty()) Violate(disorder);
  }
  observing_ = false;
}

}  // namespace millrace
