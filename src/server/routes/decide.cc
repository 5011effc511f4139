// SPDX-License-Identifier: Apache-2.0
// POST /decide/{table}: the rows that the pipeline's `reply` sink makes of the posted row, within
// the deadline. An object is answered with the row, an array with an array, one entry per posted
// row and in their order. What has no answer gets the declared fallback, or an error. The header
// Millrace-Decision says how it came about: answered, partial or fallback.
#include "server/answers.h"
#include "server/routes/builtin.h"
#include "server/routes/posting.h"

namespace millrace {
namespace {

/// The answer rows of one posted row.
std::string JoinRows(const std::vector<std::string>& rows) {
  if (rows.size() == 1) return rows[0];
  std::string text = "[";
  for (const std::string& row : rows) {
    if (text.size() > 1) text += ',';
    text += row;
  }
  return text + "]";
}

Error WhyNot(const RequestReplies& replies) {
  switch (replies.end) {
    case RequestReplies::End::kDeadline:
      return {.code = "MR0745",
              .domain = ErrorDomain::kExternal,
              .message = "the pipeline did not answer in time",
              .hint = "SET 'millrace.table.<table>.decide.fallback' gives such requests an answer"};
    case RequestReplies::End::kStopped:
      return {.code = "MR0743",
              .domain = ErrorDomain::kExternal,
              .message = "the pipeline is stopping"};
    case RequestReplies::End::kComplete: break;
  }
  return {.code = "MR0746",
          .domain = ErrorDomain::kUser,
          .message = "the pipeline has no answer for this row: it was filtered or put aside"};
}

std::string_view ReasonName(const RequestReplies& replies) {
  switch (replies.end) {
    case RequestReplies::End::kDeadline: return "deadline";
    case RequestReplies::End::kStopped: return "stopping";
    case RequestReplies::End::kComplete: break;
  }
  return "no-answer";
}

ServerResponse Marked(std::string body, std::string_view decision, std::string_view reason) {
  ServerResponse response = JsonAnswer(200, std::move(body) + "\n");
  response.headers.emplace_back("Millrace-Decision", std::string(decision));
  if (!reason.empty()) response.headers.emplace_back("Millrace-Reason", std::string(reason));
  return response;
}

ServerResponse Answer(const HttpTable::Decision& decision, const std::string& fallback) {
  const auto& rows = decision.replies.rows;
  size_t answered = 0;
  std::string body;
  for (const RowReply& reply : rows) {
    if (!body.empty()) body += ',';
    if (reply.outcome == RowReply::Outcome::kAnswered) {
      ++answered;
      body += JoinRows(reply.rows);
    } else {
      body += fallback.empty() ? "null" : fallback;
    }
  }
  if (!decision.single) body = "[" + body + "]";
  if (answered == rows.size()) return Marked(std::move(body), "answered", "");
  if (answered == 0 && fallback.empty()) {
    const Error error = WhyNot(decision.replies);
    return decision.replies.end == RequestReplies::End::kStopped ? ErrorAnswer(503, error)
                                                                 : ErrorAnswer(error);
  }
  return Marked(std::move(body), answered == 0 ? "fallback" : "partial",
                ReasonName(decision.replies));
}

void HandleDecide(const RouteContext&, RoutedRequest routed, HttpResponder responder) {
  const auto posting = PostingOf(routed.request);
  if (!posting) return responder.Send(ErrorAnswer(posting.error()));
  // The table may be gone when the log closes with a row that was not on the disk yet.
  routed.table->Decide(
      *posting, routed.request.arrival,
      [responder, fallback = routed.table->fallback()](Result<HttpTable::Decision> decision) {
        if (decision) return responder.Send(Answer(*decision, fallback));
        const int status = StatusOf(decision.error());
        const bool ours = status == 429 || status >= 500;
        if (!ours || fallback.empty()) return responder.Send(ErrorAnswer(decision.error()));
        responder.Send(Marked(fallback, "fallback", "busy"));
      });
}

}  // namespace

Route DecideRoute() {
  return {.name = "decide",
          .method = "POST",
          .takes_table = true,
          .access = Access::kTable,
          .handle = HandleDecide};
}

}  // namespace millrace
