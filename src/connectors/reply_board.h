// SPDX-License-Identifier: Apache-2.0
// ReplyBoard: where requests wait for the answer that the pipeline makes of their rows.
//
// The door puts a request with its rows on the board; every row gets an id that is different in
// every process, so a row that is read again after a restart answers nobody. The id travels with
// the row as metadata 'request-id'; the sink `reply` brings it back. A request is over when every
// row has an answer, when the pipeline has passed all of its rows without one, or at its deadline.
//
// A row has been passed when the job that answers has completed an epoch whose barrier came behind
// the row. Epochs of a job do not overlap, so that holds for the second epoch which is completed
// after the row was read. Only jobs that never hold a row back may conclude this
// (`answers_at_once`).
//
// Thread-safe. Callbacks run on the thread that ended the request, with no lock held.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace {

/// What became of one posted row: its answer rows, encoded.
struct RowReply {
  enum class Outcome { kWaiting, kAnswered, kPassed } outcome = Outcome::kWaiting;
  std::vector<std::string> rows;
};

struct RequestReplies {
  enum class End { kComplete, kDeadline, kStopped } end = End::kComplete;
  std::vector<RowReply> rows;  // in the order they were posted
};

using ReplyCallback = std::function<void(RequestReplies)>;

class ReplyBoard {
 public:
  /// `process` makes the ids of this process its own (random).
  explicit ReplyBoard(uint64_t process) : process_(process) {}

  // The door.
  struct Posted {
    std::vector<std::string> ids;  // one per row
  };
  /// REQUIRES: rows > 0. The callback comes exactly once.
  Posted Post(size_t rows, int64_t deadline_nanos, ReplyCallback callback);
  /// The rows could not be handed over: the request leaves without its callback. False: it has
  /// ended before.
  bool Withdraw(const Posted& posted);
  /// Ends requests whose deadline is over.
  void Expire(int64_t now_nanos);
  /// Ends all requests, now and later: the pipeline stops.
  void Stop();
  size_t waiting() const;

  // Jobs, known by their data directory.
  /// A writer of answers. `answers_at_once`: see above; set by SetAnswersAtOnce before.
  void AddAnswerer(const std::string& job);
  void SetAnswersAtOnce(const std::string& job, bool at_once);
  /// The job's source has read this row.
  void MarkRead(const std::string& job, std::string_view id);
  /// All parts of the job's epoch are there: called by its writers, the first call counts.
  void OnEpoch(const std::string& job, uint64_t epoch);
  /// Answer rows, grouped by the writer: all rows that one batch has for this id.
  void Answer(std::string_view id, std::vector<std::string> rows);

  // How far the sources have read, for the bound of what is unread.
  void NoteRead(const std::string& job, const std::string& topic, int32_t partition,
                int64_t next_offset);
  /// The least over the jobs that read it; -1: none does.
  int64_t ReadOffset(const std::string& topic, int32_t partition) const;

 private:
  struct Request;
  struct Row {
    std::shared_ptr<Request> request;
    size_t index = 0;
    std::map<std::string, uint64_t> read_at;  // by job: epochs completed when it was read
    size_t passed_by = 0;                     // answering jobs that are through with it
  };
  struct Job {
    bool answers = false;
    bool at_once = false;
    uint64_t last_epoch = 0;
    uint64_t epochs = 0;            // completed
    std::vector<uint64_t> pending;  // rows read, not yet passed, in order of reading
  };
  using Ended = std::vector<std::shared_ptr<Request>>;

  uint64_t ParseId(std::string_view id) const;
  void EndRow(uint64_t number, RowReply reply, Ended* ended);
  void Forget(const Request& request);
  static void Call(const Ended& ended);

  const uint64_t process_;
  mutable std::mutex mutex_;
  uint64_t next_ = 1;
  bool stopped_ = false;
  std::unordered_map<uint64_t, Row> rows_;  // by number
  std::multimap<int64_t, std::shared_ptr<Request>> deadlines_;
  std::map<std::string, Job> jobs_;
  std::map<std::pair<std::string, int32_t>, std::map<std::string, int64_t>> read_;
};

}  // namespace millrace
