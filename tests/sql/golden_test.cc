// SPDX-License-Identifier: Apache-2.0
// Every NAME.sql below tests/sql in several modes, against the answer that Flink gave.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "support/sql_session.h"

namespace millrace {
namespace {

constexpr const char* kRoot = "tests/sql";

struct Section {
  std::vector<std::string> lines;
  bool error = false;
};
using Sections = std::map<std::string, Section>;  // by header: "-- statement 3", "-- files out"

struct Directives {
  bool exact_order = false;
  bool net = false;
  bool straight_only = false;
  bool one_by_one = false;
};

Directives ReadDirectives(const std::string& text) {
  Directives directives;
  for (const std::string& line : SplitLines(text)) {
    if (!line.starts_with("-- ")) break;
    directives.exact_order |= line == "-- order: exact";
    directives.net |= line == "-- order: net";
    directives.one_by_one |= line == "-- modes: one";
    directives.straight_only |= line == "-- modes: straight";
  }
  return directives;
}

Sections ReadExpected(const std::string& path) {
  Sections sections;
  Section* current = nullptr;
  for (const std::string& line : SplitLines(ReadTextFile(path))) {
    if (line.starts_with("-- statement ") || line.starts_with("-- files ")) {
      current = &sections[line];
    } else if (current != nullptr && line.starts_with("ERROR")) {
      current->error = true;
    } else if (current != nullptr) {
      current->lines.push_back(line);
    }
  }
  return sections;
}

std::string ReplaceAll(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// Lines of all visible files below each entry of the output folder.
void AddFiles(const std::string& folder, Sections* sections) {
  namespace fs = std::filesystem;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with(".")) continue;
    Section& section = (*sections)["-- files " + entry.path().filename().string()];
    std::vector<fs::path> files;
    if (entry.is_regular_file()) files.push_back(entry.path());
    if (entry.is_directory()) {
      for (const auto& file : fs::recursive_directory_iterator(entry.path())) {
        if (file.is_regular_file() && !file.path().filename().string().starts_with(".")) {
          files.push_back(file.path());
        }
      }
    }
    for (const fs::path& file : files) {
      for (std::string& line : SplitLines(ReadTextFile(file.string()))) {
        section.lines.push_back(std::move(line));
      }
    }
  }
}

/// The rows that are left when a changelog is over, each as an insert.
std::vector<std::string> Net(const std::vector<std::string>& lines) {
  std::map<std::string, int> counts;
  for (const std::string& line : lines) counts[line.substr(2)] += line.starts_with("+") ? 1 : -1;
  std::vector<std::string> rows;
  for (const auto& [row, count] : counts) {
    rows.insert(rows.end(), static_cast<size_t>(std::abs(count)), (count > 0 ? "+I" : "-D") + row);
  }
  return rows;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "millrace-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// Runs one case in one mode; returns what differs from the golden file, empty if nothing.
class CaseRun {
 public:
  CaseRun(const std::string& name, RunMode mode) : name_(name), mode_(mode) {}

  std::string Differences() {
    const std::string base = std::string(kRoot) + "/" + name_;
    data_ = std::filesystem::absolute(std::filesystem::path(base).parent_path() / "data").string();
    std::string text = ReadTextFile(base + ".sql");
    const Directives directives = ReadDirectives(text);
    const bool in_order = directives.straight_only || directives.one_by_one;
    if (in_order && mode_.parallelism > 1) return {};
    if (directives.one_by_one && mode_.batch_size != 1) return {};
    text = ReplaceAll(ReplaceAll(text, "${DATA}", data_), "${OUT}", out_.path());
    // Flink needs the pause between two rows to see one before the other.
    if (directives.one_by_one) {
      text = ReplaceAll(text, "'rows-per-second' = '1'", "'rows-per-second' = '1000'");
    }
    const Sections expected = ReadExpected(base + ".expected");
    Run(text);
    AddFiles(out_.path(), &actual_);
    if (directives.net) {
      for (auto& [header, section] : actual_) section.lines = Net(section.lines);
    }
    return Compare(expected, directives.exact_order && mode_.parallelism == 1);
  }

 private:
  void Run(const std::string& text) {
    SqlSession session(mode_);
    int number = 0;
    for (const std::string& statement : SplitStatements(text)) {
      const std::string header = "-- statement " + std::to_string(++number);
      StatementResult result = session.Execute(statement);
      if (!result.has_section && result.error.empty()) continue;
      Section& section = actual_[header];
      section.error = !result.error.empty();
      errors_[header] = result.error;
      for (std::string& line : result.lines) {
        section.lines.push_back(
            ReplaceAll(ReplaceAll(line, data_, "${DATA}"), out_.path(), "${OUT}"));
      }
    }
  }

  std::string Compare(const Sections& expected, bool exact_order) {
    std::string text;
    for (const auto& [header, want] : expected) {
      Section got = actual_[header];
      if (want.error != got.error) {
        text += header + (want.error ? " should fail\n" : " fails: " + errors_[header] + "\n");
      }
      if (want.error || got.error) continue;
      std::vector<std::string> lines = want.lines;
      if (!exact_order) {
        std::sort(lines.begin(), lines.end());
        std::sort(got.lines.begin(), got.lines.end());
      }
      if (lines == got.lines) continue;
      text += header + "\n want:\n" + Joined(lines) + " got:\n" + Joined(got.lines);
    }
    for (const auto& [header, got] : actual_) {
      if (expected.contains(header) || (got.lines.empty() && !got.error)) continue;
      text += header + " is not in the golden file: " + Joined(got.lines) + errors_[header] + "\n";
    }
    return text;
  }

  std::string name_;
  RunMode mode_;
  TemporaryFolder out_;
  std::string data_;
  Sections actual_;
  std::map<std::string, std::string> errors_;
};

class GoldenTest : public testing::TestWithParam<std::string> {
 protected:
  /// Cases of not_yet.txt must differ in at least one mode: the list may only shrink.
  void RunIn(const std::vector<RunMode>& modes) {
    static const std::set<std::string> kNotYet = ReadNotYet();
    std::string differences;
    for (const RunMode& mode : modes) {
      const std::string found = CaseRun(GetParam(), mode).Differences();
      if (!found.empty()) differences += "in mode " + mode.ToString() + ":\n" + found;
    }
    if (kNotYet.contains(GetParam())) {
      EXPECT_FALSE(differences.empty()) << "passes now: take it off tests/sql/not_yet.txt";
    } else {
      EXPECT_TRUE(differences.empty()) << differences;
    }
  }

 private:
  static std::set<std::string> ReadNotYet() {
    std::set<std::string> names;
    for (const std::string& line : SplitLines(ReadTextFile(std::string(kRoot) + "/not_yet.txt"))) {
      if (!line.empty() && !line.starts_with("#")) names.insert(line.substr(0, line.find('\t')));
    }
    return names;
  }
};

TEST_P(GoldenTest, EqualsFlinkInAllModes) {
  RunIn({{1, 8192}, {1, 1}, {1, 7}, {2, 8192}, {2, 7}, {4, 1}, {4, 8192}});
}

INSTANTIATE_TEST_SUITE_P(Sql, GoldenTest, testing::ValuesIn(FindCases(kRoot, ".sql")),
                         [](const auto& info) { return CaseName(info.param); });

}  // namespace
}  // namespace millrace
