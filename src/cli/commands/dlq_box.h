// SPDX-License-Identifier: Apache-2.0
// LetterBox: the dead letters of a pipeline as `millrace dlq` sees them: read from the files that
// the pipeline writes, with a state each, which is kept beside them and never touches them. Works
// while the pipeline runs and while it does not.
//
// A letter's state lies in `<file of the letters>.states`, one JSON object per line, the last one
// of an id holds. A letter that came again behind its last change (a replay that failed) is new
// again.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/client/json_document.h"
#include "env/clock.h"
#include "env/disk.h"

namespace millrace {

enum class LetterState { kNew, kReview, kReplayed, kDropped };
std::string_view StateText(LetterState state);

struct LetterFile {
  std::string path;
  std::string data_dir;  // of the job; replays go there
};

struct StoredLetter {
  const LetterFile* file = nullptr;
  std::string line;  // as written when it came last
  std::string id;
  std::string table;
  std::string stage;
  std::string code;
  std::string reason;
  std::string split;
  std::string position;
  std::string at;    // of its epoch
  size_t times = 0;  // it came
  LetterState state = LetterState::kNew;
  bool changed_before = false;  // replayed once: it needs --again

  JsonDocument fields() const;
  /// It has the record it was made from.
  bool can_be_replayed() const;
};

struct LetterFilter {
  std::vector<std::string> ids;
  std::string table;
  std::string stage;
  std::string reason;      // part of it
  std::string where_like;  // SQL pattern on the whole line
  std::string since;       // of `at`, as text: compares
  std::string state;       // empty: any

  bool any() const;
  bool Matches(const StoredLetter& letter) const;
};

class LetterBox {
 public:
  /// All letters below a pipeline's data directory, and those in `others` ('dead-letter.path').
  static Result<LetterBox> Open(Disk* disk, Clock* clock, const std::string& data_dir,
                                const std::vector<LetterFile>& others = {});

  const std::vector<StoredLetter>& letters() const { return letters_; }
  std::vector<const StoredLetter*> Select(const LetterFilter& filter) const;
  /// Durable when it returns.
  Status Mark(const std::vector<const StoredLetter*>& letters, LetterState state);
  /// Writes replay files, marks the letters. `letters` can be replayed.
  Status Replay(const std::vector<const StoredLetter*>& letters, double rows_per_second);
  /// {"in", "out", ..} of each job's last run that ended, by title.
  const std::vector<std::pair<std::string, JsonDocument>>& accounting() const {
    return accounting_;
  }

 private:
  LetterBox(Disk* disk, Clock* clock) : disk_(disk), clock_(clock) {}
  Status AddFile(LetterFile file);
  Status ReadFile(const LetterFile* file);
  Status ReadStates(const LetterFile* file, size_t first_letter);
  void ReadReport(const std::string& path);

  Disk* disk_;
  Clock* clock_;
  std::vector<std::unique_ptr<LetterFile>> files_;
  std::vector<StoredLetter> letters_;  // by file, then as they came first
  std::vector<std::pair<std::string, JsonDocument>> accounting_;
};

/// SQL's LIKE with % and _.
bool MatchesLike(std::string_view text, std::string_view pattern);

}  // namespace millrace
