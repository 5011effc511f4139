// SPDX-License-Identifier: Apache-2.0
#include "connectors/reply_board.h"

#include <algorithm>
#include <charconv>

namespace millrace {
namespace {

constexpr size_t kProcessDigits = 16;
/// Epochs of a job that must be completed behind the reading of a row; see the header.
constexpr uint64_t kEpochsToPass = 2;

std::string HexText(uint64_t value, size_t digits) {
  std::string text(digits, '0');
  for (size_t i = digits; i > 0; --i, value >>= 4) text[i - 1] = "0123456789abcdef"[value & 15];
  return text;
}

}  // namespace

struct ReplyBoard::Request {
  std::vector<RowReply> replies;
  size_t waiting = 0;
  uint64_t first = 0;  // number of its first row
  int64_t deadline = 0;
  RequestReplies::End end = RequestReplies::End::kComplete;
  ReplyCallback callback;
};

uint64_t ReplyBoard::ParseId(std::string_view id) const {
  uint64_t process = 0;
  uint64_t number = 0;
  if (id.size() < kProcessDigits + 2 || id[kProcessDigits] != '-') return 0;
  const char* const middle = id.data() + kProcessDigits;
  const char* const end = id.data() + id.size();
  if (std::from_chars(id.data(), middle, process, 16).ptr != middle || process != process_)
    return 0;
  return std::from_chars(middle + 1, end, number, 16).ptr == end ? number : 0;
}

ReplyBoard::Posted ReplyBoard::Post(size_t rows, int64_t deadline_nanos, ReplyCallback callback) {
  auto request = std::make_shared<Request>();
  request->replies.resize(rows);
  request->waiting = rows;
  request->deadline = deadline_nanos;
  request->callback = std::move(callback);
  Posted posted;
  {
    const std::lock_guard lock(mutex_);
    request->first = next_;
    next_ += rows;
    const std::string prefix = HexText(process_, kProcessDigits) + "-";
    for (size_t i = 0; i < rows; ++i) {
      posted.ids.push_back(prefix + HexText(request->first + i, 8));
    }
    if (!stopped_) {
      for (size_t i = 0; i < rows; ++i) {
        rows_.emplace(request->first + i, Row{.request = request, .index = i});
      }
      deadlines_.emplace(deadline_nanos, request);
      return posted;
    }
  }
  request->end = RequestReplies::End::kStopped;
  Call({std::move(request)});
  return posted;
}

/// REQUIRES: mutex_ held.
void ReplyBoard::Forget(const Request& request) {
  for (size_t i = 0; i < request.replies.size(); ++i) rows_.erase(request.first + i);
  const auto [begin, end] = deadlines_.equal_range(request.deadline);
  for (auto it = begin; it != end; ++it) {
    if (it->second.get() != &request) continue;
    deadlines_.erase(it);
    return;
  }
}

bool ReplyBoard::Withdraw(const Posted& posted) {
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(ParseId(posted.ids.front()));
  if (row == rows_.end()) return false;
  const std::shared_ptr<Request> request = row->second.request;
  Forget(*request);
  return true;
}

void ReplyBoard::Expire(int64_t now_nanos) {
  Ended ended;
  {
    const std::lock_guard lock(mutex_);
    while (!deadlines_.empty() && deadlines_.begin()->first <= now_nanos) {
      const std::shared_ptr<Request> request = deadlines_.begin()->second;
      request->end = RequestReplies::End::kDeadline;
      Forget(*request);
      ended.push_back(request);
    }
  }
  Call(ended);
}

void ReplyBoard::Stop() {
  Ended ended;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const auto& [deadline, request] : deadlines_) {
      request->end = RequestReplies::End::kStopped;
      ended.push_back(request);
    }
    deadlines_.clear();
    rows_.clear();
  }
  Call(ended);
}

size_t ReplyBoard::waiting() const {
  const std::lock_guard lock(mutex_);
  return deadlines_.size();
}

/// REQUIRES: mutex_ held.
void ReplyBoard::EndRow(uint64_t number, RowReply reply, Ended* ended) {
  const auto found = rows_.find(number);
  if (found == rows_.end()) return;
  const std::shared_ptr<Request> request = found->second.request;
  RowReply& place = request->replies[found->second.index];
  if (place.outcome != RowReply::Outcome::kWaiting) return;
  place = std::move(reply);
  if (--request->waiting > 0) return;
  Forget(*request);
  ended->push_back(request);
}

void ReplyBoard::Call(const Ended& ended) {
  for (const auto& request : ended) {
    request->callback({.end = request->end, .rows = std::move(request->replies)});
  }
}

void ReplyBoard::Answer(std::string_view id, std::vector<std::string> rows) {
  Ended ended;
  const uint64_t number = ParseId(id);
  if (number == 0) return;
  {
    const std::lock_guard lock(mutex_);
    EndRow(number, {RowReply::Outcome::kAnswered, std::move(rows)}, &ended);
  }
  Call(ended);
}

void ReplyBoard::AddAnswerer(const std::string& job) {
  const std::lock_guard lock(mutex_);
  jobs_[job].answers = true;
}

void ReplyBoard::SetAnswersAtOnce(const std::string& job, bool at_once) {
  const std::lock_guard lock(mutex_);
  jobs_[job].at_once = at_once;
}

void ReplyBoard::MarkRead(const std::string& job, std::string_view id) {
  const uint64_t number = ParseId(id);
  if (number == 0) return;
  const std::lock_guard lock(mutex_);
  const auto row = rows_.find(number);
  const auto reader = jobs_.find(job);
  if (row == rows_.end() || reader == jobs_.end()) return;
  if (!reader->second.answers || !reader->second.at_once) return;
  if (!row->second.read_at.emplace(job, reader->second.epochs).second) return;
  reader->second.pending.push_back(number);
}

void ReplyBoard::OnEpoch(const std::string& job, uint64_t epoch) {
  Ended ended;
  {
    const std::lock_guard lock(mutex_);
    Job& done = jobs_[job];
    if (epoch <= done.last_epoch) return;
    done.last_epoch = epoch;
    ++done.epochs;
    const auto answering = static_cast<size_t>(
        std::ranges::count_if(jobs_, [](const auto& entry) { return entry.second.answers; }));
    size_t through = 0;
    for (; through < done.pending.size(); ++through) {
      const uint64_t number = done.pending[through];
      const auto row = rows_.find(number);
      if (row == rows_.end()) continue;  // answered or over
      if (row->second.read_at[job] + kEpochsToPass > done.epochs) break;
      if (++row->second.passed_by < answering) continue;
      EndRow(number, {RowReply::Outcome::kPassed, {}}, &ended);
    }
    done.pending.erase(done.pending.begin(),
                       done.pending.begin() + static_cast<std::ptrdiff_t>(through));
  }
  Call(ended);
}

void ReplyBoard::NoteRead(const std::string& job, const std::string& topic, int32_t partition,
                          int64_t next_offset) {
  const std::lock_guard lock(mutex_);
  read_[{topic, partition}][job] = next_offset;
}

int64_t ReplyBoard::ReadOffset(const std::string& topic, int32_t partition) const {
  const std::lock_guard lock(mutex_);
  const auto found = read_.find({topic, partition});
  if (found == read_.end()) return -1;
  int64_t least = found->second.begin()->second;
  for (const auto& [job, offset] : found->second) least = std::min(least, offset);
  return least;
}

}  // namespace millrace
