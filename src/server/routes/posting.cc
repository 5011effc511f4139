// SPDX-License-Identifier: Apache-2.0
#include "server/routes/posting.h"

#include "data/option_text.h"

namespace millrace {

Result<Posting> PostingOf(const ServerRequest& request) {
  Posting posting{.body = request.body};
  const std::string_view type = request.Header("content-type").value_or("");
  posting.type = ParseBodyType(type);
  const bool form = posting.type.simple_request && request.Header("origin").has_value() &&
                    !TrimOption(type).starts_with("text/plain");
  if (form) {
    return UserError("MR0744", "a page must send its rows with a Content-Type", {},
                     "application/json, application/x-ndjson, text/csv or text/plain");
  }
  posting.idempotency_key = request.Header("idempotency-key").value_or("");
  return posting;
}

}  // namespace millrace
