// SPDX-License-Identifier: Apache-2.0
#include "pipelines/tap_sessions.h"

#include <algorithm>

namespace millrace {
namespace {

constexpr size_t kSessionsMax = 16;
constexpr int64_t kForgottenNanos = 10'000'000'000;
/// With a condition more rows are kept than are wanted, since few may pass it.
constexpr size_t kRowsPerCondition = 65'536;

}  // namespace

void TapSessions::AddJob(std::string title, std::shared_ptr<TapHub> taps) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back({std::move(title), std::move(taps)});
}

Result<uint64_t> TapSessions::Open(const TapRequest& request) {
  const std::lock_guard lock(mutex_);
  CloseForgotten();
  if (sessions_.size() >= kSessionsMax) {
    return ExternalError("MR0761", "too many taps look at this process",
                         std::to_string(kSessionsMax) + " are open", /*retryable=*/true);
  }
  const uint64_t id = next_++;
  Session& session = sessions_[id];
  session.request = request;
  session.last_read = clock_->MonotonicNanos();
  Attach(&session);
  // A condition that fits no edge is an error of whoever asks.
  const bool fits = std::ranges::any_of(
      session.edges, [](const TapAnswer::Edge& edge) { return edge.skipped.empty(); });
  if (session.edges.empty() || fits) return id;
  const std::string reason = session.edges[0].skipped;
  sessions_.erase(id);
  return UserError("MR0763", "the condition fits no edge that matches: " + reason);
}

void TapSessions::Attach(Session* session) {
  for (; session->jobs_known < jobs_.size(); ++session->jobs_known) {
    const Job& job = jobs_[session->jobs_known];
    Attached attached{job.taps, nullptr, {}};
    std::vector<size_t> heard;
    for (const size_t edge : job.taps->Match(session->request.pattern, session->request.side)) {
      const TapHub::Edge& description = job.taps->edges()[edge];
      std::unique_ptr<RowFilter> filter;
      std::string skipped;
      if (!session->request.where.empty()) {
        auto made = RowFilter::Make(description.schema, session->request.where, options_);
        if (made) {
          filter = *std::move(made);
        } else {
          skipped = made.error().ToString();
        }
      }
      if (skipped.empty()) {
        attached.edges.emplace(edge, session->edges.size());
        heard.push_back(edge);
      }
      session->edges.push_back({job.title, description, std::move(skipped)});
      session->filters.push_back(std::move(filter));
    }
    if (heard.empty()) continue;
    const bool condition = !session->request.where.empty();
    const size_t room = condition ? kRowsPerCondition : session->request.rows;
    attached.listener = job.taps->Listen(heard, room);
    session->attached.push_back(std::move(attached));
  }
}

Result<TapAnswer> TapSessions::Read(uint64_t id) {
  const std::lock_guard lock(mutex_);
  CloseForgotten();
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) {
    return UserError("MR0762", "there is no such tap", "it was not read for ten seconds");
  }
  Session& session = found->second;
  session.last_read = clock_->MonotonicNanos();
  Attach(&session);
  TapAnswer answer;
  size_t room = session.request.rows;
  for (size_t i = 0; i < session.attached.size(); ++i) {
    const size_t next = (session.turn + i) % session.attached.size();
    TRY(Collect(&session, session.attached[next], &answer, &room));
  }
  ++session.turn;
  answer.edges = session.edges;
  if (session.edges.empty()) {
    for (const Job& job : jobs_) {
      for (std::string& name : job.taps->Names()) answer.names.push_back(std::move(name));
    }
  }
  return answer;
}

Status TapSessions::Collect(Session* session, const Attached& attached, TapAnswer* answer,
                            size_t* room) {
  TapListener::Taken taken = attached.listener->Take();
  answer->seen += taken.seen;
  for (TapSample& sample : taken.samples) {
    if (*room == 0) break;
    const size_t edge = attached.edges.at(sample.edge);
    answer->looked_at += static_cast<uint64_t>(sample.batch.num_rows);
    Batch batch = std::move(sample.batch);
    if (session->filters[edge] != nullptr) {
      TRY_ASSIGN(batch, session->filters[edge]->Apply(batch));
    }
    if (batch.num_rows == 0) continue;
    const auto rows = std::min<int64_t>(batch.num_rows, static_cast<int64_t>(*room));
    *room -= static_cast<size_t>(rows);
    answer->rows.push_back({edge, rows == batch.num_rows ? batch : batch.Slice(0, rows)});
  }
  return OkStatus();
}

void TapSessions::CloseForgotten() {
  const int64_t now = clock_->MonotonicNanos();
  std::erase_if(sessions_,
                [&](const auto& entry) { return now - entry.second.last_read > kForgottenNanos; });
}

}  // namespace millrace
